"""When the next touch is due: pure arithmetic over steps and working time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from followups.models import Channel
from routing.workingtime import Calendar


@dataclass(frozen=True)
class Beat:
    """A step as plain data. `day` 1 is the day on which the cadence started."""

    id: UUID
    position: int
    day: int
    channel: str
    title: str


def next_beat(beats: Sequence[Beat], after: int) -> Beat | None:
    """The first beat behind position `after` (0: the first of all), or None at the end."""
    return min((beat for beat in beats if beat.position > after), key=lambda beat: beat.position, default=None)


def due_at(beat: Beat, started_at: datetime, now: datetime, calendar: Calendar) -> datetime:
    """When `beat` is due: at the hour of the start, on its day; outside of working time at the next opening.

    Never before `now`, so that what an outage held up comes at once and in order.
    """
    local = started_at.astimezone(calendar.zone).replace(tzinfo=None) + timedelta(days=beat.day - 1)
    wanted = local.replace(tzinfo=calendar.zone)
    return calendar.after(max(wanted, now), 0)


def first_mail_at(
    usual: datetime, *, waits_for_person: bool, attempted: bool, response_due_at: datetime | None, now: datetime
) -> datetime:
    """When a cadence's first mail goes: where a person is to call first, after that try or when the response is due."""
    if not waits_for_person or attempted or response_due_at is None:
        return usual
    return max(response_due_at, now)


def is_first_mail(beat: Beat) -> bool:
    return beat.channel == Channel.EMAIL and beat.day == 1
