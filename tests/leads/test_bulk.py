"""Many at once: the same as one by one, with few statements."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from events.kinds import Kind
from events.models import Event, Job
from events.record import PROSPECT
from leads.bulk import AT_ONCE, Outcome, Row, capture_many
from leads.capture import Unreachable, capture
from leads.merging import merge
from leads.models import Company, Contact, CustomField, Lead, Source, Submission
from tests.factories import a_source

pytestmark = pytest.mark.usefixtures("in_scope")

ADA: dict[str, Any] = {"name": "Ada King", "email": "ada@example.com", "company": "Example Ltd"}


def sent(*payloads: Any, source: Source | None = None, **told: Any) -> list[Outcome]:
    return capture_many([Row(one) for one in payloads], source=source, channel="api", by=PROSPECT, **told)


def test_each_row_becomes_a_lead() -> None:
    ada, bob = sent(ADA, {"name": "Bob", "email": "bob@firm.example", "headcount": "51-200", "shoe_size": 43})
    assert ada.lead
    assert bob.lead
    assert bob.submission
    stored = Lead.objects.with_people().get(pk=bob.lead.pk)
    assert (stored.contact.email_norm, stored.company.domain, stored.company.headcount) == (
        "bob@firm.example",
        "firm.example",
        125,
    )
    assert (bob.ignored, bob.submission.raw["shoe_size"], bob.duplicate_of) == (["shoe_size"], 43, None)
    assert Event.objects.filter(kind=Kind.LEAD_CAPTURED).count() == 2
    assert Job.objects.filter(kind="scoring.score_leads").count() == 2


def test_a_bad_row_fails_alone() -> None:
    ada, nobody, bob = sent(ADA, {"message": "Call me"}, {"name": "Bob"})
    assert (nobody.lead, nobody.submission) == (None, None)
    assert nobody.errors[0]["code"] == "required"
    assert ada.lead
    assert bob.lead
    assert Lead.objects.count() == Submission.objects.count() == 2


def test_rows_of_one_person_become_one_lead() -> None:
    first, second, third = sent(ADA, ADA | {"email": " ADA@Example.com ", "message": "Hello?"}, ADA | {"phone": "+1 1"})
    assert second.duplicate_of is third.duplicate_of is first.lead
    lead = Lead.objects.with_people().get()
    assert (lead.message, lead.submissions.count(), Contact.objects.count()) == ("Hello?", 3, 1)
    told = Event.objects.order_by("occurred_at", "id").values_list("kind", flat=True)
    assert list(told) == [Kind.LEAD_CAPTURED, Kind.LEAD_REPEATED, Kind.LEAD_REPEATED]


def test_a_row_finds_who_was_there_before(cast: SimpleNamespace) -> None:
    before = capture(ADA, source=a_source(), channel="api", by=PROSPECT).lead
    before.disqualify(reason="No budget", by=cast.rita.by)
    again, colleague = sent({"email": ADA["email"], "phone": "+44 20 7183 8750"}, {"email": "bob@example.com"})
    assert again.duplicate_of
    assert again.duplicate_of.pk == before.pk
    assert colleague.lead
    assert colleague.lead.company_id == before.company_id
    lead = Lead.objects.with_people().get(pk=before.pk)
    assert (lead.status, lead.contact.phone_e164) == ("open", "+442071838750")
    assert Event.objects.filter(kind=Kind.LEAD_REOPENED, lead_id=lead.pk).exists()


def test_an_external_id_updates_within_its_source() -> None:
    fair = a_source("Fair", "event")
    sent({"external_id": "7", "product": "one"}, source=fair)
    same, other = sent(
        {"external_id": "7", "product": "two", "email": "new@example.com", "source": "Fair"},
        {"external_id": "7", "product": "three", "source": a_source().public_id},
    )
    assert same.duplicate_of
    assert not other.duplicate_of
    assert sorted(Lead.objects.values_list("product", flat=True)) == ["three", "two"]
    assert same.lead
    assert Lead.objects.get(pk=same.lead.pk).contact.email == "new@example.com"


@pytest.mark.parametrize("many", [True, False])
def test_an_id_that_went_into_another_lead_overwrites_nobody(many: bool) -> None:
    source = a_source()
    ada, max_ = sent(ADA | {"external_id": "1"}, {"name": "Max", "email": "max@example.com"}, source=source)
    assert ada.lead
    assert max_.lead
    merge(ada.lead, max_.lead, by=PROSPECT)
    again = {"external_id": "1", "name": "Ada K.", "message": "News"}
    if many:
        sent(again, source=source)
    else:
        capture(again, source=source, channel="api", by=PROSPECT)
    kept = Lead.objects.with_people().get(pk=max_.lead.pk)
    assert (kept.contact.name, kept.message) == ("Max", "News")


def test_each_row_names_its_source_and_misses_what_that_wants() -> None:
    a_source("Fair", "event", required=["phone", "custom.sites"])
    CustomField.objects.create(key="sites", label="Sites", type="number")
    fair, none, unknown = sent(
        {"name": "A", "source": "Fair", "sites": "3"}, {"name": "B"}, {"name": "C", "source": "?"}
    )
    assert (fair.incomplete, fair.lead and fair.lead.custom) == (["phone"], {"sites": 3})
    assert none.lead
    assert none.lead.source.name == "API"
    assert unknown.problems[0]["pointer"] == "/source"


def test_history_is_recorded_at_its_time_and_starts_nothing() -> None:
    then = datetime(2024, 3, 2, 9, tzinfo=UTC)
    (outcome,) = capture_many([Row(ADA, then)], source=a_source(), channel="import", by=PROSPECT, quietly=True)
    assert outcome.lead
    assert outcome.lead.captured_at == then
    assert Event.objects.get().occurred_at == then
    assert not Job.objects.exists()


def test_an_address_of_somebody_else_stays_in_the_submission() -> None:
    sent({"external_id": "7", "name": "Ada"}, {"email": "bob@example.com"}, source=a_source())
    (moved,) = sent({"external_id": "7", "email": "bob@example.com"}, source=a_source())
    assert [problem["code"] for problem in moved.problems] == ["duplicate"]
    assert sorted(Contact.objects.values_list("email", flat=True)) == ["", "bob@example.com"]


def test_the_number_of_statements_does_not_grow_with_the_rows() -> None:
    def statements(count: int, start: int) -> int:
        with CaptureQueriesContext(
            connection,
        ) as asked:
            sent(*({"email": f"p{n}@firm{n}.example", "company": f"F {n}"} for n in range(start, start + count)))
        return len([query for query in asked if query["sql"] != "DISCARD PLANS"])  # only now and then

    statements(1, 0)  # makes the API's source
    assert statements(200, 1000) == statements(2, 2000) <= 16


def test_more_than_fit_at_once_are_taken_in_turn() -> None:
    outcomes = sent(*({"name": f"P{n}", "external_id": str(n % AT_ONCE)} for n in range(AT_ONCE + 3)))
    assert [bool(one.duplicate_of) for one in outcomes] == [False] * AT_ONCE + [True] * 3
    assert Lead.objects.count() == AT_ONCE


EMAILS = st.sampled_from(
    ["", "a@one.example", "A@one.example ", "b@one.example", "c@two.example", "x@gmail.com", "bad@"]
)
PAYLOADS = st.fixed_dictionaries(
    {},
    optional={
        "email": EMAILS,
        "name": st.sampled_from(["Ada King", "Bob", "", "King, Ada"]),
        "company": st.sampled_from(["One Ltd", "one", "Two GmbH", ""]),
        "website": st.sampled_from(["https://one.example", "two.example", "?"]),
        "external_id": st.sampled_from(["1", "2", ""]),
        "source": st.sampled_from(["Fair", "Website", "Nowhere"]),
        "message": st.sampled_from(["Hello", "We need it soon", ""]),
        "headcount": st.sampled_from([10, "51-200", "many"]),
        "phone": st.sampled_from(["+44 20 7183 8750", "12"]),
        "product": st.sampled_from(["one", "two"]),
    },
)


@settings(max_examples=60, suppress_health_check=list(HealthCheck), phases=[Phase.explicit, Phase.generate])
@given(before=st.lists(PAYLOADS, max_size=3), batch=st.lists(PAYLOADS, max_size=8))
def test_a_batch_leaves_what_one_by_one_would_have_left(before: list[Any], batch: list[Any]) -> None:
    assert left_by(before, batch) == left_by([*before, *batch], [])


def left_by(singly: list[Any], together: list[Any]) -> Any:
    """What these leave behind, captured one by one and then together; taken back afterwards."""
    with transaction.atomic():
        a_source("Fair", "event", required=["phone"])
        a_source("Website")
        for payload in singly:
            with suppress(Unreachable):
                capture(payload, source=None, channel="api", by=PROSPECT)
        sent(*together)
        left = everything()
        transaction.set_rollback(True)
    return left


def everything() -> Any:
    """All that was captured, without ids and times."""
    firms = {firm.pk: (firm.name, firm.domain, firm.headcount) for firm in Company.objects.all()}
    leads = {
        lead.pk: (
            lead.contact.name,
            lead.contact.email,
            lead.contact.phone_e164,
            firms.get(lead.contact.company_id),
            firms.get(lead.company_id),
            lead.source.name,
            (lead.status, lead.message, lead.product, lead.external_id, lead.search_text, str(lead.incomplete)),
        )
        for lead in Lead.objects.with_people()
    }
    told = [(leads[event.lead_id], event.kind, event.body["source"]) for event in Event.objects.exclude(lead_id=None)]
    sent = [(leads[row.lead_id], str(row.raw), str(row.problems), row.duplicate) for row in Submission.objects.all()]
    return [sorted(map(str, rows)) for rows in (firms.values(), leads.values(), told, sent)]
