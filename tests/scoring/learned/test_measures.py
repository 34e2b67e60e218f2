"""What the measures of a model say of leads whose outcome we know."""

from __future__ import annotations

import numpy as np
import pytest

from scoring.learned.measures import auc, brier, calibration, calibration_error, lift_by_tier, wilson, with_confidence


def test_order_is_one_half_when_there_is_nothing_to_order() -> None:
    assert auc(np.array([0.1, 0.9]), np.array([1.0, 1.0])) == 0.5
    assert auc(np.array([0.4, 0.4]), np.array([1.0, 0.0])) == 0.5
    assert auc(np.array([0.9, 0.1]), np.array([1.0, 0.0])) == 1.0


def test_a_perfect_promise_has_no_error() -> None:
    came = np.array([1.0, 0.0, 1.0])
    assert brier(came, came) == 0
    assert calibration_error(calibration(came, came)) == 0


def test_calibration_has_ten_equal_parts() -> None:
    dice = np.random.default_rng(1)
    promised = dice.random(5000)
    bins = calibration(promised, (dice.random(5000) < promised).astype(float))
    assert [one.n for one in bins] == [500] * 10
    assert all(one.won.low <= one.won.value <= one.won.high for one in bins)
    assert calibration_error(bins) < 0.03


def test_a_promise_twice_too_high_shows() -> None:
    dice = np.random.default_rng(2)
    promised = dice.random(4000)
    assert calibration_error(calibration(promised, (dice.random(4000) < promised / 2).astype(float))) > 0.2


def test_an_interval_holds_the_estimate_and_is_always_the_same() -> None:
    dice = np.random.default_rng(3)
    promised = dice.random(400)
    came = (dice.random(400) < promised).astype(float)
    interval = with_confidence(auc, promised, came)
    assert interval.low < interval.value == auc(promised, came) < interval.high
    assert interval == with_confidence(auc, promised, came)


def test_lift_is_how_many_times_more_are_won() -> None:
    came = np.array([1.0, 1.0, 0.0, 0.0, 0.0, 0.0, 1.0, 0.0])
    tiers = lift_by_tier(
        [90, 90, 90, 10, 10, 10, 10, 10], came, lambda score: "high" if score > 50 else "low", ["high", "low"]
    )
    assert [(one.tier, one.n, round(one.lift, 2)) for one in tiers] == [("high", 3, 1.78), ("low", 5, 0.53)]


def test_an_empty_tier_promises_nothing() -> None:
    [tier] = lift_by_tier([], np.array([]), lambda _: "low", ["low"])
    assert (tier.n, tier.lift, tier.won.low, tier.won.high) == (0, 0.0, 0.0, 1.0)


@pytest.mark.parametrize(
    ("hits", "n", "low", "high"), [(0, 10, 0.0, 0.278), (5, 10, 0.237, 0.763), (10, 10, 0.722, 1.0)]
)
def test_wilsons_interval(hits: int, n: int, low: float, high: float) -> None:
    interval = wilson(hits, n)
    assert (interval.low, interval.high) == pytest.approx((low, high), abs=0.001)
