"""A model is tried on leads that came later than those it learned from, beside the rules."""

from __future__ import annotations

import random

from hypothesis import given
from hypothesis import strategies as st

from scoring.learned.trial import as_many, try_out
from scoring.tiers import THRESHOLDS
from tests.scoring.learned.history import generated

FIELDS = ["size", "industry", "country"]


def test_it_learns_from_the_earlier_leads_and_is_tried_on_the_later_ones() -> None:
    rows, won = generated(1000)
    later = [row | {"only_later": "yes"} for row in rows[700:]]
    trial = try_out([*rows[:700], *later], won, [*FIELDS, "only_later"])
    assert (trial.learned_from, trial.tried_on, trial.won) == (700, 300, sum(won[700:]))
    assert trial.model == try_out(rows, won, FIELDS).model
    assert trial.rules is None


def test_rules_that_order_well_and_those_that_guess_are_told_apart() -> None:
    rows, won = generated(1000)
    dice = random.Random(2)
    guesses = [dice.randint(0, 100) for _ in rows]
    knowing = [min(99, 60 * outcome + dice.randint(0, 50)) for outcome in won]
    guessed, known = (try_out(rows, won, FIELDS, scores).rules for scores in (guesses, knowing))
    assert guessed
    assert known
    assert guessed.auc.low < 0.5 < guessed.auc.high
    assert known.auc.low > 0.8
    assert known.brier.high < guessed.brier.low


def test_rules_that_were_wrong_so_far_are_not_turned_round() -> None:
    rows, won = generated(1000)
    trial = try_out(rows, won, FIELDS, [20 if outcome else 80 for outcome in won])
    assert trial.rules
    assert trial.rules.auc.value == 0
    assert trial.rules.brier.value < 0.05


scores = st.lists(st.integers(0, 100), min_size=1, max_size=200)


@given(scores, st.randoms())
def test_tiers_begin_in_order_and_within_the_scale(rules: list[int], dice: random.Random) -> None:
    found = as_many([dice.randint(0, 100) for _ in rules], rules, THRESHOLDS)
    assert 0 < found["medium"] < found["high"] < found["urgent"] <= 100


def test_each_tier_holds_as_many_leads_as_by_the_rules() -> None:
    rules = [90] * 10 + [65] * 20 + [50] * 30 + [10] * 40
    found = as_many(list(range(100)), rules, THRESHOLDS)
    assert found == {"medium": 40, "high": 70, "urgent": 90}
