"""How good a model is on leads it has not seen: order, size of the error, calibration, and what each tier holds."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import sqrt

import numpy as np
from numpy.typing import NDArray

from scoring.learned.logistic import Vector

SAMPLES, SEED = 200, 20261122  # of the bootstrap; the same leads always get the same interval
BINS = 10
Z = 1.959964  # of a 95 % interval


@dataclass(frozen=True)
class Interval:
    """An estimate with its 95 % confidence interval."""

    value: float
    low: float
    high: float


@dataclass(frozen=True)
class Bin:
    """Leads of similar promised chance: how many, what was promised on average, and the share won (Wilson interval)."""

    n: int
    promised: float
    won: Interval


@dataclass(frozen=True)
class TierShare:
    """What one tier held: leads, the share won, and how many times the share of all leads that is."""

    tier: str
    n: int
    won: Interval
    lift: float


def auc(chances: Vector, won: Vector) -> float:
    """The chance that a won lead stands before a lost one, ties counting half (Mann and Whitney's U). 0.5 if all ended
    the same way."""
    wins = int(won.sum())
    losses = len(won) - wins
    if not wins or not losses:
        return 0.5
    return float((_ranks(chances)[won == 1].sum() - wins * (wins + 1) / 2) / (wins * losses))


def brier(chances: Vector, won: Vector) -> float:
    """The mean squared distance between what was promised and what came."""
    return float(np.mean((chances - won) ** 2))


def calibration(chances: Vector, won: Vector, bins: int = BINS) -> list[Bin]:
    """Leads in `bins` parts of equal size by their promised chance."""
    parts = [part for part in np.array_split(np.argsort(chances, kind="stable"), bins) if len(part)]
    return [Bin(len(part), float(chances[part].mean()), wilson(int(won[part].sum()), len(part))) for part in parts]


def calibration_error(bins: Sequence[Bin]) -> float:
    """How far promise and outcome lie apart on average, every lead counting the same."""
    total = sum(one.n for one in bins)
    return sum(one.n * abs(one.promised - one.won.value) for one in bins) / total if total else 0.0


def lift_by_tier(
    scores: Sequence[int], won: Vector, tier_of: Callable[[int], str], tiers: Sequence[str]
) -> list[TierShare]:
    """What each of `tiers` held."""
    base = float(won.mean()) if len(won) else 0.0
    member = np.array([tier_of(score) for score in scores])
    return [_tier(tier, won[member == tier], base) for tier in tiers]


def with_confidence(measure: Callable[[Vector, Vector], float], chances: Vector, won: Vector) -> Interval:
    """`measure` with a bootstrap interval: won and lost leads drawn again apart, so that no draw lacks either."""
    drawn = np.random.default_rng(SEED)
    sides = [np.flatnonzero(won == 1), np.flatnonzero(won == 0)]
    draws = [np.concatenate([drawn.choice(side, len(side)) for side in sides if len(side)]) for _ in range(SAMPLES)]
    low, high = np.percentile([measure(chances[draw], won[draw]) for draw in draws], [2.5, 97.5])
    return Interval(measure(chances, won), float(low), float(high))


def wilson(hits: int, n: int) -> Interval:
    """A share with Wilson's interval; of nothing it may be anything."""
    if not n:
        return Interval(0.0, 0.0, 1.0)
    share = hits / n
    middle = (share + Z**2 / (2 * n)) / (1 + Z**2 / n)
    half = Z / (1 + Z**2 / n) * sqrt(share * (1 - share) / n + Z**2 / (4 * n**2))
    return Interval(share, max(middle - half, 0.0), min(middle + half, 1.0))


def _tier(tier: str, won: Vector, base: float) -> TierShare:
    share = wilson(int(won.sum()), len(won))
    return TierShare(tier, len(won), share, share.value / base if base else 0.0)


def _ranks(values: Vector) -> NDArray[np.float64]:
    """1 for the lowest; equal values share the mean of their ranks."""
    _, inverse, counts = np.unique(values, return_inverse=True, return_counts=True)
    last = np.cumsum(counts)
    return np.asarray((last - (counts - 1) / 2)[inverse], dtype=np.float64)
