"""Working time against an oracle that walks minute by minute."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from itertools import islice
from random import Random
from zoneinfo import ZoneInfo

import holidays
import pytest
from hypothesis import given
from hypothesis import strategies as st

from routing.workingtime import Calendar, calendar_for, zone_named

ZONES = {
    "America/New_York": "US",
    "Africa/Cairo": "EG",
    "Australia/Lord_Howe": "AU",
    "Asia/Kathmandu": "NP",
    "Pacific/Apia": "WS",
    "Africa/Casablanca": "MA",
}
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
CASES = 1700  # of each zone: ten thousand together
# Years with everything that can go wrong: Apia skips 30 December 2011, Cairo and Casablanca change around Ramadan or
# abolish and restore summer time, Lord Howe moves by half an hour. Few years, so that the oracle's days are reused.
YEARS = (2011, 2014, 2023, 2026)


def at(text: str, zone: str = "UTC") -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone))


class Oracle:
    """What a person would find by looking at the wall clock every minute, from day to day of UTC."""

    def __init__(self, zone: str, country: str) -> None:
        self.zone = ZoneInfo(zone)
        self.off = holidays.country_holidays(country)
        self.days: dict[date, bytes] = {}

    def day(self, day: date) -> bytes:
        """Of each minute of a day of UTC, whether it is worked."""
        if day not in self.days:
            midnight = datetime.combine(day, time(), UTC)
            # Offsets of all zones here are whole quarters of an hour, and so are opening hours.
            quarters = [self._works(midnight + 15 * quarter * MINUTE) for quarter in range(96)]
            self.days[day] = b"".join(bytes([works]) * 15 for works in quarters)
        return self.days[day]

    def _works(self, moment: datetime) -> bool:
        local = moment.astimezone(self.zone)
        return local.weekday() < 5 and local.date() not in self.off and 9 <= local.hour < 17

    def after(self, start: datetime, minutes: int) -> datetime:
        """`start` is a whole minute."""
        for midnight, first, worked in self.days_from(start):
            here = worked.count(1, first)
            if minutes <= here:
                counted = [number for number in range(first, 1440) if worked[number]]
                return midnight + (counted[minutes - 1] + 1) * MINUTE
            minutes -= here
        raise AssertionError

    def end_of_day(self, start: datetime) -> datetime:
        begun = False
        for midnight, first, worked in self.days_from(start):
            for number in range(first, 1440):
                if begun and not worked[number]:
                    return midnight + number * MINUTE
                begun = begun or bool(worked[number])
        raise AssertionError

    def days_from(self, start: datetime) -> Iterator[tuple[datetime, int, bytes]]:
        """Midnight (UTC), the first minute to look at, and the day's minutes."""
        day, first = start.date(), start.hour * 60 + start.minute
        while True:
            yield datetime.combine(day, time(), UTC), first, self.day(day)
            day, first = day + DAY, 0


def moments(zone: str) -> Iterator[datetime]:
    """Whole minutes: half of them anywhere in YEARS, half around the zone's own changes of the clock."""
    chance, info = Random(zone), ZoneInfo(zone)
    days = [date(year, 1, 1) + number * DAY for year in YEARS for number in range(365)]
    noons = [datetime.combine(day, time(12), UTC) for day in days]
    changes = [noon for noon in noons if noon.astimezone(info).utcoffset() != (noon - DAY).astimezone(info).utcoffset()]
    for number in range(CASES):
        around = chance.choice(changes) - 3 * DAY if changes and number % 2 else chance.choice(noons)
        yield around + chance.randrange(4 * 1440) * MINUTE


@pytest.mark.parametrize("zone", ZONES)
def test_ten_thousand_cases_equal_counting_the_minutes(zone: str) -> None:
    calendar, oracle, chance = calendar_for(zone, ZONES[zone]), Oracle(zone, ZONES[zone]), Random(zone)
    for start in moments(zone):
        minutes = chance.randrange(1, 1500)
        due = calendar.after(start, minutes)
        assert due == oracle.after(start, minutes), (start, minutes)
        assert calendar.between(start, due) == minutes * MINUTE, (start, minutes)


@pytest.mark.parametrize("zone", ZONES)
def test_end_of_day_equals_walking_to_it(zone: str) -> None:
    calendar, oracle = calendar_for(zone, ZONES[zone]), Oracle(zone, ZONES[zone])
    for start in islice(moments(zone), 300):
        assert calendar.end_of_day(start) == oracle.end_of_day(start), start


moments_of_any_zone = st.datetimes(datetime(2011, 1, 1), datetime(2030, 12, 1), timezones=st.just(UTC))
calendars = st.sampled_from(sorted(ZONES)).map(lambda zone: calendar_for(zone, ZONES[zone]))
pieces = st.floats(0, 20_000)


@given(calendars, moments_of_any_zone, pieces, pieces)
def test_two_stretches_are_as_long_as_one(calendar: Calendar, start: datetime, first: float, second: float) -> None:
    """Also for parts of a minute, which no oracle walks."""
    middle = calendar.after(start, first)
    end = calendar.after(middle, second)
    assert abs(end - calendar.after(start, first + second)) <= timedelta(milliseconds=1) or second == 0
    whole = calendar.between(start, end)
    assert abs(whole - calendar.between(start, middle) - calendar.between(middle, end)) <= timedelta(milliseconds=1)


@given(calendars, moments_of_any_zone)
def test_what_is_due_at_once_is_due_at_the_next_opening(calendar: Calendar, start: datetime) -> None:
    due = calendar.after(start, 0)
    hours = calendar.hours(due.astimezone(calendar.zone).date())
    assert hours
    assert hours[0] <= due < hours[1]
    assert calendar.between(start, due) == timedelta(0)


def test_a_clock_set_back_in_the_afternoon_is_worked_until_its_second_five() -> None:
    """The only weekday on record: Vostok moved from UTC+7 to UTC on Monday 31 January 1994 at 17:00."""
    assert Calendar("Antarctica/Vostok", "AQ").hours(date(1994, 1, 31)) == (
        at("1994-01-31 02:00"),
        at("1994-01-31 17:00"),
    )


def test_a_calendar_without_working_days_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    never = Calendar("UTC", "GB")
    monkeypatch.setattr(never, "hours", {}.get)
    with pytest.raises(ValueError, match="no working day"):
        never.after(at("2026-03-02 09:00"), 5)
    with pytest.raises(ValueError, match="no working day"):
        never.end_of_day(at("2026-03-02 09:00"))
    assert never.between(at("2026-03-02 09:00"), at("2026-03-09 09:00")) == timedelta(0)


@pytest.mark.parametrize("name", ["", "Mars/Olympus", "../etc/passwd", "Europe/Berlin\x00"])
def test_a_name_that_is_no_zone_is_utc(name: str) -> None:
    assert zone_named(name).key == "UTC"


@pytest.mark.parametrize(
    ("start", "minutes", "due"),
    [
        ("2026-03-17 09:41:58", 5, "2026-03-17 09:46:58"),
        ("2026-03-17 16:58:00", 5, "2026-03-18 09:03:00"),
        ("2026-03-20 23:00:00", 5, "2026-03-23 09:05:00"),
        ("2026-03-17 03:00:00", 5, "2026-03-17 09:05:00"),
        ("2026-04-02 16:59:00", 2, "2026-04-07 09:01:00"),  # Good Friday and Easter Monday
    ],
)
def test_five_minutes_in_berlin(start: str, minutes: int, due: str) -> None:
    berlin = calendar_for("Europe/Berlin", "DE")
    assert berlin.after(at(start, "Europe/Berlin"), minutes) == at(due, "Europe/Berlin")


@pytest.mark.parametrize(
    ("start", "due"),
    [
        ("2026-03-17 09:41:58", "2026-03-17 17:00:00"),
        ("2026-03-17 17:00:00", "2026-03-18 17:00:00"),
        ("2026-03-21 12:00:00", "2026-03-23 17:00:00"),
        ("2026-12-24 18:00:00", "2026-12-28 17:00:00"),
    ],
)
def test_end_of_the_working_day_in_berlin(start: str, due: str) -> None:
    berlin = calendar_for("Europe/Berlin", "DE")
    assert berlin.end_of_day(at(start, "Europe/Berlin")) == at(due, "Europe/Berlin")


def test_nothing_passes_outside_of_working_time() -> None:
    london = calendar_for("Europe/London", "GB")
    assert london.between(at("2026-03-21 08:00"), at("2026-03-22 20:00")) == timedelta(0)
    assert london.between(at("2026-03-23 12:00"), at("2026-03-23 11:00")) == timedelta(0)


def test_unknown_zone_and_country_work_in_utc_without_holidays() -> None:
    nowhere = calendar_for("Mars/Olympus", "XX")
    assert nowhere.after(at("2026-12-25 10:00"), 5) == at("2026-12-25 10:05")
