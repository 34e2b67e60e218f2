"""A promise waits for the customer: its clock stands still, for so many working days in all."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from events.kinds import Kind
from events.record import SYSTEM, By, Happening, record_all
from leads.models import Lead, Status
from leads.records import DueRow, record_due_times
from routing import ringing
from routing.calendars import calendar_of
from routing.deadlines import MINUTE, Rung, later, put_off
from routing.models import Clock, Timer
from routing.workingtime import Calendar
from tenancy import clock
from tenancy.scope import current_account

WORKING_DAY = 8 * 60  # minutes
USUAL_DAYS = 3  # where the policy is gone


class CannotPause(Exception):
    """Why a promise can't wait for the customer now, in one sentence."""


def pause(lead: Lead, *, by: By, until: datetime | None = None, reason: str = "") -> datetime:
    """Let the promises to an open lead wait for the customer, until an aware time or as long as they may.

    Returns when the last of them goes on by itself. Raises CannotPause when none runs, or all have waited enough.
    """
    timers = _running(lead)
    now, calendar = clock.now(), calendar_of(current_account())
    ends = {timer: _end(timer, now, until, calendar) for timer in timers}
    waiting = [timer for timer in timers if ends[timer] > now]
    if not waiting:
        raise CannotPause(
            "It has waited for the customer as long as it may." if timers else "Nothing is promised to this lead now."
        )
    for timer in waiting:
        timer.paused_at, timer.paused_until = now, ends[timer]
    Timer.objects.bulk_update(waiting, ["paused_at", "paused_until"])
    ringing.again(waiting)
    if any(timer.clock == Clock.FIRST_RESPONSE for timer in waiting):
        record_due_times([DueRow(lead.pk, None)])
    last = max(ends[timer] for timer in waiting)
    record_all([Happening(Kind.PROMISE_PAUSED, lead.pk, lead.pk, by, {"until": last, "reason": reason[:200]})])
    return last


def resume(lead: Lead, *, by: By = SYSTEM) -> None:
    """The customer is there again: promises that waited go on, each with the working time it had left."""
    held = Timer.objects.running().filter(lead=lead).exclude(paused_at=None)
    go_on_all(list(held.select_for_update(of=("self",), no_key=True).order_by("id")), clock.now(), by=by)


def go_on_all(timers: list[Timer], at: datetime, *, by: By = SYSTEM) -> None:
    """End the pauses of locked timers at an aware time."""
    if not timers:
        return
    calendar = calendar_of(current_account())
    for timer in timers:
        go_on(timer, at, calendar)
    columns = ["paused_at", "paused_until", "paused_minutes", "risk_at", "due_at", "rungs"]
    Timer.objects.bulk_update(timers, columns)
    ringing.again(timers)
    answers = [timer for timer in timers if timer.clock == Clock.FIRST_RESPONSE]
    record_due_times([DueRow(timer.lead_id, timer.due_at, timer.risk_at) for timer in answers])
    leads: set[UUID] = {timer.lead_id for timer in timers}
    record_all([Happening(Kind.PROMISE_RESUMED, pk, pk, by) for pk in sorted(leads)])


def go_on(timer: Timer, at: datetime, calendar: Calendar) -> None:
    """End a timer's pause in memory; one that does not wait stays as it is."""
    since = timer.paused_at
    if since is None:
        return
    timer.risk_at, timer.due_at = (later(moment, calendar, since, at) for moment in (timer.risk_at, timer.due_at))
    rungs = [Rung.read(kept) for kept in timer.rungs]
    ahead = put_off(rungs[timer.climbed :], calendar, since, at)
    timer.rungs = [rung.as_json() for rung in rungs[: timer.climbed] + ahead]
    timer.paused_minutes += calendar.between(since, at) / MINUTE
    timer.paused_at = timer.paused_until = None


def _running(lead: Lead) -> list[Timer]:
    """The promises to an open lead, locked; a broken one is still owed."""
    rows = Timer.objects.running().filter(lead=lead, lead__status=Status.OPEN, paused_at=None)
    return list(rows.select_related("policy").select_for_update(of=("self",), no_key=True).order_by("id"))


def _end(timer: Timer, now: datetime, wanted: datetime | None, calendar: Calendar) -> datetime:
    """When a pause that begins now is over at the latest."""
    days = timer.policy.pause_days if timer.policy else USUAL_DAYS
    left = days * WORKING_DAY - timer.paused_minutes
    latest = calendar.after(now, left) if left > 0 else now
    return min(latest, wanted) if wanted else latest
