"""When a row says something happened. One column has one order of day and month, found from all its values."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, datetime, tzinfo
from zoneinfo import ZoneInfo

from leads.normalise import MONTH_FIRST_COUNTRIES

DAY_FIRST, MONTH_FIRST = "day first", "month first"
NUMBERS = re.compile(r"(\d{1,4})([./-])(\d{1,2})\2(\d{2,4})(?:[,\sT]+(.*))?")
CLOCK = re.compile(r"(\d{1,2}):(\d{2})(?::(\d{2})(?:\.\d+)?)?\s*([AaPp])?\.?[Mm]?\.?\s*(Z|UTC|GMT)?([+-]\d{2}:?\d{2})?")
WORDED = ("%d %B %Y", "%d %b %Y", "%B %d, %Y", "%b %d, %Y", "%B %d %Y", "%d-%b-%Y", "%d. %B %Y")


def read_time(text: str, order: str, zone: str) -> datetime:
    """The aware time a cell says; without an offset it is the wall clock's in `zone`. Raises ValueError."""
    text = text.strip()
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        found = _written(text, order)
    if found.tzinfo is None:
        found = found.replace(tzinfo=ZoneInfo(zone))
    if not 1970 <= found.year <= 2200:
        raise ValueError("This date is out of range.")
    return found.astimezone(UTC)


def _written(text: str, order: str) -> datetime:
    if re.fullmatch(r"\d{10}|\d{13}", text):  # seconds or milliseconds since 1970
        return datetime.fromtimestamp(int(text[:10]), UTC)
    parts = NUMBERS.fullmatch(text)
    if not parts:
        return _worded(text)
    first, _, second, third, rest = parts.groups()
    if len(first) == 4:
        year, month, day = int(first), int(second), int(third)
    else:
        day, month = (int(first), int(second)) if order == DAY_FIRST else (int(second), int(first))
        year = int(third) + (2000 if len(third) == 2 else 0)
    hour, minute, seconds, zone = _clock(rest or "0:00")
    return datetime(year, month, day, hour, minute, seconds, tzinfo=zone)


def _worded(text: str) -> datetime:
    for pattern in WORDED:
        try:
            return datetime.strptime(text, pattern)
        except ValueError:
            continue
    raise ValueError("This is no date.")


def _clock(text: str) -> tuple[int, int, int, tzinfo | None]:
    parts = CLOCK.fullmatch(text.strip())
    if not parts:
        raise ValueError("This is no time of day.")
    hour, minute, seconds, half, universal, offset = parts.groups()
    hours = int(hour) % 12 + (12 if half in "pP" else 0) if half else int(hour)
    zone = UTC if universal else datetime.fromisoformat(f"2000-01-01T00:00{offset}").tzinfo if offset else None
    return hours, int(minute), int(seconds or 0), zone


def order_of(values: Sequence[str], country: str) -> str:
    """Whether days or months come first in these dates: a number above 12 tells, else the country's habit."""
    habit = MONTH_FIRST if country in MONTH_FIRST_COUNTRIES else DAY_FIRST
    for value in values:
        parts = NUMBERS.fullmatch(value.strip())
        if not parts or len(parts[1]) == 4:
            continue
        if int(parts[1]) > 12:
            return DAY_FIRST
        if int(parts[3]) > 12:
            return MONTH_FIRST
    return habit


def is_date(value: str) -> bool:
    """Whether a cell says a date in either order."""
    for order in (DAY_FIRST, MONTH_FIRST):
        try:
            read_time(value, order, "UTC")
        except ValueError:
            continue
        return True
    return False
