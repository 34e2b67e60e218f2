"""A model on trial: learned from the earlier leads, tried on the later ones, beside the rules. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from scoring.learned.enough import TRIED_ON, split
from scoring.learned.logistic import Vector, chances, fit
from scoring.learned.measures import (
    Bin,
    Interval,
    TierShare,
    auc,
    brier,
    calibration,
    calibration_error,
    lift_by_tier,
    with_confidence,
)
from scoring.learned.training import train
from scoring.learned.values import Facts
from scoring.tiers import THRESHOLDS, Tier, tier_of

NO_RIDGE = 1e-6


@dataclass(frozen=True)
class Marks:
    """How one way to score did on the leads that were held out."""

    auc: Interval
    brier: Interval
    error: float
    bins: list[Bin]
    tiers: list[TierShare]


@dataclass(frozen=True)
class Trial:
    """How many leads were learned from and tried on, how model and rules did, and where the model's tiers begin."""

    learned_from: int
    tried_on: int
    won: int
    model: Marks
    rules: Marks | None
    thresholds: dict[str, int]

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


def try_out(
    rows: Sequence[Facts],
    won: Sequence[bool],
    fields: Sequence[str],
    rules: Sequence[int] | None = None,
    tiers: Mapping[str, int] = THRESHOLDS,
    held_out: int = TRIED_ON,
) -> Trial:
    """Try a model on the later `held_out` per cent of the leads; `rows` in order of time, `rules` their scores by the
    rules, if there are any.

    The rules promise no chance. To compare errors, theirs is read off the earlier leads, as favourably as possible.
    """
    cut = split(won, held_out)
    came = np.asarray(won[cut:], dtype=np.float64)
    weights = train(rows[:cut], won[:cut], fields).weights
    log_odds = np.array([weights.log_odds(row) for row in rows[cut:]])
    scores = [int(100 * chance + 0.5) for chance in chances(log_odds)]
    thresholds = dict(tiers) if rules is None else as_many(scores, rules[cut:], tiers)
    return Trial(
        learned_from=cut,
        tried_on=len(came),
        won=int(came.sum()),
        model=_marks(chances(log_odds), scores, came, thresholds),
        rules=None if rules is None else _marks_of_rules(rules, won, cut, tiers),
        thresholds=thresholds,
    )


def as_many(scores: Sequence[int], rules: Sequence[int], tiers: Mapping[str, int]) -> dict[str, int]:
    """Where the model's tiers begin so that each holds as many leads as by the rules: nobody's day gets fuller."""
    falling, found, floor = sorted(scores, reverse=True), {}, 0
    for at, tier in enumerate((Tier.MEDIUM, Tier.HIGH, Tier.URGENT)):
        above = sum(score >= tiers[tier] for score in rules)
        wanted = falling[above - 1] if above else falling[0] + 1
        floor = min(max(wanted, floor + 1), 98 + at)
        found[tier.value] = floor
    return found


def _marks_of_rules(rules: Sequence[int], won: Sequence[bool], cut: int, tiers: Mapping[str, int]) -> Marks:
    points = np.array([[score / 10] for score in rules])
    fitted = fit(points[:cut], np.asarray(won[:cut], dtype=np.float64), NO_RIDGE)
    promised = chances(fitted.intercept + points[cut:] @ fitted.weights)
    came = np.asarray(won[cut:], dtype=np.float64)
    # Their order is the points' own, also where the earlier leads would have it the other way round.
    return _marks(promised, rules[cut:], came, tiers, order=points[cut:, 0])


def _marks(
    promised: Vector, scores: Sequence[int], came: Vector, tiers: Mapping[str, int], order: Vector | None = None
) -> Marks:
    bins = calibration(promised, came)
    return Marks(
        auc=with_confidence(auc, promised if order is None else order, came),
        brier=with_confidence(brier, promised, came),
        error=calibration_error(bins),
        bins=bins,
        tiers=lift_by_tier(scores, came, lambda score: tier_of(score, tiers).value, [tier.value for tier in Tier]),
    )
