"""Is a source silent for too long? Pure.

Arrivals come in bursts, so not leads are counted but busy hours: hours in which anything came. Each hour of the week,
in the account's zone, has a rate of its own, learned from the weeks before; a silence is judged by the chance of no
busy hour in it, exp(-expected), as in a Poisson process whose rate changes by the hour.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import exp
from zoneinfo import ZoneInfo

HOUR = timedelta(hours=1)
WEEK = timedelta(weeks=1)
LEARNED = 8 * WEEK  # how far back it looks
LEAST_HISTORY = 2 * WEEK
LEAST_HOURS = 20  # busy ones
TOO_RARE = 1 / 1000
PRIOR = 0.5  # weeks' worth of the average hour, so that no hour is thought impossible


@dataclass(frozen=True)
class Verdict:
    """`expected` busy hours since the last arrival at `since` (aware); `chance` (0-1) that there are none."""

    since: datetime
    expected: float
    chance: float

    @property
    def too_long(self) -> bool:
        return self.chance < TOO_RARE

    def sentence(self, zone: ZoneInfo) -> str:
        since = self.since.astimezone(zone)
        often = f"once in {min(1 / self.chance, 1_000_000):,.0f} times" if self.chance > 0 else "never"
        hours = f"{self.expected:.1f}".removesuffix(".0")
        return (
            f"Nothing since {since:%-d %B, %H:%M}; before, something came in {hours} hours of such a time. "
            f"By chance that happens {often}."
        )


def judge(arrivals: Sequence[datetime], last: datetime, now: datetime, zone: ZoneInfo) -> Verdict | None:
    """Judge the silence from the `last` arrival until `now`, by the `arrivals` up to it (all aware, any order).

    None while there is too little history to tell: less than two weeks, or fewer than twenty busy hours.
    """
    hours = {hour_of(moment) for moment in arrivals if now - LEARNED <= moment <= last}
    if len(hours) < LEAST_HOURS or last - min(hours) < LEAST_HISTORY:
        return None
    expected = expected_hours(rates(hours, (last - min(hours)) / WEEK, zone), last, now, zone)
    return Verdict(last, expected, exp(-expected))


def hour_of(moment: datetime) -> datetime:
    return moment.replace(minute=0, second=0, microsecond=0)


def slot(moment: datetime, zone: ZoneInfo) -> int:
    """The hour of the week in `zone`: 0 is Monday's first, 167 Sunday's last."""
    local = moment.astimezone(zone)
    return local.weekday() * 24 + local.hour


def rates(hours: Iterable[datetime], weeks: float, zone: ZoneInfo) -> list[float]:
    """How often each hour of the week was busy in `weeks`, drawn a little towards the average hour."""
    busy = Counter(slot(hour, zone) for hour in hours)
    average = busy.total() / 168 / weeks
    return [(busy[at] + PRIOR * average) / (weeks + PRIOR) for at in range(168)]


def expected_hours(by_slot: Sequence[float], since: datetime, until: datetime, zone: ZoneInfo) -> float:
    """The busy hours to be expected between two moments; an hour begun counts by its share."""
    total, here = 0.0, since
    while here < until:
        end = min(hour_of(here) + HOUR, until)
        total += by_slot[slot(here, zone)] * ((end - here) / HOUR)
        here = end
    return total
