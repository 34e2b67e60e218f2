"""Logistic regression by Newton's method (iteratively reweighted least squares) with a ridge on the weights."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from scoring.learned.encoding import Matrix

Vector = NDArray[np.float64]

STRENGTH = 1 / 0.3  # of the ridge; what a standardised column may weigh without much evidence
MOST_STEPS = 50
CLOSE = 1e-9  # of the penalised loss per lead, from one step to the next


class NotConverged(Exception):
    """Newton's method found no minimum; with a ridge there always is one, so the numbers are broken."""


@dataclass(frozen=True)
class Fit:
    """The weights with which the penalised likelihood is highest, and the Newton steps it took."""

    intercept: float
    weights: Vector
    steps: int


@dataclass(frozen=True)
class Problem:
    """What is to be fitted: a column of ones first, the outcome of 0 or 1, and log-odds that are given beforehand."""

    design: Matrix
    won: Vector
    given: Vector
    penalty: Vector

    def loss(self, beta: Vector) -> float:
        log_odds = self.given + self.design @ beta
        likelihood = np.sum(np.logaddexp(0.0, log_odds) - self.won * log_odds)
        return float(likelihood + 0.5 * np.sum(self.penalty * beta**2))

    def improved(self, beta: Vector, loss: float) -> Vector:
        """One Newton step, shortened until it goes downhill."""
        expected = chances(self.given + self.design @ beta)
        gradient = self.design.T @ (expected - self.won) + self.penalty * beta
        curvature = (self.design.T * (expected * (1 - expected))) @ self.design + np.diag(self.penalty)
        # Where every lead is certain the curvature of the intercept vanishes; a grain keeps it solvable.
        direction = np.linalg.solve(curvature + np.eye(len(beta)) * 1e-10, gradient)
        length = 1.0
        while length > 1e-6 and self.loss(beta - length * direction) > loss:
            length /= 2
        return np.asarray(beta - length * direction, dtype=np.float64)


def fit(columns: Matrix, won: Vector, ridge: float = STRENGTH, given: Vector | None = None) -> Fit:
    """Fit P(won) = 1 / (1 + exp(-(given + intercept + columns · weights))); `won` is 0 or 1.

    The intercept has no penalty. Deterministic. Raises NotConverged.
    """
    design = np.column_stack([np.ones(len(won)), columns])
    penalty = np.full(design.shape[1], ridge)
    penalty[0] = 0.0
    problem = Problem(design, won, np.zeros(len(won)) if given is None else given, penalty)
    beta = np.zeros(design.shape[1])
    loss = problem.loss(beta)
    for step in range(1, MOST_STEPS + 1):
        beta, before = problem.improved(beta, loss), loss
        loss = problem.loss(beta)
        if before - loss <= CLOSE * len(won):
            return Fit(float(beta[0]), beta[1:], step)
    raise NotConverged(f"after {MOST_STEPS} steps")


def chances(log_odds: Vector) -> Vector:
    """Log-odds as chances of 0-1, without overflow at either end."""
    return np.asarray(0.5 * (1.0 + np.tanh(0.5 * log_odds)), dtype=np.float64)


def losses(log_odds: Vector, won: Vector) -> Vector:
    """How surprising each outcome is, in nats."""
    return np.asarray(np.logaddexp(0.0, log_odds) - won * log_odds, dtype=np.float64)
