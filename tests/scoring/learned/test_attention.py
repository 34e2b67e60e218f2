"""Engagement as facts: what people did in 90 days counts, and time alone changes it at announced moments only."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scoring.decay import HOUR
from scoring.learned.attention import COUNTED, FIELDS, LAST, NEVER, attention, next_change
from scoring.signals import Signals, moment
from tests.scoring import models
from tests.scoring.test_scorecard import past

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
hours_ago = st.integers(-5, 3000).map(lambda hours: moment(NOW) - hours * HOUR + 1)
signals = st.dictionaries(st.sampled_from(["download", "page_view", "reply"]), st.lists(hours_ago, max_size=5))


def seen(*signals: tuple[str, float]) -> Signals:
    return models.seen(*((kind, NOW - timedelta(days=days)) for kind, days in signals))


def test_each_kind_is_counted_and_the_last_one_has_an_age() -> None:
    facts = attention(seen(("page_view", 3), ("pricing_page", 3), ("page_view", 40), ("reply", 12)), NOW)
    assert {name: count for name, count in facts.items() if count and name != LAST} == {
        "seen.page_view": 2,
        "seen.pricing_page": 1,
        "seen.reply": 1,
    }
    assert facts[LAST] == "within a week"


@pytest.mark.parametrize(
    ("days", "word"),
    [(0, "within 2 days"), (2, "within a week"), (7, "within 30 days"), (30, "within 90 days"), (90, NEVER)],
)
def test_ages_begin_to_the_second(days: int, word: str) -> None:
    assert attention(seen(("call", days)), NOW)[LAST] == word


@given(signals)
def test_the_future_counts_for_nothing(some: Signals) -> None:
    assert attention(some, NOW) == attention(past(some), NOW)
    assert next_change(some, NOW) == next_change(past(some), NOW)


@given(signals, st.integers(1, 4000))
def test_time_changes_them_at_the_announced_moment_and_not_before(some: Signals, later: int) -> None:
    some = past(some)
    when, then = next_change(some, NOW), NOW + timedelta(hours=later)
    if when is None:
        assert attention(some, then) == attention(some, NOW)
    else:
        assert when > NOW
        assert attention(some, when - timedelta(microseconds=1)) == attention(some, NOW)
        assert attention(some, when) != attention(some, NOW)


def test_every_fact_has_a_name_for_people() -> None:
    assert set(attention({}, NOW)) == set(FIELDS) == {f"seen.{kind}" for kind in COUNTED} | {LAST}
    assert all(field.label for field in FIELDS.values())
