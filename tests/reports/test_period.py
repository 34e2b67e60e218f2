from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from reports.period import Period, presets

NEW_YORK = ZoneInfo("America/New_York")


def period(first: str, end: str) -> Period:
    return Period(date.fromisoformat(first), date.fromisoformat(end), NEW_YORK)


def test_days_begin_at_midnight_of_the_zone_even_when_clocks_change() -> None:
    march = period("2026-03-01", "2026-04-01")

    assert march.start == datetime(2026, 3, 1, 5, tzinfo=UTC)
    assert march.stop == datetime(2026, 4, 1, 4, tzinfo=UTC)


@pytest.mark.parametrize(
    ("first", "end", "words"),
    [
        ("2026-01-01", "2026-03-01", "1 Jan to 28 Feb 2026"),
        ("2026-03-01", "2026-03-18", "1 to 17 Mar 2026"),
        ("2025-11-01", "2026-01-08", "1 Nov 2025 to 7 Jan 2026"),
        ("2026-03-01", "2026-03-02", "1 Mar 2026"),
    ],
)
def test_words(first: str, end: str, words: str) -> None:
    assert str(period(first, end)) == words


@pytest.mark.parametrize(
    ("first", "end", "before"),
    [
        ("2026-01-01", "2026-03-01", "2025-11-01"),
        ("2026-03-10", "2026-03-20", "2026-02-28"),
        ("2026-04-01", "2026-05-01", "2026-03-01"),
    ],
)
def test_period_before_is_as_long(first: str, end: str, before: str) -> None:
    assert period(first, end).before() == period(before, first)


def test_nothing_lies_before_the_first_day() -> None:
    assert period("2000-01-01", "2000-02-01").before() is None


@pytest.mark.parametrize(("first", "end"), [("2026-03-02", "2026-03-02"), ("1999-12-31", "2026-01-01")])
def test_empty_or_absurd_period_is_refused(first: str, end: str) -> None:
    with pytest.raises(ValueError, match="begins before it ends"):
        period(first, end)


def test_presets_around_today() -> None:
    found = {key: str(span) for key, (_, span) in presets(date(2026, 3, 17), NEW_YORK).items()}

    assert found == {
        "30": "16 Feb to 17 Mar 2026",
        "90": "18 Dec 2025 to 17 Mar 2026",
        "month": "1 to 31 Mar 2026",
        "last-month": "1 to 28 Feb 2026",
        "quarter": "1 Jan to 31 Mar 2026",
        "year": "1 Jan to 31 Dec 2026",
    }
