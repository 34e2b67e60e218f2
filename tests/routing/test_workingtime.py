"""Working time against an oracle that walks minute by minute."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from routing.workingtime import Calendar, calendar_for

ZONES = {
    "America/New_York": "US",
    "Africa/Cairo": "EG",
    "Australia/Lord_Howe": "AU",
    "Asia/Kathmandu": "NP",
    "Pacific/Apia": "WS",
    "Africa/Casablanca": "MA",
}
MINUTE = timedelta(minutes=1)


def at(text: str, zone: str = "UTC") -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone))


def works(calendar: Calendar, moment: datetime) -> bool:
    local = moment.astimezone(calendar.zone)
    return local.weekday() < 5 and local.date() not in calendar._holidays and 9 <= local.hour < 17


def oracle_after(calendar: Calendar, moment: datetime, minutes: int) -> datetime:
    while minutes:
        minutes -= works(calendar, moment)
        moment += MINUTE
    return moment


def oracle_end(calendar: Calendar, moment: datetime) -> datetime:
    while not works(calendar, moment):
        moment += MINUTE
    while works(calendar, moment):
        moment += MINUTE
    return moment


starts = st.datetimes(datetime(2011, 1, 1), datetime(2027, 12, 1)).map(
    lambda naive: naive.replace(second=0, microsecond=0, tzinfo=UTC)
)
# Around the nights on which the clocks change, and around the day that Apia never had.
nights = st.builds(
    lambda night, minutes: datetime.fromisoformat(night).replace(tzinfo=UTC) + minutes * MINUTE,
    st.sampled_from(["2026-03-06", "2026-10-30", "2026-04-23", "2026-04-03", "2026-10-02", "2011-12-29", "2026-02-13"]),
    st.integers(0, 4 * 24 * 60),
)


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(sorted(ZONES)), starts | nights, st.integers(1, 1500))
def test_after_equals_counting_minutes(zone: str, start: datetime, minutes: int) -> None:
    calendar = calendar_for(zone, ZONES[zone])
    due = calendar.after(start, minutes)
    assert due == oracle_after(calendar, start, minutes)
    assert calendar.between(start, due) == timedelta(minutes=minutes)


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(sorted(ZONES)), starts | nights)
def test_end_of_day_equals_walking_to_it(zone: str, start: datetime) -> None:
    calendar = calendar_for(zone, ZONES[zone])
    assert calendar.end_of_day(start) == oracle_end(calendar, start)


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
