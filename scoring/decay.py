"""Engagement fades: in full for 48 hours, then half of it every half-life."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from math import log2

IN_FULL = timedelta(hours=48)
PRECISION = timedelta(seconds=1)


def share(age: timedelta, half_life_hours: int | None) -> float:
    """How much of a signal of that age still counts, 0-1. Without a half-life all of it, for ever."""
    if not half_life_hours or age <= IN_FULL:
        return 1.0
    return float(0.5 ** ((age - IN_FULL) / timedelta(hours=half_life_hours)))


def worth(points: int, times: Sequence[datetime], half_life_hours: int | None, cap: int | None, now: datetime) -> int:
    """Whole points of signals seen at `times` (aware, not after `now`), at most `cap`; halves count up."""
    total = points * sum(share(now - time, half_life_hours) for time in times)
    return _whole(total if cap is None else min(total, cap))


def next_change(
    points: int, times: Sequence[datetime], half_life_hours: int | None, cap: int | None, now: datetime
) -> datetime | None:
    """The next moment at which `worth` is another whole number; None if it never changes again."""
    present = worth(points, times, half_life_hours, cap, now)
    if not half_life_hours or present == 0:
        return None
    early, late = now, _certainly_less(points, times, half_life_hours, abs(present))
    while late - early > PRECISION:
        middle = early + (late - early) / 2
        if worth(points, times, half_life_hours, cap, middle) == present:
            early = middle
        else:
            late = middle
    return late


def _certainly_less(points: int, times: Sequence[datetime], half_life_hours: int, present: int) -> datetime:
    """A time when all the signals together are worth less than half a point less than at present."""
    # Later than the truth where signals are of different ages; the search above only needs a bound on this side.
    newest, everything = max(times), abs(points) * len(times)
    halvings = log2(max(everything / (present - 0.5), 1)) + 0.01
    return newest + IN_FULL + timedelta(hours=half_life_hours * halvings)


def _whole(number: float) -> int:
    return int(number + 0.5) if number >= 0 else -int(-number + 0.5)
