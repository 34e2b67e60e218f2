"""Working time by looking at the clock on the wall each minute: an oracle that shares nothing with the product."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Collection, Sequence
from datetime import UTC, date, datetime, timedelta
from itertools import accumulate
from zoneinfo import ZoneInfo

import holidays

FIRST = datetime(2026, 3, 25, tzinfo=UTC)
DAYS = 60
MINUTE, QUARTER = timedelta(minutes=1), 15
Hours = Sequence[Sequence[Sequence[int]]]


class Minutes:
    """Of each minute from FIRST on, whether somebody works. Hours and offsets are whole quarters of an hour."""

    def __init__(self, zone: str, country: str, week: Hours, free: Collection[date] = ()) -> None:
        self.zone, self.week, self.free = ZoneInfo(zone), week, set(free)
        self.holidays = holidays.country_holidays(country, years=2026)
        quarters = [self._works(FIRST + number * QUARTER * MINUTE) for number in range(DAYS * 96)]
        self.worked = [works for works in quarters for _ in range(QUARTER)]
        self.before = list(accumulate(self.worked, initial=0))

    def works(self, moment: datetime) -> bool:
        return self.worked[(moment - FIRST) // MINUTE]

    def passed(self, moment: datetime) -> timedelta:
        """The working time from FIRST until `moment`."""
        number, rest = divmod(moment - FIRST, MINUTE)
        return self.before[number] * MINUTE + (rest if self.worked[number] else timedelta())

    def when(self, passed: timedelta) -> datetime:
        """The first moment at which so much working time has passed."""
        number = bisect_left(self.before, passed / MINUTE) - 1
        return FIRST + number * MINUTE + (passed - self.before[number] * MINUTE)

    def end_of_day(self, moment: datetime) -> datetime:
        """The end of the working day of `moment`, or of the next one."""
        first = (moment - FIRST) // MINUTE
        found = next(number for number in range(first, len(self.worked)) if self.worked[number])
        day = self._local(found).date()
        same = (number for number in range(found, found + 1440) if self.worked[number])
        last = max(number for number in same if self._local(number).date() == day)
        return FIRST + (last + 1) * MINUTE

    def _local(self, number: int) -> datetime:
        return (FIRST + number * MINUTE).astimezone(self.zone)

    def _works(self, moment: datetime) -> bool:
        local = moment.astimezone(self.zone)
        day, minute = local.date(), local.hour * 60 + local.minute
        open_now = any(opens <= minute < closes for opens, closes in self.week[local.weekday()])
        return open_now and day not in self.free and day not in self.holidays
