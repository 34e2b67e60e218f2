"""The clocks of first attempt and first response: started at capture, kept by people, broken at their due times.

What happens on the way is routing/climbing.py; the clock of next steps is routing/next_steps.py.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from events.kinds import Kind
from events.record import SYSTEM, Happening, record_all
from leads.models import Lead
from leads.records import DueRow, record_due_times
from routing import ringing
from routing.calendars import calendar_of
from routing.deadlines import Deadline, deadline
from routing.models import Clock, Timer
from routing.policies import Policies, policies
from routing.workingtime import Calendar
from scoring.models import Receipt
from tenancy import clock
from tenancy.inserting import draft, insert_all
from tenancy.scope import current_account

ANSWERS = (Clock.FIRST_ATTEMPT, Clock.FIRST_RESPONSE)
JUST_NOW = timedelta(minutes=1)
Pair = tuple[UUID, str]  # lead and clock


@dataclass(frozen=True)
class Clockwork:
    """All that decides about the clocks of a batch of leads."""

    policies: Policies
    calendar: Calendar
    late: Collection[UUID]  # leads that were promised something else at first: new clocks start now, not at capture
    now: datetime

    def deadline_of(self, lead: Lead, wanted: str, timer: Timer | None) -> Deadline | None:
        """The promise that is to run for a lead from now on; None leaves everything as it is."""
        policy = self.policies.of(lead, wanted)
        if policy is None or (wanted == Clock.FIRST_ATTEMPT and lead.first_attempt_at):
            return None
        if timer is None or timer.cancelled_at:
            fresh = timer is None and lead.pk not in self.late
            return self._deadline(policy, lead.captured_at if fresh else self.now)
        if timer.kept_at or timer.broken_at or timer.paused_at or policy.pk == timer.policy_id:
            return None
        due = self._deadline(policy, self.now)
        return due if due and due.due_at < timer.due_at else None

    def _deadline(self, policy: Any, start: datetime) -> Deadline | None:
        try:
            return deadline(policy, self.calendar, start)
        except ValueError:  # an account that never works promises nothing
            return None


@dataclass(frozen=True)
class Change:
    """A timer about to run anew: `timer` is None for one that is not there yet."""

    lead: Lead
    clock: str
    timer: Timer | None
    due: Deadline


def start(lead_ids: Sequence[UUID], *, at_once: bool = False) -> None:
    """Start, or bring forward, the clocks of open leads that nobody has answered yet.

    A clock starts at capture; where something changed that makes a promise only now (`at_once`), it starts now.
    """
    unanswered = Lead.objects.open().with_people().filter(pk__among=lead_ids, first_response_at=None)
    leads = list(unanswered.select_for_update(of=("self",), no_key=True).order_by("id"))
    found = policies()
    if not leads or not any(found.have(one) for one in ANSWERS):
        return
    timers = newest_of(leads)
    works = Clockwork(found, calendar_of(current_account()), _late(leads, timers, at_once), found.now)
    planned = [
        (lead, one, timers.get((lead.pk, one)), works.deadline_of(lead, one, timers.get((lead.pk, one))))
        for lead in leads
        for one in ANSWERS
    ]
    _run([Change(lead, one, timer, due) for lead, one, timer, due in planned if due])


def newest_of(leads: Iterable[Lead]) -> dict[Pair, Timer]:
    """The last timer of each lead and clock: the one that runs, if one does."""
    rows = Timer.objects.filter(lead_id__among=[lead.pk for lead in leads], clock__in=ANSWERS)
    return {(timer.lead_id, timer.clock): timer for timer in rows.order_by("started_at", "id")}


def _late(leads: Sequence[Lead], timers: Mapping[Pair, Timer], at_once: bool) -> set[UUID]:
    """Leads of which a new clock must not start at capture: it was not promised to them then."""
    if at_once:
        return {lead.pk for lead in leads if clock.now() - lead.captured_at > JUST_NOW}
    tiers = {lead.pk: lead.tier for lead in leads if not all((lead.pk, one) in timers for one in ANSWERS)}
    scored = Receipt.objects.filter(lead_id__among=list(tiers)).values_list("lead_id", "tier")
    return {lead_id for lead_id, tier in scored if tier != tiers[lead_id]}


def _run(changes: Sequence[Change]) -> None:
    """A constant number of statements, whatever the number."""
    if not changes:
        return
    new = [begun(draft(Timer, lead=one.lead, clock=one.clock), one.due) for one in changes if not moves(one.timer)]
    moved = [begun(one.timer, one.due) for one in changes if one.timer and moves(one.timer)]
    insert_all(new)
    ringing.begin(new)
    if moved:
        Timer.objects.bulk_update(moved, ["policy", "started_at", "risk_at", "due_at", "minutes", "rungs", "climbed"])
        ringing.again(moved)
    answers = [one for one in changes if one.clock == Clock.FIRST_RESPONSE]
    record_due_times([DueRow(one.lead.pk, one.due.due_at, one.due.risk_at) for one in answers])
    record_all([_made(one) for one in changes])


def moves(timer: Timer | None) -> bool:
    """Whether a timer can run on by another promise; one that ended stays as it was, and a new one is made."""
    return timer is not None and timer.is_running


def begun(timer: Timer, due: Deadline) -> Timer:
    """`timer`, to run by another promise."""
    timer.policy_id, timer.started_at, timer.risk_at, timer.due_at = (
        due.policy_id,
        due.started_at if timer._state.adding else timer.started_at,
        due.risk_at,
        due.due_at,
    )
    timer.minutes, timer.rungs, timer.climbed = due.minutes, [rung.as_json() for rung in due.rungs], 0
    return timer


def _made(one: Change) -> Happening:
    body = {"policy": one.due.policy, "clock": one.clock, "due_at": one.due.due_at}
    return Happening(Kind.PROMISE_MADE, one.lead.pk, one.lead.pk, SYSTEM, body)
