"""The jobs of running promises: each rings at the next rung of its ladder, or when its pause is over."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from events.jobs import HANDLERS, cancel_all, reschedule_all, schedule_all
from routing.deadlines import Rung
from routing.models import Timer


def next_at(timer: Timer) -> datetime | None:
    """When something is to happen to a running promise (aware); None once its ladder ends."""
    if timer.paused_at:
        return timer.paused_until
    return Rung.read(timer.rungs[timer.climbed]).at if timer.climbed < len(timer.rungs) else None


def begin(timers: Sequence[Timer]) -> None:
    """For timers that are new: one statement."""
    schedule_all(HANDLERS["routing.climb_timers"], [(timer.pk, at) for timer in timers if (at := next_at(timer))])


def again(timers: Sequence[Timer]) -> None:
    """Instead of when they were to ring before."""
    if timers:
        reschedule_all(HANDLERS["routing.climb_timers"], [(timer.pk, next_at(timer)) for timer in timers])


def never(timers: Sequence[Timer]) -> None:
    cancel_all(HANDLERS["routing.climb_timers"], [timer.pk for timer in timers])
