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

from routing.workingtime import NINE_TO_FIVE, Calendar, Week, calendar_for, zone_named

ZONES = {
    "America/New_York": "US",
    "Africa/Cairo": "EG",
    "Australia/Lord_Howe": "AU",
    "Asia/Kathmandu": "NP",
    "Pacific/Apia": "WS",
    "Africa/Casablanca": "MA",
}
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
# The usual week; one with lunch and half a Saturday; and nights, which every clock change falls into.
SPLIT: Week = (((480, 720), (780, 1125)),) * 5 + (((540, 705),), ())
NIGHTS: Week = (((0, 375), (1320, 1440)),) * 7
WEEKS = (NINE_TO_FIVE, SPLIT, NIGHTS)
COMPANY_DAYS = ((date(2011, 12, 28), "Company day"), (date(2026, 3, 30), "Company day"))
LEAVE = ((date(2014, 4, 22), date(2014, 5, 2)), (date(2026, 10, 5), date(2026, 10, 5)))
CASES = 1700  # of each zone: ten thousand together
# Years with everything that can go wrong: Apia skips 30 December 2011, Cairo and Casablanca change around Ramadan or
# abolish and restore summer time, Lord Howe moves by half an hour. Few years, so that the oracle's days are reused.
YEARS = (2011, 2014, 2023, 2026)


def calendar_of(zone: str, week: Week) -> Calendar:
    return calendar_for(zone, ZONES[zone], week, COMPANY_DAYS, LEAVE)


def at(text: str, zone: str = "UTC") -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone))


class Oracle:
    """What a person would find by looking at the wall clock every minute, from day to day of UTC."""

    def __init__(self, zone: str, country: str, week: Week) -> None:
        self.zone, self.week = ZoneInfo(zone), week
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
        day, minute = local.date(), local.hour * 60 + local.minute
        away = day in self.off or day in dict(COMPANY_DAYS) or any(first <= day <= last for first, last in LEAVE)
        return not away and any(opens <= minute < closes for opens, closes in self.week[local.weekday()])

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
        """The end of the last minute worked on the local day of the first one."""
        found: tuple[date, datetime] | None = None
        for midnight, first, worked in self.days_from(start):
            for number in (number for number in range(first, 1440) if worked[number]):
                minute = midnight + number * MINUTE
                day = minute.astimezone(self.zone).date()
                if found and day > found[0]:
                    return found[1]
                found = day, minute + MINUTE
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
    chance = Random(zone)
    kinds = [(calendar_of(zone, week), Oracle(zone, ZONES[zone], week)) for week in WEEKS]
    for number, start in enumerate(moments(zone)):
        calendar, oracle = kinds[number % len(kinds)]
        minutes = chance.randrange(1, 1500)
        due = calendar.after(start, minutes)
        assert due == oracle.after(start, minutes), (start, minutes)
        assert calendar.between(start, due) == minutes * MINUTE, (start, minutes)
        worked = bool(oracle.day(start.date())[start.hour * 60 + start.minute])
        assert calendar.is_working(start) == worked, start
        assert calendar.next_open(start) == (start if worked else oracle.after(start, 1) - MINUTE), start
        assert calendar.is_working(calendar.holds_until(start)) != worked, start


@pytest.mark.parametrize("zone", ZONES)
def test_end_of_day_equals_walking_to_it(zone: str) -> None:
    kinds = [(calendar_of(zone, week), Oracle(zone, ZONES[zone], week)) for week in WEEKS]
    for number, start in enumerate(islice(moments(zone), 450)):
        calendar, oracle = kinds[number % len(kinds)]
        assert calendar.end_of_day(start) == oracle.end_of_day(start), start


moments_of_any_zone = st.datetimes(datetime(2011, 1, 1), datetime(2030, 12, 1), timezones=st.just(UTC))
calendars = st.builds(calendar_of, st.sampled_from(sorted(ZONES)), st.sampled_from(WEEKS))
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
    assert calendar.is_working(due)
    assert due == calendar.next_open(start)
    assert calendar.between(start, due) == timedelta(0)


def test_a_clock_set_back_to_five_is_over_at_its_first_five() -> None:
    """The only weekday on record: Vostok moved from UTC+7 to UTC on Monday 31 January 1994 at midnight."""
    vostok = Calendar("Antarctica/Vostok", "AQ")
    assert vostok.next_open(at("1994-01-31 00:00")) == at("1994-01-31 02:00")
    assert vostok.end_of_day(at("1994-01-31 02:00")) == at("1994-01-31 10:00")
    assert vostok.between(at("1994-01-31 00:00"), at("1994-02-01 00:00")) == timedelta(hours=8)


def test_a_calendar_without_working_days_says_so() -> None:
    never = Calendar("UTC", "GB", week=((),) * 7)
    assert never.next_open(at("2026-03-02 09:00")) is None
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


def test_a_part_of_a_country_has_its_own_holidays() -> None:
    assert calendar_for("Europe/Berlin", "DE-BY").free_day(date(2026, 1, 6))
    assert not calendar_for("Europe/Berlin", "DE").free_day(date(2026, 1, 6))


@pytest.mark.parametrize(
    ("day", "closes"), [(date(2026, 3, 17), "18:45"), (date(2026, 3, 21), "11:45"), (date(2026, 3, 22), "18:45")]
)
def test_when_a_day_closes_holiday_or_not(day: date, closes: str) -> None:
    """On a day without hours, as late as on any other."""
    assert f"{calendar_for('Europe/Berlin', 'DE', SPLIT).closing(day):%H:%M}" == closes


def test_unknown_zone_and_country_work_in_utc_without_holidays() -> None:
    nowhere = calendar_for("Mars/Olympus", "XX")
    assert nowhere.after(at("2026-12-25 10:00"), 5) == at("2026-12-25 10:05")
