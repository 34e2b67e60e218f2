"""Working time inside SQL: what routing.workingtime says, as an expression."""

from __future__ import annotations

from datetime import date, timedelta
from functools import lru_cache

from routing.workingtime import CLOSES, FRIDAY, OPENS, holidays_of

OPEN_AT = OPENS.hour * 3600
WORKDAY = (CLOSES.hour - OPENS.hour) * 3600  # seconds
YEARS_BACK = 4  # older stays count the holidays before as worked

_ON_HOLIDAYS = """
    (SELECT coalesce(sum(greatest(0, extract(epoch FROM OVERLAP))), 0) FROM unnest(%(holidays)s::date[]) day)
"""


def worked(start: str, end: str) -> str:
    """SQL for the working seconds between two timestamptz expressions; needs the parameters `zone` and `holidays`."""
    start, end = f"({start} AT TIME ZONE %(zone)s)", f"({end} AT TIME ZONE %(zone)s)"
    overlap = f"least({end}, day + time '{CLOSES}') - greatest({start}, day + time '{OPENS}')"
    off = _ON_HOLIDAYS.replace("OVERLAP", overlap)
    return f"({_since_monday(end)} - {_since_monday(start)} - {off})::float8"


def _since_monday(local: str) -> str:
    # Seconds since a Monday long ago. Clocks change at night, so that differences of local times are right.
    days = f"({local}::date - date '1970-01-05')"
    today = f"least(greatest(extract(epoch FROM {local}::time) - {OPEN_AT}, 0), {WORKDAY})"
    return f"(({days} / 7 * 5 + least({days} %% 7, 5)) * {WORKDAY} + CASE WHEN {days} %% 7 < 5 THEN {today} ELSE 0 END)"


@lru_cache(maxsize=64)
def holidays_until(country: str, last: date) -> list[date]:
    """The public holidays on working days of the years before `last`."""
    off, first = holidays_of(country), date(last.year - YEARS_BACK, 1, 1)
    days = (first + timedelta(days=n) for n in range((last - first).days + 1))
    return [day for day in days if day.weekday() <= FRIDAY and day in off]
