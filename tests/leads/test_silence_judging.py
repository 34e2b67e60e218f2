"""When a silence is too long: a pure judgement by the rhythm of the weeks before."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from math import exp
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leads.silence.judging import HOUR, expected_hours, judge, rates, slot

BERLIN = ZoneInfo("Europe/Berlin")
MONDAY = datetime(2026, 3, 2, tzinfo=BERLIN)


def office_hours(weeks: int, until: datetime = MONDAY) -> list[datetime]:
    """Something every hour from nine to five, Monday to Friday, in the weeks before `until`."""
    days = [until - timedelta(days=back) for back in range(1, weeks * 7 + 1)]
    return [day.replace(hour=hour) for day in days if day.weekday() < 5 for hour in range(9, 17)]


def chance(arrivals: list[datetime], now: datetime) -> float:
    verdict = judge(arrivals, max(arrivals), now, BERLIN)
    assert verdict
    return verdict.chance


def test_a_weekend_is_no_silence_and_two_working_days_are() -> None:
    arrivals = office_hours(6)
    friday = max(arrivals)
    assert friday.weekday() == 4
    for now, alarm in ((MONDAY, False), (MONDAY + 10 * HOUR, False), (MONDAY + 40 * HOUR, True)):
        verdict = judge(arrivals, friday, now, BERLIN)
        assert verdict
        assert verdict.too_long is alarm, now


def test_the_sentence_explains_itself() -> None:
    verdict = judge(office_hours(6), max(office_hours(6)), MONDAY + 60 * HOUR, BERLIN)
    assert verdict
    assert verdict.sentence(BERLIN).startswith("Nothing since 27 February, 16:00; before, something came")
    assert "By chance that happens once in" in verdict.sentence(BERLIN)


@pytest.mark.parametrize(
    "arrivals",
    [
        office_hours(1),  # too short
        [MONDAY - timedelta(weeks=week) for week in range(8)],  # too few
        [MONDAY - timedelta(weeks=20, hours=hour) for hour in range(500)],  # too long ago
    ],
)
def test_too_little_history_says_nothing(arrivals: list[datetime]) -> None:
    assert judge(arrivals, max(arrivals), MONDAY + timedelta(weeks=1), BERLIN) is None


def test_a_burst_counts_as_one_hour() -> None:
    calm = office_hours(4)
    burst = [calm[0] + timedelta(seconds=n) for n in range(3000)]
    assert chance(calm + burst, MONDAY + 30 * HOUR) == chance(calm, MONDAY + 30 * HOUR)


def test_the_hour_is_the_accounts_also_when_clocks_change() -> None:
    summer, winter = datetime(2026, 3, 30, 7, tzinfo=UTC), datetime(2026, 3, 23, 8, tzinfo=UTC)
    assert slot(summer, BERLIN) == slot(winter, BERLIN) == 9


@given(st.integers(3, 8), st.integers(0, 200), st.integers(0, 100))
def test_the_longer_the_silence_the_less_likely(weeks: int, hours: int, more: int) -> None:
    arrivals = office_hours(weeks)
    assert chance(arrivals, MONDAY + (hours + more) * HOUR) <= chance(arrivals, MONDAY + hours * HOUR)


@given(st.lists(st.floats(0, 1), min_size=168, max_size=168), st.integers(0, 20_000), st.integers(0, 20_000))
def test_expectations_of_parts_add_up(by_slot: list[float], first: int, second: int) -> None:
    middle, end = MONDAY + timedelta(minutes=first), MONDAY + timedelta(minutes=first + second)
    parts = expected_hours(by_slot, MONDAY, middle, BERLIN) + expected_hours(by_slot, middle, end, BERLIN)
    assert parts == pytest.approx(expected_hours(by_slot, MONDAY, end, BERLIN))


def test_a_steady_source_is_a_plain_poisson_process() -> None:
    hours = [MONDAY.astimezone(UTC) - n * HOUR for n in range(168 * 4)]
    by_slot = rates(hours, 4, BERLIN)
    assert by_slot == pytest.approx([1.0] * 168)
    assert chance(hours, max(hours) + 3 * HOUR) == pytest.approx(exp(-3), rel=0.01)
