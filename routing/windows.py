"""Whoever gets a lead from somebody else has a whole window before it goes on."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from leads.models import Lead
from routing import ringing
from routing.calendars import calendar_of
from routing.deadlines import Rung, put_off
from routing.ladder import DUE, REASSIGN
from routing.models import Timer
from tenancy import clock
from tenancy.scope import current_account


def give_time(lead: Lead) -> None:
    """A person gave the lead to somebody else: before anybody takes it away again, they get a whole window."""
    now, calendar = clock.now(), calendar_of(current_account())
    timers = list(Timer.objects.running().filter(lead=lead, paused_at=None).select_for_update(no_key=True))
    for timer in timers:
        rungs = list(map(Rung.read, timer.rungs))
        opened = window_before(rungs, timer.climbed)
        if opened and opened < now:
            ahead = put_off(rungs[timer.climbed :], calendar, opened, now)
            timer.rungs = [rung.as_json() for rung in rungs[: timer.climbed] + ahead]
    Timer.objects.bulk_update(timers, ["rungs"])
    ringing.again(timers)


def window_before(rungs: Sequence[Rung], climbed: int) -> datetime | None:
    """When the window began at whose end the lead changes hands next; None before the promise is due, or at the end."""
    hop = next((rung for rung in rungs[climbed:] if rung.act == REASSIGN), None)
    return max((rung.at for rung in rungs[:climbed] if hop and DUE <= rung.windows <= hop.windows - 1), default=None)
