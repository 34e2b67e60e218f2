from email.utils import parseaddr

import pytest

from events import mail
from events.record import SYSTEM
from followups.jobs import reply_instantly
from followups.models import Message, Suppression
from leads.capture import capture
from leads.models import Activity, Lead
from tenancy import clock
from tests.factories import a_lead, a_source
from tests.followups.stage import delivered, pending, send_planned

pytestmark = pytest.mark.usefixtures("cadences")


@pytest.mark.parametrize("kind", ["form", "api", "webhook"])
def test_a_web_enquiry_is_answered_at_once_and_marked_as_automatic(kind: str) -> None:
    lead = a_lead(name="Jonas Weidmann", email="jonas@kestrel.example", source=a_source("In", kind))
    reply_instantly([lead.pk])
    assert [job.run_at <= clock.now() for job in pending("send_message")] == [True]
    send_planned()
    (sent,) = delivered()
    assert sent.to == ["jonas@kestrel.example"]
    assert sent.extra_headers["Auto-Submitted"] == "auto-replied"
    assert sent.body.startswith("Hello Jonas,")
    assert mail.lead_in(lead.account, sent.reply_to[0]) == lead.pk
    assert mail.lead_in(lead.account, sent.extra_headers["Message-ID"]) == lead.pk


def test_it_never_counts_as_contact() -> None:
    lead = a_lead()
    reply_instantly([lead.pk])
    send_planned()
    fresh = Lead.objects.get(pk=lead.pk)
    assert (fresh.first_attempt_at, fresh.first_response_at) == (None, None)
    assert not Activity.objects.filter(automatic=False).exists()


@pytest.mark.parametrize("kind", ["import", "manual", "referral", "list", "call"])
def test_who_did_not_ask_on_the_web_gets_none(kind: str) -> None:
    reply_instantly([a_lead(source=a_source("Other", kind)).pk])
    assert not Message.objects.exists()


def test_who_came_with_a_table_gets_none_whatever_source_it_names() -> None:
    """They asked long ago, and elsewhere: ten thousand rows are no ten thousand letters."""
    facts = {"name": "Ada King", "email": "ada@example.com"}
    imported = capture(facts, source=a_source("Website", "form"), channel="import", by=SYSTEM).lead
    reply_instantly([imported.pk])
    assert not Message.objects.exists()


def test_without_an_address_there_is_none() -> None:
    reply_instantly([a_lead(email="", phone="+442071838750").pk])
    assert not Message.objects.exists()


def test_run_twice_it_answers_once() -> None:
    lead = a_lead()
    reply_instantly([lead.pk])
    reply_instantly([lead.pk])
    assert len(send_planned()) == 1
    reply_instantly([lead.pk])
    assert len(delivered()) == 1


def test_a_repeat_on_the_same_day_is_not_answered_again_but_one_on_another_day_is(monday: object) -> None:
    lead = a_lead()
    reply_instantly([lead.pk])
    send_planned()
    reply_instantly([lead.pk])
    assert len(delivered()) == 1
    from datetime import timedelta

    with clock.at(clock.now() + timedelta(days=1)):
        reply_instantly([lead.pk])
        send_planned()
    assert len(delivered()) == 2


def test_a_suppressed_address_gets_none() -> None:
    lead = a_lead(email="jonas@kestrel.example")
    Suppression.objects.create(email_norm="jonas@kestrel.example", reason="complained")
    reply_instantly([lead.pk])
    assert not Message.objects.exists()


def test_the_sender_is_our_address_with_the_accounts_name() -> None:
    reply_instantly([a_lead().pk])
    send_planned()
    assert parseaddr(delivered()[0].from_email) == ("Acme", "hello@tollgate.localhost")


def test_hundred_enquiries_cost_as_many_queries_as_one(django_assert_max_num_queries: object) -> None:
    leads = [a_lead().pk for _ in range(30)]
    with django_assert_max_num_queries(8):  # type: ignore[operator]
        reply_instantly(leads)
    assert Message.objects.count() == 30
