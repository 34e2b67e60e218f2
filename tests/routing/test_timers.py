"""Promises: started at capture, never restarted, kept by people, broken when due and not before."""

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from events.kinds import Kind
from events.models import Event, Job, JobState
from events.record import SYSTEM
from leads.models import Lead
from leads.timeline import entry
from routing import assignment
from routing.jobs import climb_timers, start_timers, stop_timers
from routing.models import Breach, Clock, Settled, SlaPolicy, Timer
from routing.reasons import Reason
from routing.reassignment import reassign
from scoring.models import Receipt, ScoringVersion
from tenancy import clock
from tenancy.models import Account
from tests.factories import a_lead

pytestmark = pytest.mark.usefixtures("rules", "in_scope")

TUESDAY = datetime(2026, 3, 17, 9, 42, tzinfo=UTC)  # in London, without summer time
MINUTE = timedelta(minutes=1)


@pytest.fixture(autouse=True)
def in_london(account: Account) -> None:
    assert account.time_zone == "Europe/London"


def captured(tier: str, captured_at: datetime = TUESDAY, **columns: Any) -> Lead:
    return a_lead(tier=tier, captured_at=captured_at, **columns)


def start(*leads: Lead, at: datetime = TUESDAY) -> None:
    with clock.at(at):
        start_timers([lead.pk for lead in leads])


def timer_of(lead: Lead, wanted: Clock = Clock.FIRST_RESPONSE) -> Timer:
    timer: Timer = Timer.objects.get(lead=lead, clock=wanted)
    return timer


def become(lead: Lead, **columns: Any) -> None:
    Lead.objects.filter(pk=lead.pk).update(**columns)


def kinds() -> list[str]:
    return list(Event.objects.filter(kind__startswith="promise").order_by("id").values_list("kind", flat=True))


def pending() -> list[datetime]:
    return list(Job.objects.filter(kind=climb_timers.name, state=JobState.PENDING).values_list("run_at", flat=True))


def test_an_urgent_lead_is_promised_five_minutes_from_its_capture() -> None:
    lead = captured("urgent")
    start(lead, at=TUESDAY + 2 * MINUTE)  # the workers were away
    timer, due = timer_of(lead), TUESDAY + 5 * MINUTE
    assert (timer.started_at, timer.due_at) == (TUESDAY, due)
    assert timer.risk_at == TUESDAY + 3.75 * MINUTE
    lead.refresh_from_db()
    assert (lead.first_response_due_at, lead.first_response_risk_at) == (due, timer.risk_at)
    assert (kinds(), pending()) == ([Kind.PROMISE_MADE], [timer.risk_at])


def test_a_high_lead_is_promised_the_end_of_the_working_day() -> None:
    lead = captured("high", captured_at=TUESDAY.replace(hour=13, minute=0))
    start(lead)
    assert timer_of(lead).due_at == TUESDAY.replace(hour=17, minute=0)
    assert timer_of(lead).risk_at == TUESDAY.replace(hour=16, minute=0)


@pytest.mark.parametrize("tier", ["medium", "low", ""])
def test_nothing_is_promised_below(tier: str) -> None:
    start(captured(tier))
    assert not Timer.objects.exists()
    assert pending() == kinds() == []


def test_four_strong_sub_scores_are_answered_the_same_day_whatever_the_tier() -> None:
    lead = captured("medium", fit=60, intent=70, authority=100, timing=60)
    start(lead)
    assert timer_of(lead).due_at == TUESDAY.replace(hour=17, minute=0)


def test_starting_twice_changes_nothing() -> None:
    lead = captured("urgent")
    start(lead)
    start(lead, at=TUESDAY + MINUTE)
    assert timer_of(lead).due_at == TUESDAY + 5 * MINUTE
    assert kinds() == [Kind.PROMISE_MADE]


def test_a_higher_tier_brings_the_promise_forward_and_a_lower_one_does_not_put_it_off() -> None:
    lead = captured("high")
    start(lead)
    become(lead, tier="urgent")
    start(lead, at=TUESDAY + 10 * MINUTE)
    sooner = TUESDAY + 15 * MINUTE
    assert (timer_of(lead).due_at, pending()) == (sooner, [timer_of(lead).risk_at])
    become(lead, tier="high")
    start(lead, at=TUESDAY + 11 * MINUTE)
    become(lead, tier="urgent")
    start(lead, at=TUESDAY + 12 * MINUTE)
    assert timer_of(lead).due_at == sooner


def test_a_lead_that_was_promised_nothing_at_first_starts_when_it_is_raised() -> None:
    lead = captured("low")
    version = ScoringVersion.objects.create(number=1, caps={}, tiers={}, criteria=[])
    for tier in ("low", "urgent"):
        Receipt.objects.create(lead=lead, version=version, score=1, tier=tier, body={})
    become(lead, tier="urgent")
    start(lead, at=TUESDAY + 60 * MINUTE)
    assert timer_of(lead).due_at == TUESDAY + 65 * MINUTE


def test_an_answer_is_promised_from_when_the_lead_is_raised_also_to_one_who_was_promised_an_attempt() -> None:
    tries: dict[str, Any] = {"clock": Clock.FIRST_ATTEMPT, "due_minutes": 120}
    SlaPolicy.objects.create(name="Try", condition={"field": "tier", "operator": "is", "value": "medium"}, **tries)
    lead = captured("medium")
    version = ScoringVersion.objects.create(number=1, caps={}, tiers={}, criteria=[])
    Receipt.objects.create(lead=lead, version=version, score=50, tier="medium", body={})
    start(lead)
    assert timer_of(lead, Clock.FIRST_ATTEMPT).due_at == TUESDAY + 120 * MINUTE
    Receipt.objects.create(lead=lead, version=version, score=90, tier="urgent", body={})
    become(lead, tier="urgent")
    start(lead, at=TUESDAY + 60 * MINUTE)
    assert timer_of(lead).due_at == TUESDAY + 65 * MINUTE
    assert timer_of(lead, Clock.FIRST_ATTEMPT).due_at == TUESDAY + 120 * MINUTE


def test_a_new_owner_does_not_restart_the_clock(rules: SimpleNamespace) -> None:
    lead = captured("urgent")
    assignment.route([lead.pk], by=SYSTEM)
    start(lead)
    reassign(lead, rules.max, reason=Reason.COVER, by=rules.max.by)
    start(lead, at=TUESDAY + 4 * MINUTE)
    assert timer_of(lead).due_at == TUESDAY + 5 * MINUTE


def test_an_answer_keeps_the_promise_and_ends_the_timer() -> None:
    lead = captured("urgent")
    start(lead)
    become(lead, first_response_at=TUESDAY + 3 * MINUTE)
    for _ in range(2):
        stop_timers([lead.pk])
    assert timer_of(lead).kept_at == TUESDAY + 3 * MINUTE
    assert (kinds(), pending()) == ([Kind.PROMISE_MADE, Kind.PROMISE_KEPT], [])


def test_an_attempt_or_an_automatic_mail_stops_nothing() -> None:
    lead = captured("urgent")
    start(lead)
    become(lead, first_attempt_at=TUESDAY + MINUTE)
    stop_timers([lead.pk])
    assert timer_of(lead).kept_at is None
    assert len(pending()) == 1


def test_an_answer_that_came_too_late_is_a_broken_promise_even_before_the_timer_ran() -> None:
    lead = captured("urgent")
    start(lead)
    become(lead, first_response_at=TUESDAY + 6 * MINUTE)
    stop_timers([lead.pk])
    timer = timer_of(lead)
    assert (timer.kept_at, timer.broken_at) == (TUESDAY + 6 * MINUTE, TUESDAY + 5 * MINUTE)
    assert kinds() == [Kind.PROMISE_MADE, Kind.PROMISE_BROKEN]


def test_a_promise_breaks_when_due_not_before_and_once() -> None:
    lead = captured("urgent")
    start(lead)
    timer = timer_of(lead)
    for at in (timer.risk_at - timedelta(microseconds=1), timer.due_at - timedelta(microseconds=1), timer.due_at):
        with clock.at(at):
            climb_timers([timer.pk])
    assert timer_of(lead).broken_at == timer.due_at
    assert kinds() == [Kind.PROMISE_MADE, Kind.PROMISE_REMINDED, Kind.PROMISE_BROKEN, Kind.PROMISE_ESCALATED]


def test_answering_after_the_breach_still_counts_as_an_answer() -> None:
    lead = captured("urgent")
    start(lead)
    timer = timer_of(lead)
    with clock.at(timer.due_at):
        climb_timers([timer.pk])
    become(lead, first_response_at=TUESDAY + 9 * MINUTE)
    stop_timers([lead.pk])
    assert timer_of(lead).kept_at == TUESDAY + 9 * MINUTE
    assert kinds() == [Kind.PROMISE_MADE, Kind.PROMISE_BROKEN, Kind.PROMISE_ESCALATED]
    assert Breach.objects.get().settled == Settled.ANSWERED


def test_a_closed_lead_ends_its_promise_and_a_reopened_one_gets_a_new_one() -> None:
    lead = captured("urgent")
    start(lead)
    become(lead, status="disqualified")
    stop_timers([lead.pk])
    assert timer_of(lead).cancelled_at is not None
    assert pending() == []
    become(lead, status="open")
    start(lead, at=TUESDAY + 60 * MINUTE)
    timer = Timer.objects.running().get(lead=lead)
    assert (timer.due_at, pending()) == (TUESDAY + 65 * MINUTE, [timer.risk_at])
    assert Timer.objects.filter(lead=lead).count() == 2


def test_a_closed_lead_is_never_said_to_be_late() -> None:
    lead = captured("urgent")
    start(lead)
    become(lead, status="lost")
    with clock.at(TUESDAY + 60 * MINUTE):
        climb_timers([timer_of(lead).pk])
    assert timer_of(lead).broken_at is None


def test_an_edited_policy_holds_for_new_promises_only() -> None:
    before = captured("urgent")
    start(before)
    SlaPolicy.objects.filter(name="Answer within 5 minutes").update(due_minutes=15)
    after = captured("urgent")
    start(before, after)
    assert timer_of(before).due_at == TUESDAY + 5 * MINUTE
    assert timer_of(after).due_at == TUESDAY + 15 * MINUTE


def test_promises_sound_on_the_timeline_in_the_accounts_time() -> None:
    lead = captured("urgent", captured_at=TUESDAY.replace(month=7))
    start(lead)
    said = entry(Event.objects.get(kind=Kind.PROMISE_MADE))
    assert (said.title, said.text) == ("Promised: an answer by Fri 17 Jul, 10:47", "Answer within 5 minutes")
