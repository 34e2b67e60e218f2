"""A stretch of days in the account's time zone: half-open, [start, end)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

EARLIEST, LATEST = date(2000, 1, 1), date(2100, 1, 1)


@dataclass(frozen=True)
class Period:
    """From the beginning of `first` to the beginning of `end` (not in it), in `zone`. Raises ValueError when empty."""

    first: date
    end: date
    zone: ZoneInfo

    def __post_init__(self) -> None:
        if not EARLIEST <= self.first < self.end <= LATEST:
            raise ValueError(f"A period begins before it ends, between {EARLIEST.year} and {LATEST.year}.")

    @classmethod
    def inclusive(cls, first: date, last: date, zone: ZoneInfo) -> Period:
        """From the first to the last day, both in it. Raises ValueError."""
        return cls(first, min(last, LATEST) + timedelta(days=1), zone)

    @property
    def start(self) -> datetime:
        return datetime.combine(self.first, time.min, self.zone)

    @property
    def stop(self) -> datetime:
        """The first moment that no longer belongs to it (aware)."""
        return datetime.combine(self.end, time.min, self.zone)

    @property
    def last(self) -> date:
        """Its last day."""
        return self.end - timedelta(days=1)

    @property
    def days(self) -> int:
        return (self.end - self.first).days

    def before(self) -> Period | None:
        """The period of the same length just before: whole months before whole months. None before the year 2000."""
        first = self.first - timedelta(days=self.days)
        if self.first.day == 1 and self.end.day == 1:
            months = (self.end.year - self.first.year) * 12 + self.end.month - self.first.month
            first = month_start(self.first, -months)
        return Period(first, self.first, self.zone) if first >= EARLIEST else None

    def __str__(self) -> str:
        """`1 Jan to 28 Feb 2026`, naming the year of the first day only where it differs."""
        until = f"{self.last.day} {self.last:%b %Y}"
        if self.first == self.last:
            return until
        year = "" if self.first.year == self.last.year else f" {self.first.year}"
        month = "" if (self.first.year, self.first.month) == (self.last.year, self.last.month) else f" {self.first:%b}"
        return f"{self.first.day}{month}{year} to {until}"


def month_start(day: date, months: int = 0) -> date:
    """The first of the month `months` after the one of `day`."""
    number = day.year * 12 + day.month - 1 + months
    return date(number // 12, number % 12 + 1, 1)


def presets(today: date, zone: ZoneInfo) -> dict[str, tuple[str, Period]]:
    """Usual periods by key, with their words; those that run include today."""
    tomorrow = today + timedelta(days=1)
    this, quarter = month_start(today), date(today.year, (today.month - 1) // 3 * 3 + 1, 1)
    spans = {
        "30": ("Last 30 days", tomorrow - timedelta(days=30), tomorrow),
        "90": ("Last 90 days", tomorrow - timedelta(days=90), tomorrow),
        "month": ("This month", this, month_start(this, 1)),
        "last-month": ("Last month", month_start(this, -1), this),
        "quarter": ("This quarter", quarter, month_start(quarter, 3)),
        "year": ("This year", date(today.year, 1, 1), date(today.year + 1, 1, 1)),
    }
    return {key: (words, Period(first, end, zone)) for key, (words, first, end) in spans.items()}
