"""Fields that know the outcome are found in the data, whatever they are called."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scoring.learned.leaks import Life, late_fields, leaks, settled
from tests.scoring.learned.history import NUMBERING, Row, generated, real_leads

CLOSED = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


@pytest.mark.shared_data
def test_of_the_real_leads_it_warns_of_tags_and_lead_quality_alone() -> None:
    rows, won = real_leads()
    found = leaks(rows, won, [name for name in rows[0] if name not in NUMBERING])
    assert [leak.field for leak in found] == ["Tags", "Lead Quality"]
    assert "Alone it settles 55%" in found[0].sentence


@given(st.text(min_size=1), st.text(min_size=1))
@settings(max_examples=20)
def test_names_play_no_part(first: str, second: str) -> None:
    rows, won = generated(600)
    renamed: list[Row] = [
        {f"1{first}": row["colour"], f"2{second}": "lost it" if not outcome else None}
        for row, outcome in zip(rows, won, strict=True)
    ]
    assert [leak.field for leak in leaks(renamed, won, [f"1{first}", f"2{second}"])] == [f"2{second}"]


def test_an_honest_field_is_not_accused() -> None:
    rows, won = generated(2000)
    assert leaks(rows, won, list(rows[0])) == []


def test_that_something_was_written_at_all_can_tell() -> None:
    _, won = generated(600)
    rows = [{"note": f"Signed, number {at}" if outcome else None} for at, outcome in enumerate(won)]
    assert [leak.field for leak in leaks(rows, won, ["note"])] == ["note"]


def test_a_list_and_a_number_can_tell_too() -> None:
    _, won = generated(600)
    rows: list[Row] = [
        {"signs": ["contract"] if outcome else ["quote"], "paid": 100.0 * outcome + at % 7}
        for at, outcome in enumerate(won)
    ]
    assert {leak.field for leak in leaks(rows, won, ["signs", "paid"])} == {"signs", "paid"}


def test_nothing_is_settled_where_nothing_varies() -> None:
    assert settled([{"a": 1}] * 50, [True] * 50, "a") == 0
    assert settled([{}] * 50, [True, False] * 25, "a") == 0


def a_life(dice: random.Random) -> tuple[Row, Life]:
    """A lead that was told its size early, its reason when it closed, and a debrief days later, if at all."""
    filled = {"reason": CLOSED, "size": CLOSED - timedelta(days=dice.randint(1, 30))}
    row: Row = {"reason": "price", "size": 30, "source": "web"}
    if dice.random() < 0.4:
        row["debrief"] = "held"
        filled["debrief"] = CLOSED + timedelta(days=2)
    return row, Life(CLOSED, filled)


def test_fields_filled_only_after_closing_are_found() -> None:
    dice = random.Random(1)
    rows, lives = zip(*(a_life(dice) for _ in range(200)), strict=True)
    found = late_fields(rows, lives, ["size", "source", "reason", "debrief"])
    assert {leak.field for leak in found} == {"reason", "debrief"}
    assert "100% of the leads" in found[0].sentence


def test_a_few_late_corrections_are_no_leak() -> None:
    rows: list[Row] = [{"size": 30}] * 100
    lives = [Life(CLOSED, {"size": CLOSED + timedelta(days=1)} if at < 20 else {}) for at in range(100)]
    assert late_fields(rows, lives, ["size"]) == []


def test_too_few_filled_leads_say_nothing() -> None:
    lives = [Life(CLOSED, {"reason": CLOSED})] * 9
    assert late_fields([{"reason": "x"}] * 9, lives, ["reason"]) == []
