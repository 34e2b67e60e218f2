"""From closed leads to a model: plan the columns, fit, and write down what each field adds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from scoring.learned.crossing import earned
from scoring.learned.encoding import FREQUENT, Matrix, Plan, matrix, plan
from scoring.learned.logistic import STRENGTH, Vector, fit
from scoring.learned.values import Facts
from scoring.learned.weights import Term, Weights

ENOUGH_TO_CROSS = 500  # leads; with fewer no pair of fields could prove itself


@dataclass(frozen=True)
class Trained:
    """A model, the fields that could not be learned from, and the Newton steps it took."""

    weights: Weights
    left_out: tuple[str, ...]
    steps: int


def train(
    rows: Sequence[Facts],
    won: Sequence[bool],
    fields: Sequence[str],
    *,
    ridge: float = STRENGTH,
    frequent: int = FREQUENT,
) -> Trained:
    """Learn from leads of known outcome, the earliest first: `won[i]` says how the lead `rows[i]` ended.

    Deterministic: the same leads make the same model. Raises NotConverged where the numbers are broken.
    """
    found = {name: plan(name, [facts.get(name) for facts in rows], frequent) for name in dict.fromkeys(fields)}
    plans = [one for one in found.values() if one]
    columns, outcome = matrix(plans, rows), np.asarray(won, dtype=np.float64)
    if len(rows) >= ENOUGH_TO_CROSS:
        pairs = earned(plans, columns, rows, outcome, frequent)
        plans += [pair.plan for pair in pairs]
        columns = np.hstack([columns, *(pair.columns for pair in pairs)])
    fitted = fit(columns, outcome, ridge)
    terms = tuple(_terms(plans, columns, fitted.weights))
    # Each field counts from the average lead on, so that a receipt reads as more or less than usual.
    base = fitted.intercept + sum(term.usual for term in terms)
    return Trained(Weights(base, terms), tuple(name for name, one in found.items() if one is None), fitted.steps)


def _terms(plans: Sequence[Plan], columns: Matrix, weights: Vector) -> list[Term]:
    average, seen = columns.mean(axis=0), np.any(columns != 0, axis=0)
    terms, start = [], 0
    for one in plans:
        places = range(start, start + len(one.columns))
        usual = float(sum(weights[at] * average[at] for at in places))
        kept = {name: float(weights[at]) for name, at in zip(one.columns, places, strict=True) if seen[at]}
        terms.append(Term(one, kept, usual))
        start += len(one.columns)
    return terms
