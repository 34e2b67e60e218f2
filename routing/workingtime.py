"""Working time: weekly hours in a zone, without public holidays, own days off and leave. Pure."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import NamedTuple
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import holidays

# Seven days from Monday, each with its hours as [from, to) in minutes of the local day.
Week = tuple[tuple[tuple[int, int], ...], ...]
NINE_TO_FIVE: Week = (((540, 1020),),) * 5 + ((),) * 2
HORIZON = 366  # days; a calendar without working time in a year has none
DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)
REMEMBERED = 1000  # days of one calendar


class Span(NamedTuple):
    """A stretch of working time as UTC [start, end), and the local day it belongs to."""

    start: datetime
    end: datetime
    day: date


class Calendar:
    """When somebody works. Takes and gives aware times; equal arguments of `calendar_for` make the same object.

    A moment is worked when the clock on the wall, in `zone`, is within the hours of its weekday, and its day is neither
    a public holiday of `country` (`DE`, `DE-BY`, empty for none), nor in `off` (day and name), nor in `leave` (first
    and last day, both included). Times that the clock skips are not worked; times that it shows twice are worked twice.
    """

    def __init__(
        self,
        zone: str,
        country: str,
        week: Week = NINE_TO_FIVE,
        off: tuple[tuple[date, str], ...] = (),
        leave: tuple[tuple[date, date], ...] = (),
    ) -> None:
        self.zone, self.week, self.leave = zone_named(zone), week, leave
        self._holidays, self._off = holidays_of(country), dict(off)
        self._known: dict[date, tuple[Span, ...]] = {}

    def spans(self, day: date) -> tuple[Span, ...]:
        """The working time of a day of UTC, in order."""
        if day not in self._known:
            if len(self._known) >= REMEMBERED:
                self._known.clear()
            self._known[day] = tuple(self._spans(datetime.combine(day, time(), UTC)))
        return self._known[day]

    def is_working(self, moment: datetime) -> bool:
        """Whether `moment` is working time."""
        moment = moment.astimezone(UTC)
        return any(span.start <= moment < span.end for span in self.spans(moment.date()))

    def next_open(self, moment: datetime) -> datetime | None:
        """The first moment from `moment` on that is worked; None when there is none within a year."""
        return next((span.start for span in self._stretches(moment)), None)

    def holds_until(self, moment: datetime) -> datetime:
        """Until when `is_working` answers as it does at `moment`; a year at most."""
        if not self.is_working(moment):
            return self.next_open(moment) or moment + HORIZON * DAY
        until = moment.astimezone(UTC)
        for span in self._stretches(moment):
            if span.start > until:
                break
            until = span.end
        return until

    def after(self, moment: datetime, minutes: float) -> datetime:
        """The moment by which `minutes` of working time have passed since `moment`.

        Raises ValueError where that takes more than a year.
        """
        left = timedelta(minutes=minutes)
        for span in self._stretches(moment):
            if left <= span.end - span.start:
                return span.start + left
            left -= span.end - span.start
        raise ValueError("This calendar has no working day within a year.")

    def end_of_day(self, moment: datetime) -> datetime:
        """The end of the working day in which `moment` falls; outside of working hours, of the next one.

        Raises ValueError where there is none within a year.
        """
        found: Span | None = None
        for span in self._stretches(moment):
            if found and span.day > found.day:
                break
            found = span
        if found is None:
            raise ValueError("This calendar has no working day within a year.")
        return found.end

    def between(self, start: datetime, end: datetime) -> timedelta:
        """How much working time lies in [start, end); zero when it is empty."""
        passed = timedelta()
        for span in self._stretches(start, end):
            if span.start >= end:
                break
            passed += min(span.end, end) - span.start
        return passed

    def closing(self, day: date) -> datetime:
        """When the hours of a local day end, holiday or not; on a day without hours, the latest of the week."""
        hours = self.week[day.weekday()] or tuple(hour for hours in self.week for hour in hours)
        close = max((until for _, until in hours), default=24 * 60)
        return (datetime.combine(day, time()) + close * MINUTE).replace(tzinfo=self.zone)

    def is_on_leave(self, day: date) -> bool:
        return any(first <= day <= last for first, last in self.leave)

    def free_day(self, day: date) -> str:
        """Why nobody works on a local day: the name of a holiday or of an own day off; "" when it is neither."""
        return self._off.get(day) or str(self._holidays.get(day) or "")

    def _spans(self, midnight: datetime) -> Iterator[Span]:
        for start, end, offset in self._even(midnight, midnight + DAY):
            first, last = (start + offset).date(), (end + offset).date()
            for number in range((last - first).days + 1):
                day = first + number * DAY
                opens = datetime.combine(day, time(), UTC) - offset
                for begin, close in self._hours(day):
                    since, until = max(start, opens + begin * MINUTE), min(end, opens + close * MINUTE)
                    if since < until:
                        yield Span(since, until, day)

    def _hours(self, day: date) -> tuple[tuple[int, int], ...]:
        hours = self.week[day.weekday()]
        return () if hours and (day in self._off or day in self._holidays or self.is_on_leave(day)) else hours

    def _even(self, start: datetime, end: datetime) -> Iterator[tuple[datetime, datetime, timedelta]]:
        """Parts of a day of UTC in which the clock on the wall runs evenly, with its offset."""
        first, last = self._offset(start), self._offset(end)
        if first == last:
            yield start, end, first
            return
        seconds = range(int(DAY.total_seconds()))
        changed = bisect_left(seconds, True, key=lambda second: self._offset(start + timedelta(0, second)) != first)
        turn = start + timedelta(0, changed)
        yield start, turn, first
        yield turn, end, last

    def _offset(self, moment: datetime) -> timedelta:
        return moment.astimezone(self.zone).utcoffset() or timedelta()

    def _stretches(self, moment: datetime, end: datetime | None = None) -> Iterator[Span]:
        """What is left of the span of `moment`, then whole ones; up to the day of `end`, or a year."""
        moment = moment.astimezone(UTC)
        first = moment.date()
        days = HORIZON if end is None else (end.astimezone(UTC).date() - first).days + 1
        for number in range(days):
            for span in self.spans(first + number * DAY):
                if moment < span.end:
                    yield span if moment <= span.start else span._replace(start=moment)


def calendar_for(
    zone: str,
    country: str,
    week: Week = NINE_TO_FIVE,
    off: tuple[tuple[date, str], ...] = (),
    leave: tuple[tuple[date, date], ...] = (),
) -> Calendar:
    """The Calendar of these arguments, shared within the process."""
    return _shared(zone, country, week, off, leave)


# Holidays are worked out year by year at some cost, and are the same for everybody.
_shared = lru_cache(maxsize=2048)(Calendar)


def zone_named(name: str) -> ZoneInfo:
    """The zone, or UTC for a name that nobody knows."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        return ZoneInfo("UTC")


def holidays_of(country: str) -> holidays.HolidayBase:
    """Public holidays of a country or of a part of it, worked out year by year; none where it isn't known."""
    nation, _, part = country.partition("-")
    try:
        return holidays.country_holidays(nation, subdiv=part or None)
    except NotImplementedError:
        return holidays.HolidayBase()
