"""Up the ladder: as a promise comes due its owner is reminded, the breach noted, the manager told, the lead given away.

Each rung is climbed once, at its time and never before; after an outage those that were missed come in their order.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from events.kinds import Kind
from events.record import SYSTEM, Happening, record_all
from leads.models import Lead
from routing import breaches, pausing, reassignment, ringing
from routing.calendars import calendar_of
from routing.deadlines import Rung, put_off
from routing.ladder import BREAK, ORDER, REASSIGN, REMIND, TELL
from routing.models import Breach, Timer
from routing.workingtime import Calendar
from tenancy import clock
from tenancy.scope import current_account

LATE = timedelta(minutes=1)  # so much behind its time, a new owner still gets the whole of theirs


@dataclass(frozen=True)
class Step:
    """A rung of one timer that is due now."""

    timer: Timer
    rung: Rung


def climb(timer_ids: Sequence[UUID]) -> None:
    """Do what is due on the ladders of these promises; those kept, ended, answered or put off are left alone."""
    now, calendar = clock.now(), calendar_of(current_account())
    timers = _held(timer_ids)
    pausing.go_on_all([one for one in timers if one.paused_until and one.paused_until <= now], now)
    awake = [timer for timer in timers if timer.paused_at is None and not timer.answered_at]
    steps = sorted(
        (step for timer in awake for step in due_steps(timer, now)), key=lambda step: (step.rung.at, step.timer.pk)
    )
    if steps:
        take(steps)
    for timer in awake:
        _go_on(timer, [step.rung for step in steps if step.timer is timer], calendar, now)
    Timer.objects.bulk_update(awake, ["rungs", "climbed", "broken_at", "owner"])
    ringing.again(awake)


def due_steps(timer: Timer, now: datetime) -> Iterator[Step]:
    """The rungs whose time has come, in order; none behind a hand-over, for the next owner has time of their own.

    Who would be reminded of a promise that is broken by now is not.
    """
    ahead = [rung for rung in map(Rung.read, timer.rungs[timer.climbed :]) if rung.at <= now]
    is_over = any(rung.act == BREAK for rung in ahead)
    for rung in ahead:
        if not (rung.act == REMIND and is_over):
            yield Step(timer, rung)
        if rung.act == REASSIGN:
            return


def take(steps: Sequence[Step]) -> None:
    """Climb the rungs, a constant number of statements for each kind."""
    by_act = {act: [step for step in steps if step.rung.act == act] for act in ORDER}
    record_all([_reminded(step.timer) for step in by_act[REMIND]])
    broken = [step.timer for step in by_act[BREAK]]
    for timer in broken:
        timer.broken_at, timer.owner_id = timer.due_at, timer.lead.owner_id
    breaches.note(broken)
    escalate(by_act[TELL])
    reassignment.hand_on([step.timer.lead for step in by_act[REASSIGN]])


def escalate(steps: Sequence[Step]) -> None:
    """Managers hear of it, with what it is charged to and how often it was missed."""
    if not steps:
        return
    said = dict(Breach.objects.filter(timer_id__in=[step.timer.pk for step in steps]).values_list("timer_id", "why"))
    for windows in {int(step.rung.windows) for step in steps}:
        missed = [step.timer for step in steps if int(step.rung.windows) == windows]
        breaches.missed_again(missed, windows)
    record_all([_escalated(step, said.get(step.timer.pk, "")) for step in steps])


def _go_on(timer: Timer, done: Sequence[Rung], calendar: Calendar, now: datetime) -> None:
    """Count the rungs that are behind; where a hand-over came late, those ahead of it keep their distance."""
    rungs = list(map(Rung.read, timer.rungs))
    if not done:
        return
    last = done[-1]
    timer.climbed = max(number for number, rung in enumerate(rungs) if rung == last) + 1
    if last.act == REASSIGN and now - last.at > LATE:
        ahead = put_off(rungs[timer.climbed :], calendar, last.at, now)
        timer.rungs = [rung.as_json() for rung in rungs[: timer.climbed] + ahead]


def _held(timer_ids: Sequence[UUID]) -> list[Timer]:
    """The running promises of open leads, locked: leads first, then timers, each in the order of ids."""
    lead_ids = Timer.objects.running().filter(pk__in=timer_ids).values_list("lead_id", flat=True)
    locked = Lead.objects.open().with_people().filter(pk__in=list(lead_ids))
    leads = {lead.pk: lead for lead in locked.select_for_update(of=("self",), no_key=True).order_by("id")}
    rows = Timer.objects.running().filter(pk__in=timer_ids, lead_id__in=list(leads)).select_related("policy")
    timers = list(rows.select_for_update(of=("self",), no_key=True).order_by("id"))
    for timer in timers:
        timer.lead = leads[timer.lead_id]
    return timers


def _reminded(timer: Timer) -> Happening:
    return Happening(Kind.PROMISE_REMINDED, timer.pk, timer.lead_id, SYSTEM, timer.told)


def _escalated(step: Step, why: str) -> Happening:
    body = step.timer.told | {"windows": step.rung.windows, "why": why}
    return Happening(Kind.PROMISE_ESCALATED, step.timer.pk, step.timer.lead_id, SYSTEM, body)
