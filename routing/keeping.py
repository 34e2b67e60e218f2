"""A promise ends: kept by a person's contact, or over because the lead is."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from events.kinds import Kind
from events.record import SYSTEM, Happening, record_all
from leads.models import Lead, Status
from routing import breaches, pausing, ringing
from routing.calendars import calendar_of
from routing.deadlines import MINUTE
from routing.models import Clock, Settled, Timer
from routing.workingtime import Calendar
from tenancy import clock
from tenancy.scope import current_account

ANSWERS = (Clock.FIRST_ATTEMPT, Clock.FIRST_RESPONSE)
ENDED = ["kept_at", "broken_at", "cancelled_at", "owner", "working_minutes", "wall_minutes"]
ENDED += ["paused_at", "paused_until", "paused_minutes", "due_at", "rungs"]


def stop(lead_ids: Sequence[UUID]) -> None:
    """Keep the promises of leads that a person has answered; end those of leads that are closed."""
    running = Timer.objects.running().filter(lead_id__among=lead_ids).select_related("lead__owner", "policy")
    locked = list(running.select_for_update(of=("self",), no_key=True).order_by("id"))
    kept = [(timer, at) for timer in locked if (at := timer.answered_at)]
    over = [timer for timer in locked if not timer.answered_at and timer.lead.status != Status.OPEN]
    if not kept and not over:
        return
    keep(kept)
    end(over)


def keep(kept: Sequence[tuple[Timer, datetime]]) -> None:
    """Write that these promises were kept at a time (aware), however late. Those who were told of a breach are done."""
    calendar, timers = calendar_of(current_account()), [timer for timer, _ in kept]
    broken_before = [timer for timer in timers if timer.broken_at]
    for timer, at in kept:
        _keep(timer, at, calendar)
    late = [timer for timer in timers if timer.broken_at and timer not in broken_before]
    Timer.objects.bulk_update(timers, ENDED)
    ringing.never(timers)
    breaches.note(late, settled=Settled.ANSWERED)
    breaches.settle_all(broken_before, Settled.ANSWERED)
    record_all([_kept(timer) for timer in timers if not timer.broken_at])


def _keep(timer: Timer, at: datetime, calendar: Calendar) -> None:
    pausing.go_on(timer, max(at, timer.paused_at) if timer.paused_at else at, calendar)
    timer.kept_at, timer.owner_id = at, timer.owner_id or timer.lead.owner_id
    timer.working_minutes = max(0.0, calendar.between(timer.started_at, at) / MINUTE - timer.paused_minutes)
    timer.wall_minutes = max(0.0, (at - timer.started_at) / MINUTE)
    if timer.broken_at is None and at >= timer.due_at:
        timer.broken_at = timer.due_at


def end(timers: Sequence[Timer]) -> None:
    """The leads are closed: a next step was never missing, or it no longer matters; an answer is no longer owed."""
    now = clock.now()
    for timer in timers:
        if timer.clock == Clock.NEXT_STEP and timer.broken_at is None:
            timer.kept_at, timer.owner_id = now, timer.lead.owner_id
        else:
            timer.cancelled_at = now
    Timer.objects.bulk_update(timers, ENDED)
    ringing.never(timers)
    breaches.settle_all(timers, Settled.CLOSED)


def resume(lead_ids: Sequence[UUID]) -> None:
    """Two leads again: the promises that ran for each run on; what was answered meanwhile is kept."""
    answered = Lead.objects.open().filter(pk__among=lead_ids).exclude(first_response_at=None)
    stop(list(answered.values_list("pk", flat=True)))
    running = Timer.objects.running().filter(lead_id__among=lead_ids, lead__status=Status.OPEN)
    ringing.again(list(running))


def run_on(lead_id: UUID, since: datetime) -> None:
    """A lead was closed by a slip of the hand, at `since` (aware), and is open again: the promises of an answer that
    ended with it run on, due when they were due."""
    running = Timer.objects.running().filter(lead_id=lead_id).values("clock")
    over = Timer.objects.filter(lead_id=lead_id, clock__in=ANSWERS, cancelled_at__gte=since).exclude(clock__in=running)
    newest = {
        timer.clock: timer for timer in over.select_for_update(of=("self",), no_key=True).order_by("started_at", "id")
    }
    Timer.objects.filter(pk__in=[timer.pk for timer in newest.values()]).update(cancelled_at=None)
    ringing.again(list(newest.values()))
    stop([lead_id])


class NotAgain(Exception):
    """A promise that was broken before it was kept doesn't run again: who was told of it is done."""


def take_up(lead_id: UUID, answered_at: datetime) -> None:
    """What kept promises of this lead at that moment never happened: they run on, due when they were due.

    Raises NotAgain where one was late already.
    """
    kept = Timer.objects.filter(lead_id=lead_id, clock__in=ANSWERS, kept_at=answered_at)
    timers = list(kept.select_for_update(of=("self",), no_key=True).order_by("id"))
    if any(timer.broken_at for timer in timers):
        raise NotAgain("It answered a promise that was late; that stays on the record.")
    kept.update(kept_at=None, owner=None, working_minutes=None, wall_minutes=None)
    ringing.again(timers)


def _kept(timer: Timer) -> Happening:
    return Happening(Kind.PROMISE_KEPT, timer.pk, timer.lead_id, SYSTEM, timer.told)
