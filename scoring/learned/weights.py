"""A learned model as plain data: what each field adds to the log-odds. Scoring with it needs no matrix."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass
from itertools import product
from math import exp
from typing import Any

from scoring.learned.encoding import Plan
from scoring.learned.values import Facts, Kind, is_missing


@dataclass(frozen=True)
class Term:
    """One field's say: the weight of each of its columns, less what it weighs for the average lead (`usual`)."""

    plan: Plan
    weights: Mapping[str, float]
    usual: float

    @property
    def field(self) -> str:
        return self.plan.field

    def worth(self, facts: Facts) -> float:
        """What the field adds to the log-odds, compared with the average lead. A value never seen adds nothing."""
        shares = self.plan.shares(facts)
        if self.plan.kind in (Kind.NUMBER, Kind.CHOICE) and not any(column in self.weights for column in shares):
            return 0.0
        return sum(share * self.weights.get(column, 0.0) for column, share in shares.items()) - self.usual

    def reach(self, facts: Facts, unknown: Collection[str]) -> tuple[float, float]:
        """The least and the most that this term may add, whatever the `unknown` facts turn out to be."""
        now = self.worth(facts)
        parts = [part for part in self.plan.parts or (self.plan,) if part.field in unknown]
        if not parts:
            return now, now
        if self.plan.kind == Kind.SET:
            return self._reach_of_set(now)
        fills = product(*([(part.field, value) for value in part.possible()] for part in parts))
        ends = [now, *(self.worth({**facts, **dict(fill)}) for fill in fills)]
        return min(ends), max(ends)

    def _reach_of_set(self, now: float) -> tuple[float, float]:
        each = [self.weights.get(value, 0.0) for value in self.plan.values]
        least, most = (sum(pick(one, 0.0) for one in each) - self.usual for pick in (min, max))
        return min(now, least), max(now, most)


@dataclass(frozen=True)
class Weights:
    """The log-odds of the average lead, and what each field adds to them."""

    intercept: float
    terms: tuple[Term, ...]

    @property
    def fields(self) -> list[str]:
        return [term.field for term in self.terms if not term.plan.parts]

    def worths(self, facts: Facts) -> list[tuple[Term, float]]:
        """What each field adds for a lead, in log-odds."""
        return [(term, term.worth(facts)) for term in self.terms]

    def log_odds(self, facts: Facts) -> float:
        return self.intercept + sum(worth for _, worth in self.worths(facts))

    def chance(self, facts: Facts) -> float:
        """The chance of 0-1 that a lead with these facts is won."""
        return chance(self.log_odds(facts))

    def missing(self, facts: Facts) -> list[str]:
        return [name for name in self.fields if is_missing(facts.get(name))]

    def reach(self, facts: Facts, unknown: Collection[str]) -> tuple[float, float]:
        """The least and the most log-odds, whatever the `unknown` facts turn out to be."""
        ends = [term.reach(facts, unknown) for term in self.terms]
        return self.intercept + sum(low for low, _ in ends), self.intercept + sum(high for _, high in ends)

    def as_json(self) -> dict[str, Any]:
        terms = [{"plan": asdict(term.plan), "weights": dict(term.weights), "usual": term.usual} for term in self.terms]
        return {"intercept": self.intercept, "terms": terms}

    @classmethod
    def from_json(cls, body: Mapping[str, Any]) -> Weights:
        terms = (Term(_plan(one["plan"]), one["weights"], one["usual"]) for one in body["terms"])
        return cls(body["intercept"], tuple(terms))


def chance(log_odds: float) -> float:
    """Log-odds as a chance of 0-1, without overflow at either end."""
    return 1 / (1 + exp(-log_odds)) if log_odds >= 0 else exp(log_odds) / (1 + exp(log_odds))


def as_score(log_odds: float) -> int:
    """The score of 0-100: the chance in per cent, halves up."""
    return int(100 * chance(log_odds) + 0.5)


def _plan(body: Mapping[str, Any]) -> Plan:
    lists = {"values": tuple(body["values"]), "bends": tuple(body["bends"]), "parts": tuple(map(_plan, body["parts"]))}
    return Plan(**{**body, "kind": Kind(body["kind"]), **lists})
