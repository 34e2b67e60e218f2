"""What can be done with a lead."""

from datetime import date, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.core.exceptions import ValidationError

from events.kinds import Kind
from events.models import Event
from events.record import SYSTEM
from leads.models import Lead
from leads.timeline import entry
from tenancy import clock
from tests.factories import a_lead

pytestmark = pytest.mark.usefixtures("in_scope")


def test_rita_changes_facts_and_the_timeline_says_what(cast: SimpleNamespace) -> None:
    lead = a_lead(company="Example Ltd", website="example.com")
    changed = lead.change({"headcount": "51-200", "product": "Backup", "tech_stack": "Azure, VMware"}, by=cast.rita.by)
    assert set(changed) == {"headcount", "product", "tech_stack"}
    lead = Lead.objects.get(pk=lead.pk)
    assert (lead.company.headcount, lead.product, lead.tech_stack) == (125, "Backup", ["Azure", "VMware"])
    event = Event.objects.get(kind=Kind.LEAD_CHANGED)
    assert event.body["headcount"] == [None, 125]
    assert entry(event).title.startswith("Changed ")
    assert (entry(event).actor, entry(event).human) == ("Rita", True)


def test_nothing_new_is_no_event(cast: SimpleNamespace) -> None:
    lead = a_lead(product="Backup")
    assert lead.change({"product": " Backup "}, by=cast.rita.by) == []
    assert not Event.objects.filter(kind=Kind.LEAD_CHANGED).exists()


def test_nonsense_is_refused(cast: SimpleNamespace) -> None:
    with pytest.raises(ValidationError) as refused:
        a_lead().change({"headcount": "lots", "shoe_size": 43}, by=cast.rita.by)
    assert set(refused.value.message_dict) == {"headcount", "shoe_size"}


def test_a_fact_can_be_emptied(cast: SimpleNamespace) -> None:
    lead = a_lead(product="Backup", headcount=12, tech_stack=["Azure"])
    lead.change({"product": "", "headcount": None, "tech_stack": []}, by=cast.rita.by)
    lead = Lead.objects.get(pk=lead.pk)
    assert (lead.product, lead.company.headcount, lead.tech_stack) == ("", None, [])


def test_filling_a_required_fact_completes_the_lead(cast: SimpleNamespace) -> None:
    lead = a_lead(incomplete=["headcount", "product"])
    lead.change({"headcount": 40}, by=cast.rita.by)
    assert Lead.objects.get(pk=lead.pk).incomplete == ["product"]


def test_somebody_elses_address_is_refused(cast: SimpleNamespace) -> None:
    a_lead(email="ada@example.com")
    with pytest.raises(ValidationError):
        a_lead().change({"email": "ADA@example.com"}, by=cast.rita.by)


@pytest.mark.parametrize(
    ("activity", "attempt", "response"),
    [
        ({"kind": "call", "outcome": "no_answer"}, True, False),
        ({"kind": "call", "outcome": "spoke"}, True, True),
        ({"kind": "call", "direction": "in", "outcome": "spoke"}, False, True),
        ({"kind": "email"}, True, False),
        ({"kind": "email", "automatic": True}, False, False),
        ({"kind": "email", "direction": "in"}, False, False),
        ({"kind": "meeting", "outcome": "held"}, True, True),
        ({"kind": "note"}, False, False),
    ],
)
def test_attempts_and_responses_are_stamped_apart(
    cast: SimpleNamespace, activity: Any, attempt: Any, response: Any
) -> None:
    lead = a_lead()
    lead.log_activity(by=cast.rita.by, **activity)
    lead.refresh_from_db()
    assert (lead.first_attempt_at is not None, lead.first_response_at is not None) == (attempt, response)


def test_answering_a_letter_is_a_response(cast: SimpleNamespace) -> None:
    lead = a_lead()
    lead.log_activity(kind="email", direction="in", by=SYSTEM)
    lead.log_activity(kind="email", by=cast.rita.by)
    lead.refresh_from_db()
    assert lead.first_response_at is not None


def test_the_first_response_stays(cast: SimpleNamespace) -> None:
    lead, yesterday = a_lead(), clock.now() - timedelta(days=1)
    lead.log_activity(kind="call", outcome="spoke", occurred_at=yesterday, by=cast.rita.by)
    lead.log_activity(kind="call", outcome="spoke", by=cast.rita.by)
    lead.refresh_from_db()
    assert lead.first_response_at == yesterday


def test_disqualify_and_reopen(cast: SimpleNamespace) -> None:
    lead = a_lead(owner=cast.rita)
    assert lead.disqualify(reason="No budget", recycle_on=date(2027, 1, 4), by=cast.rita.by)
    assert not lead.disqualify(reason="Twice", by=cast.rita.by)
    assert (lead.status, lead.recycle_on) == ("disqualified", date(2027, 1, 4))
    assert lead.reopen(by=cast.rita.by)
    assert (lead.status, lead.outcome, lead.closed_at, lead.disqualified_reason) == ("open", "", None, "")
    kinds = list(Event.objects.order_by("id").filter(lead_id=lead.pk).values_list("kind", flat=True))
    assert kinds == [Kind.LEAD_DISQUALIFIED, Kind.LEAD_REOPENED]


def test_stakeholders_are_told(cast: SimpleNamespace) -> None:
    lead = a_lead()
    lead.add_stakeholder(name="Tom", role="technical", by=cast.rita.by)
    event = Event.objects.get(kind=Kind.STAKEHOLDER_ADDED)
    assert (entry(event).title, entry(event).text) == ("Stakeholder: Tom", "Technical")


def test_unsubscribing_twice_is_told_once() -> None:
    lead = a_lead()
    assert lead.contact.unsubscribe(by=SYSTEM, lead_id=lead.pk)
    assert not lead.contact.unsubscribe(by=SYSTEM, lead_id=lead.pk)
    assert Event.objects.filter(kind=Kind.CONTACT_UNSUBSCRIBED).count() == 1
