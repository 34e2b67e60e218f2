"""Working time: Monday to Friday, 09:00 to 17:00 in the account's zone, without its country's public holidays."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import holidays

from tenancy.models import Account

OPENS, CLOSES = time(9), time(17)
FRIDAY = 4
HORIZON = 366  # days; a calendar without a working day in a year has none
DAY = timedelta(days=1)


class Calendar:
    """When an account works. Takes and gives aware times; two of one zone and country are the same object."""

    def __init__(self, zone: str, country: str) -> None:
        self.zone = zone_named(zone)
        self._holidays = holidays_of(country)
        self._known: dict[date, tuple[datetime, datetime] | None] = {}

    def hours(self, day: date) -> tuple[datetime, datetime] | None:
        """The working hours of a local day as UTC [from, to), or None for a day off."""
        if day not in self._known:
            self._known[day] = self._hours(day)
        return self._known[day]

    def after(self, moment: datetime, minutes: float) -> datetime:
        """The moment by which `minutes` of working time have passed since `moment`."""
        left = timedelta(minutes=minutes)
        for start, end in self._stretches(moment):
            if left <= end - start:
                return start + left
            left -= end - start
        raise ValueError("This calendar has no working day within a year.")

    def end_of_day(self, moment: datetime) -> datetime:
        """The end of the working day in which `moment` falls; outside of working hours, of the next one."""
        for _, end in self._stretches(moment):
            return end
        raise ValueError("This calendar has no working day within a year.")

    def between(self, start: datetime, end: datetime) -> timedelta:
        """How much working time lies in [start, end); zero when it is empty."""
        passed = timedelta()
        for opens, closes in self._stretches(start):
            if opens >= end:
                break
            passed += min(closes, end) - opens
        return passed

    def _hours(self, day: date) -> tuple[datetime, datetime] | None:
        if day.weekday() > FRIDAY or day in self._holidays:
            return None
        opens = datetime.combine(day, OPENS, self.zone).astimezone(UTC)
        if opens.astimezone(self.zone).date() != day:
            return None  # the zone skipped this day, as Apia did 30 December 2011
        # fold: where the clock is set back on that day, until its second 17:00
        return opens, datetime.combine(day, CLOSES, self.zone).replace(fold=1).astimezone(UTC)

    def _stretches(self, moment: datetime) -> Iterator[tuple[datetime, datetime]]:
        """The rest of the working day of `moment`, then whole working days."""
        moment = moment.astimezone(UTC)
        first = moment.astimezone(self.zone).date()
        for number in range(HORIZON):
            hours = self.hours(first + number * DAY)
            if hours and moment < hours[1]:
                yield max(moment, hours[0]), hours[1]


def calendar_of(account: Account) -> Calendar:
    return calendar_for(account.time_zone, account.country)


# Shared within a process: holidays are worked out year by year at some cost, and are the same for everybody.
@lru_cache(maxsize=512)
def calendar_for(zone: str, country: str) -> Calendar:
    return Calendar(zone, country)


def zone_named(name: str) -> ZoneInfo:
    """The zone, or UTC for a name that nobody knows."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        return ZoneInfo("UTC")


def holidays_of(country: str) -> holidays.HolidayBase:
    """Public holidays of a country, worked out year by year; none where the country isn't known."""
    try:
        return holidays.country_holidays(country)
    except NotImplementedError:
        return holidays.HolidayBase()
