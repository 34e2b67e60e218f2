"""Nothing done and nothing planned: one working day in the first stage, two later."""

from __future__ import annotations

from datetime import datetime, timedelta
from types import SimpleNamespace
from uuid import uuid4

import pytest

from accounts.models import Member
from events.kinds import Kind
from events.record import record
from leads.models import Lead, Status
from routing import next_steps, pausing
from routing.jobs import stop_timers
from routing.models import Breach, Clock, SlaPolicy, Timer
from tenancy import clock
from tests.factories import a_lead
from tests.routing.promises import MINUTE, TUESDAY, happened, pending, timer_of, until

pytestmark = pytest.mark.usefixtures("rules", "in_scope")
HOUR, DAY = 60 * MINUTE, timedelta(days=1)
FRIDAY = TUESDAY + 3 * DAY


def worked(owner: Member, stage_number: int = 1, at: datetime = TUESDAY) -> Lead:
    """A lead whose deal was opened at `at`, with nothing planned."""
    lead = a_lead(owner=owner, deal_id=uuid4(), stage_number=stage_number, captured_at=at, track="active")
    with clock.at(at):
        record(Kind.DEAL_OPENED, lead.deal_id, by=owner.by, lead_id=lead.pk)
    settle(lead, at)
    return lead


def settle(lead: Lead, at: datetime, *, planned: datetime | None = None, some_day: bool = False) -> None:
    """Downstream has written what is planned, and tells."""
    Lead.objects.filter(pk=lead.pk).update(next_step_at=planned)
    with clock.at(at):
        next_steps.settle([lead.pk], some_day={lead.pk} if some_day else ())


def step_of(lead: Lead) -> Timer:
    return timer_of(lead, Clock.NEXT_STEP)


@pytest.mark.parametrize(("stage", "days"), [(1, 1), (2, 2), (5, 2)])
def test_one_working_day_in_the_first_stage_two_later(rules: SimpleNamespace, stage: int, days: int) -> None:
    lead = worked(rules.rita, stage)
    assert (step_of(lead).started_at, step_of(lead).due_at) == (TUESDAY, TUESDAY + days * DAY)
    weekend = worked(rules.rita, stage, at=FRIDAY)
    assert step_of(weekend).due_at == FRIDAY + (2 + days) * DAY


def test_what_is_done_or_planned_puts_it_off(rules: SimpleNamespace) -> None:
    lead = worked(rules.rita)
    with clock.at(TUESDAY + 2 * HOUR):
        lead.log_activity(kind="call", outcome="no_answer", by=rules.rita.by)
    settle(lead, TUESDAY + 2 * HOUR)
    assert step_of(lead).due_at == TUESDAY + DAY + 2 * HOUR
    settle(lead, TUESDAY + 3 * HOUR, planned=FRIDAY)
    assert (step_of(lead).started_at, step_of(lead).due_at) == (FRIDAY, FRIDAY + 3 * DAY)
    settle(lead, TUESDAY + 4 * HOUR)  # and the plan is taken back
    assert step_of(lead).due_at == TUESDAY + DAY + 2 * HOUR
    assert Timer.objects.count() == 1
    assert pending() == [step_of(lead).risk_at]


def test_a_step_for_some_day_is_a_step(rules: SimpleNamespace) -> None:
    lead = worked(rules.rita)
    settle(lead, TUESDAY + HOUR, some_day=True)
    assert (step_of(lead).cancelled_at, pending()) == (TUESDAY + HOUR, [])
    settle(lead, TUESDAY + 2 * HOUR)
    assert (step_of(lead).cancelled_at, step_of(lead).due_at) == (None, TUESDAY + DAY)


def test_automatic_mail_is_nothing_done(rules: SimpleNamespace) -> None:
    lead = worked(rules.rita)
    with clock.at(TUESDAY + HOUR):
        lead.log_activity(kind="email", automatic=True, by=rules.rita.by)
    settle(lead, TUESDAY + HOUR)
    assert step_of(lead).started_at == TUESDAY


def test_a_forgotten_step_reminds_and_reaches_the_manager_twice_and_nobody_loses_the_lead(
    rules: SimpleNamespace,
) -> None:
    lead = worked(rules.rita)
    until(TUESDAY + 10 * DAY)
    hours = [(kind, minutes / 60) for kind, minutes in happened(lead)]
    assert hours == [
        ("promise.reminded", 6),
        ("promise.broken", 24),
        ("promise.escalated", 24),
        ("promise.escalated", 48),
    ]
    breach = Breach.objects.get()
    assert (breach.blame, breach.windows, breach.owner) == ("person", 2, rules.rita)


def test_what_is_done_after_the_breach_settles_it_and_a_new_clock_runs(rules: SimpleNamespace) -> None:
    lead = worked(rules.rita)
    until(TUESDAY + DAY)
    later = TUESDAY + DAY + HOUR
    settle(lead, later, planned=later + DAY)
    assert Breach.objects.get().settled == "answered"
    first, second = Timer.objects.filter(lead=lead).order_by("started_at")
    assert (first.broken_at, first.kept_at) == (TUESDAY + DAY, later)
    assert (second.started_at, second.due_at) == (later + DAY, later + 2 * DAY)


def test_an_old_breach_stays_while_nothing_happens(rules: SimpleNamespace) -> None:
    lead = worked(rules.rita)
    until(TUESDAY + DAY)
    settle(lead, TUESDAY + DAY + HOUR)
    assert Timer.objects.count() == 1
    assert Breach.objects.unsettled().count() == 1


def test_a_closed_lead_had_its_next_step_to_the_end(rules: SimpleNamespace) -> None:
    lead = worked(rules.rita)
    Lead.objects.filter(pk=lead.pk).update(status=Status.WON)
    with clock.at(TUESDAY + HOUR):
        stop_timers([lead.pk])
    assert (step_of(lead).kept_at, step_of(lead).owner) == (TUESDAY + HOUR, rules.rita)
    assert pending() == []


@pytest.mark.parametrize("columns", [{"deal_id": None}, {"track": "nurture"}, {"status": "lost"}])
def test_who_is_not_worked_owes_no_step(rules: SimpleNamespace, columns: dict[str, object]) -> None:
    lead = a_lead(**{"owner": rules.rita, "deal_id": uuid4(), "stage_number": 1, "track": "active", **columns})
    settle(lead, TUESDAY)
    assert not Timer.objects.exists()


def test_while_it_waits_for_the_customer_only_a_deed_wakes_it(rules: SimpleNamespace) -> None:
    lead = worked(rules.rita)
    with clock.at(TUESDAY + HOUR):
        pausing.pause(lead, by=rules.rita.by)
    settle(lead, TUESDAY + 2 * HOUR)
    assert step_of(lead).paused_at == TUESDAY + HOUR
    with clock.at(TUESDAY + 3 * HOUR):
        lead.log_activity(kind="email", direction="in", by=rules.rita.by)
    settle(lead, TUESDAY + 3 * HOUR)
    assert (step_of(lead).paused_at, step_of(lead).due_at) == (None, TUESDAY + DAY + 3 * HOUR)


def test_a_lead_from_another_system_starts_now(rules: SimpleNamespace) -> None:
    lead = a_lead(owner=rules.rita, deal_id=uuid4(), stage_number=3, captured_at=TUESDAY - 90 * DAY)
    settle(lead, TUESDAY)
    assert step_of(lead).started_at == TUESDAY


def test_without_such_a_promise_nothing_is_asked(rules: SimpleNamespace, django_assert_num_queries: object) -> None:
    SlaPolicy.objects.filter(clock=Clock.NEXT_STEP).delete()
    lead = a_lead(owner=rules.rita, deal_id=uuid4())
    with django_assert_num_queries(2):  # type: ignore[operator]
        next_steps.settle([lead.pk])
