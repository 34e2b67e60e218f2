"""Pairs of fields that say more together than apart. A pair has to earn its place on leads it was not fitted to."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations
from math import sqrt

import numpy as np
from numpy.typing import NDArray

from scoring.learned.encoding import Matrix, Plan, crossed
from scoring.learned.logistic import Vector, fit, losses
from scoring.learned.values import Coded, Facts, Kind

CANDIDATES = 7  # fields that may form pairs, those that sway most: 21 pairs
MOST = 2  # pairs a model may have; more would not be read by anybody
PARTS = 3  # the leads are judged in parts, each by what was fitted to the others
LIKELY = 3


@dataclass(frozen=True)
class Bands:
    """A field's bands: the word of each, and which one each lead is in."""

    plan: Plan
    words: list[str]
    codes: NDArray[np.int64]

    @classmethod
    def of(cls, plan: Plan, rows: Sequence[Facts]) -> Bands:
        coded = Coded.of(facts.get(plan.field) for facts in rows)
        found = [plan.band({plan.field: value}) for value in coded.values]
        words = sorted(set(found))
        place = {word: at for at, word in enumerate(words)}
        return cls(plan, words, np.array([place[word] for word in found], dtype=np.int64)[coded.codes])


@dataclass(frozen=True)
class Pair:
    """Two fields together, and the columns of their frequent pairs of values."""

    plan: Plan
    columns: Matrix

    @classmethod
    def of(cls, first: Bands, second: Bands, frequent: int) -> Pair:
        codes = first.codes * len(second.words) + second.codes
        known, counts = np.unique(codes, return_counts=True)
        named = [
            (crossed(first.words[code // len(second.words)], second.words[code % len(second.words)]), code)
            for code in known[counts >= frequent]
        ]
        parts = (first.plan, second.plan)
        name = crossed(*(part.field for part in parts))
        columns = np.column_stack([codes == code for _, code in named] or [np.zeros((len(codes), 0))])
        return cls(Plan(name, Kind.CROSS, tuple(word for word, _ in named), parts=parts), columns.astype(np.float64))


def earned(plans: Sequence[Plan], columns: Matrix, rows: Sequence[Facts], won: Vector, frequent: int) -> list[Pair]:
    """The pairs worth learning, at most two, the better first."""
    known, weights = _unseen(columns, won, np.zeros(len(won)))
    bands = [Bands.of(one, rows) for one in _swaying(plans, columns, weights)]
    pairs = [pair for two in combinations(bands, 2) if (pair := Pair.of(*two, frequent)).plan.values]
    # What a pair adds to a finished fit is quick to learn but too modest; the best few are fitted along with the rest.
    likely = sorted(pairs, key=lambda pair: losses(_unseen(pair.columns, won, known)[0], won).mean())[:LIKELY]
    found: list[Pair] = []
    for pair in likely:
        wider = np.hstack([columns, pair.columns])
        log_odds, _ = _unseen(wider, won, np.zeros(len(won)))
        if len(found) < MOST and _is_better(losses(known, won) - losses(log_odds, won)):
            found.append(pair)
            columns, known = wider, log_odds
    return found


def _is_better(saved: Vector) -> bool:
    """Whether unseen leads surprise less, by more than one standard error."""
    return float(saved.mean()) > float(saved.std()) / sqrt(len(saved))


def _unseen(columns: Matrix, won: Vector, given: Vector) -> tuple[Vector, Vector]:
    """Each lead's log-odds by what was fitted to the other parts, and the mean of the weights."""
    log_odds, weights = np.zeros(len(won)), np.zeros(columns.shape[1])
    for part in _parts(len(won)):
        fitted = fit(columns[~part], won[~part], given=given[~part])
        log_odds[part] = given[part] + fitted.intercept + columns[part] @ fitted.weights
        weights += fitted.weights / PARTS
    return log_odds, weights


def _parts(count: int) -> Iterator[NDArray[np.bool_]]:
    for part in range(PARTS):
        yield np.arange(count) % PARTS == part


def _swaying(plans: Sequence[Plan], columns: Matrix, weights: Vector) -> list[Plan]:
    """The fields whose say differs most from lead to lead."""
    sway, start = {}, 0
    for one in plans:
        end = start + len(one.columns)
        sway[one.field] = float(np.std(columns[:, start:end] @ weights[start:end]))
        start = end
    crossable = [one for one in plans if one.kind != Kind.SET]
    return sorted(crossable, key=lambda one: (-sway[one.field], one.field))[:CANDIDATES]
