"""Whether leads are still those the model learned from."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from scoring.learned.drift import moved, stability
from scoring.learned.training import train
from tests.scoring.learned.history import Row, generated

FIELDS = ["size", "industry", "country"]
PLANS = [term.plan for term in train(*generated(1500), FIELDS).weights.terms]


@given(st.lists(st.sampled_from("abc"), min_size=1))
def test_the_same_leads_have_not_moved(words: list[str]) -> None:
    assert stability(words, words) == 0


@given(st.lists(st.sampled_from("abc"), min_size=1), st.lists(st.sampled_from("abc"), min_size=1))
def test_moving_is_never_negative_and_the_same_in_both_directions(before: list[str], after: list[str]) -> None:
    assert stability(before, after) >= 0
    assert abs(stability(before, after) - stability(after, before)) < 1e-9


def test_other_leads_of_the_same_kind_have_not_moved() -> None:
    assert not any(one.is_far for one in moved(PLANS, generated(1500, 1)[0], generated(1500, 2)[0]))


def test_a_new_market_shows() -> None:
    before = generated(800, 1)[0]
    after: list[Row] = [{**row, "country": "FR"} for row in before]
    assert [one.field for one in moved(PLANS, before, after) if one.is_far] == ["country"]
