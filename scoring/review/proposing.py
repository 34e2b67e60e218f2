"""New weights for the rules: what closed leads say each is worth, in the points of today's score. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np

from scoring.learned.encoding import Matrix
from scoring.learned.enough import missing
from scoring.learned.logistic import STRENGTH, Vector, chances, fit
from scoring.model import Rule

NEEDED = 30  # won, and as many lost
FEWEST = 20  # leads on which a rule counted, and on which it did not
STEP = 10  # points; no review moves a weight further
SURE = 2.576  # standard errors of a 99 % interval
FLAT = 0.01  # ridge of the score's own slope: hardly any


class Scored(Protocol):
    """A closed lead: its score by the rules, the points of each by its id, whether it was won."""

    @property
    def score(self) -> int: ...
    @property
    def points(self) -> Mapping[str, int]: ...
    @property
    def won(self) -> bool: ...


@dataclass(frozen=True)
class Weight:
    """A rule's points, and what outcomes say they should be: `worth`, with a 99 % interval. It counted on `n` leads, of
    which `won` were won; of the `rest_n` others `rest_won`. `proposed` is None where nothing better is known."""

    rule: str
    label: str
    group: str
    points: int
    n: int
    won: int
    rest_n: int
    rest_won: int
    worth: float | None = None
    low: float | None = None
    high: float | None = None
    proposed: int | None = None


@dataclass(frozen=True)
class Proposal:
    """The weights, those that should change first, and why there are none to propose, if so."""

    weights: list[Weight]
    refusal: str = ""


def propose(rules: Sequence[Rule], caps: Mapping[str, int], leads: Sequence[Scored]) -> Proposal:
    """What `leads` say of `rules`.

    Points become log-odds by the slope of a logistic regression of the outcome on the score. Then each rule's points
    may depart from what they are, held back by a ridge (logistic regression with today's score given): what departs
    by more than its 99 % interval is proposed, rounded, at most ten points away, within the cap of its group, and never
    with the other sign.
    """
    won = sum(one.won for one in leads)
    told = [_told(rule, leads) for rule in rules]
    if lacking := missing(won, len(leads) - won, NEEDED):
        return Proposal(
            _in_order(told), f"New weights are worked out from {NEEDED} won and {NEEDED} lost leads; {lacking}."
        )
    came = np.array([float(one.won) for one in leads])
    scores = np.array([float(one.score) for one in leads])
    slope = _slope(scores, came)
    if slope is None:
        return Proposal(
            _in_order(told),
            "Leads with more points were not won more often, so what a point is worth cannot be said. A learned model "
            "may find what the rules don’t look at.",
        )
    judged = [one for one in told if min(one.n, one.rest_n) >= FEWEST]
    by_id = {rule.id: rule for rule in rules}
    columns = np.array([[one.points.get(weight.rule, 0) / weight.points for weight in judged] for one in leads])
    departures, errors = _departures(columns, came, slope * scores)
    found = {
        one.rule: _weighed(one, caps.get(by_id[one.rule].group, 100), departure / slope, error / slope)
        for one, departure, error in zip(judged, departures, errors, strict=True)
    }
    return Proposal(_in_order([found.get(one.rule, one) for one in told]))


def _told(rule: Rule, leads: Sequence[Scored]) -> Weight:
    counted = [one.won for one in leads if one.points.get(rule.id)]
    won = sum(one.won for one in leads)
    return Weight(
        rule=rule.id,
        label=rule.label,
        group=rule.group,
        points=rule.points,
        n=len(counted),
        won=sum(counted),
        rest_n=len(leads) - len(counted),
        rest_won=won - sum(counted),
    )


def _slope(scores: Vector, came: Vector) -> float | None:
    """Log-odds per point; None where it is not surely above 0."""
    column = scores[:, None] / 10
    fitted = fit(column, came, FLAT)
    error = _errors(column, fitted.intercept + column @ fitted.weights, FLAT)[0]
    return float(fitted.weights[0]) / 10 if fitted.weights[0] > SURE * error else None


def _departures(columns: Matrix, came: Vector, given: Vector) -> tuple[Vector, Vector]:
    """How far each column's say departs from what is given, in log-odds, and its standard error."""
    if not columns.size:
        return np.zeros(0), np.zeros(0)
    fitted = fit(columns, came, STRENGTH, given=given)
    return fitted.weights, _errors(columns, given + fitted.intercept + columns @ fitted.weights, STRENGTH)


def _errors(columns: Matrix, log_odds: Vector, ridge: float) -> Vector:
    """Standard errors of the weights, from the curvature of the penalised likelihood."""
    expected = chances(log_odds)
    design = np.column_stack([np.ones(len(columns)), columns])
    penalty = np.full(design.shape[1], ridge)
    penalty[0] = 1e-10
    curvature = (design.T * (expected * (1 - expected))) @ design + np.diag(penalty)
    return np.asarray(np.sqrt(np.diag(np.linalg.inv(curvature))[1:]), dtype=np.float64)


def _weighed(one: Weight, cap: int, departure: float, error: float) -> Weight:
    worth, reach = one.points + departure, SURE * error
    low, high = (1, max(cap, one.points)) if one.points > 0 else (-100, -1)
    wanted = min(max(round(worth), low, one.points - STEP), high, one.points + STEP)
    is_better = abs(departure) > reach and wanted != one.points
    return replace(one, worth=worth, low=worth - reach, high=worth + reach, proposed=wanted if is_better else None)


def _in_order(weights: Sequence[Weight]) -> list[Weight]:
    """Those that should change first, then in the model's order."""
    return sorted(weights, key=lambda one: one.proposed is None)
