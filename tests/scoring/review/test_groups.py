"""Groups of leads that do otherwise than promised are named, and chance alone seldom names one."""

from __future__ import annotations

import random
from collections.abc import Callable

from hypothesis import given
from hypothesis import strategies as st

from scoring.review.groups import OTHERS, Told, certain, compare
from tests.scoring.learned.history import Row, generated, true_chance

WORDS: dict[str, Callable[[Row], str]] = {
    "industry": lambda row: row["industry"] or "unknown",
    "country": lambda row: str(row["country"]),
}


def outcomes(rows: list[Row], media: float | None = None, seed: int = 9) -> list[bool]:
    dice = random.Random(seed)
    return [
        dice.random() < (media if media is not None and row["industry"] == "media" else true_chance(row))
        for row in rows
    ]


def test_outcomes_as_promised_are_not_far_off() -> None:
    rows = generated(2000, 3)[0]
    told = Told(outcomes(rows), [true_chance(row) for row in rows])
    assert not [one for one in compare(WORDS, rows, told, [], []) if one.is_far]


def test_an_industry_that_buys_otherwise_than_promised_is_named() -> None:
    rows = generated(2000, 3)[0]
    told = Told(outcomes(rows, media=0.8), [true_chance(row) for row in rows])
    far = max(compare(WORDS, rows, told, [], []), key=lambda one: abs(one.off))
    assert far.is_far
    assert (far.field, far.value) == ("industry", "media")
    assert far.share.value > far.promised
    assert far.off > 5


def test_chance_alone_names_a_group_hardly_ever() -> None:
    """Once in a hundred reviews by construction; here five in a hundred would be too many."""
    rows = generated(400, 3)[0]
    chances = [true_chance(row) for row in rows]
    named = sum(
        any(one.is_far for one in compare(WORDS, rows, Told(outcomes(rows, seed=seed), chances), [], []))
        for seed in range(100)
    )
    assert named <= 5


def test_fewer_than_twenty_leads_are_never_far_off() -> None:
    rows: list[Row] = [{"industry": "media", "country": "DE"}] * 19
    groups = compare(WORDS, rows, Told([True] * 19, [0.01] * 19), [], [])
    assert [(one.n, one.is_far) for one in groups] == [(19, False)] * 2


def test_rare_values_stand_together_and_last() -> None:
    rows: list[Row] = [{"industry": f"trade {at}", "country": "DE"} for at in range(7)] + [
        {"industry": "media", "country": "DE"}
    ] * 5
    told = Told([True] * 12, [0.5] * 12)
    groups = [(one.value, one.n) for one in compare(WORDS, rows, told, [], []) if one.field == "industry"]
    assert groups == [("media", 5), (OTHERS, 7)]


def test_what_a_group_did_before_stands_beside_it() -> None:
    rows: list[Row] = [{"industry": "media", "country": "DE"}] * 10
    told = Told([True] * 5 + [False] * 5, [0.5] * 10)
    [industry, _] = compare(WORDS, rows, told, rows[:4], [True, False, False, False])
    assert (industry.n, industry.won, industry.before_n, industry.before_won) == (10, 5, 4, 1)


@given(st.integers(1, 500))
def test_the_more_groups_the_surer_one_has_to_be(count: int) -> None:
    assert certain(count) < certain(count + 1)
