from types import SimpleNamespace
from typing import Any

import pytest

from events.kinds import Kind
from events.models import Event
from events.record import SYSTEM
from leads.models import Lead, Status
from leads.records import (
    AssignmentRow,
    DealRow,
    DueRow,
    ScoreRow,
    record_assignments,
    record_deals,
    record_due_times,
    record_scores,
)
from tenancy import clock
from tenancy.ids import uuid7
from tests.factories import a_lead

pytestmark = pytest.mark.usefixtures("in_scope")


def scored(lead: Lead, score: int = 74, track: str = "active") -> ScoreRow:
    return ScoreRow(lead.pk, score, 5, "high", 80, 70, 40, 90, 3, 4, track)


def kinds(lead: Lead) -> list[str]:
    return list(Event.objects.filter(lead_id=lead.pk).order_by("id").values_list("kind", flat=True))


def test_scores_are_written_and_told(django_assert_num_queries: Any) -> None:
    leads = [a_lead() for _ in range(3)]
    with django_assert_num_queries(4):  # lock, update, events, jobs
        record_scores([scored(lead) for lead in leads], SYSTEM)
    lead = Lead.objects.get(pk=leads[0].pk)
    assert (lead.score, lead.score_band, lead.tier, lead.track, lead.authority) == (74, 5, "high", "active", 40)
    assert lead.qualified_at is not None
    assert kinds(lead) == [Kind.LEAD_SCORED, Kind.LEAD_QUALIFIED]
    event = Event.objects.get(lead_id=lead.pk, kind=Kind.LEAD_SCORED)
    assert event.body == {"score": 74, "before": None, "tier": "high", "tier_before": "", "band": 5}


def test_an_owned_lead_with_the_same_score_is_not_told_again(cast: SimpleNamespace) -> None:
    lead = a_lead(owner=cast.rita)
    record_scores([scored(lead)], SYSTEM)
    record_scores([scored(lead)], SYSTEM)
    assert kinds(lead) == [Kind.LEAD_SCORED, Kind.LEAD_QUALIFIED]


def test_the_same_score_again_is_not_even_written() -> None:
    same, other = a_lead(), a_lead()
    record_scores([scored(same), scored(other)], SYSTEM)
    before = Lead.objects.get(pk=same.pk).updated_at
    record_scores([scored(same), scored(other, score=75)], SYSTEM)
    assert Lead.objects.get(pk=same.pk).updated_at == before
    assert (Lead.objects.get(pk=other.pk).score, Lead.objects.get(pk=other.pk).updated_at > before) == (75, True)


def test_a_lead_can_become_qualified_by_the_score_it_had() -> None:
    lead = a_lead()
    record_scores([scored(lead, track="ask")], SYSTEM)
    record_scores([scored(lead)], SYSTEM)
    assert Lead.objects.get(pk=lead.pk).qualified_at is not None


def test_nurture_is_not_qualified() -> None:
    lead = a_lead()
    record_scores([scored(lead, track="nurture")], SYSTEM)
    lead.refresh_from_db()
    assert (lead.track, lead.qualified_at) == ("nurture", None)


def test_assignment_keeps_the_first_time_and_names_the_owner_before(cast: SimpleNamespace) -> None:
    lead = a_lead()
    record_assignments([AssignmentRow(lead.pk, cast.rita.pk, "Rita", "Her turn.")], SYSTEM)
    lead.refresh_from_db()
    first = lead.assigned_at
    record_assignments([AssignmentRow(lead.pk, cast.raj.pk, "Raj", "Rita is away.")], SYSTEM)
    lead.refresh_from_db()
    assert (lead.owner_id, lead.assigned_at) == (cast.raj.pk, first)
    event = Event.objects.filter(kind=Kind.LEAD_ASSIGNED).latest("id")
    assert event.body == {
        "member_id": str(cast.raj.pk),
        "member": "Raj",
        "sentence": "Rita is away.",
        "before": str(cast.rita.pk),
    }


def test_the_same_owner_again_is_no_event(cast: SimpleNamespace) -> None:
    lead = a_lead(owner=cast.rita)
    record_assignments([AssignmentRow(lead.pk, cast.rita.pk, "Rita", "Again.")], SYSTEM)
    assert kinds(lead) == []


def test_a_won_deal_closes_its_lead() -> None:
    lead, now = a_lead(), clock.now()
    record_deals([DealRow(lead.pk, uuid7(), uuid7(), uuid7(), "Closed", 5, Status.WON, now)])
    lead.refresh_from_db()
    assert (lead.status, lead.outcome, lead.closed_at, lead.stage_name) == ("won", "won", now, "Closed")


def test_due_times_come_and_go() -> None:
    lead, due = a_lead(), clock.now()
    record_due_times([DueRow(lead.pk, due)])
    lead.refresh_from_db()
    assert lead.first_response_due_at == due
    record_due_times([DueRow(lead.pk, None)])
    lead.refresh_from_db()
    assert lead.first_response_due_at is None
