"""Working time inside SQL: what routing.workingtime says of an account, as an expression."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from functools import lru_cache
from typing import Any

from routing.workingtime import Calendar

DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)
YEARS_BACK = 4  # older stays count the days off before as worked

_WEEK = """
    (SELECT coalesce(sum(least(greatest(SECONDS - opens, 0), closes - opens)), 0)
       FROM unnest(%(opens)s::int[], %(closes)s::int[]) AS hours(opens, closes))
"""
_OFF = """
    (SELECT coalesce(sum(greatest(0, extract(epoch FROM least(UNTIL, closes) - greatest(SINCE, opens)))), 0)
       FROM unnest(%(off_from)s::timestamp[], %(off_to)s::timestamp[]) AS off(opens, closes))
"""


def worked(start: str, end: str) -> str:
    """SQL for the working seconds between two timestamptz expressions; needs the parameters of `worktime`."""
    since, until = f"({start} AT TIME ZONE %(zone)s)", f"({end} AT TIME ZONE %(zone)s)"
    off = _OFF.replace("SINCE", since).replace("UNTIL", until)
    return f"({_since_monday(until)} - {_since_monday(since)} - {off})::float8"


def _since_monday(local: str) -> str:
    # Seconds since a Monday long ago, by the wall clock: exact where clocks change outside of working hours.
    days = f"({local}::date - date '1970-01-05')"
    seconds = f"({days} %% 7 * 86400 + extract(epoch FROM {local}::time))"
    return f"({days} / 7 * %(week)s + {_WEEK.replace('SECONDS', seconds)})"


@lru_cache(maxsize=64)
def worktime(calendar: Calendar, last: date) -> dict[str, Any]:
    """The parameters of `worked`: the hours of a week, and the working time that days off took until `last`."""
    hours = [
        (day * DAY + opens * MINUTE, day * DAY + closes * MINUTE)
        for day, spans in enumerate(calendar.week)
        for opens, closes in spans
    ]
    off = [
        (opens, closes) for day in _days_until(last) if calendar.free_day(day) for opens, closes in _on(calendar, day)
    ]
    return {
        "opens": [int(opens.total_seconds()) for opens, _ in hours],
        "closes": [int(closes.total_seconds()) for _, closes in hours],
        "week": sum(int((closes - opens).total_seconds()) for opens, closes in hours),
        "off_from": [opens for opens, _ in off],
        "off_to": [closes for _, closes in off],
    }


def _days_until(last: date) -> list[date]:
    first = date(last.year - YEARS_BACK, 1, 1)
    return [first + number * DAY for number in range((last - first).days + 1)]


def _on(calendar: Calendar, day: date) -> list[tuple[datetime, datetime]]:
    midnight = datetime.combine(day, time())
    return [(midnight + opens * MINUTE, midnight + closes * MINUTE) for opens, closes in calendar.week[day.weekday()]]
