"""Source quality: how often leads of a source were won of late, in place of the points its kind starts with. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from leads.conditions import asks_about
from scoring.model import SOURCE, Model, Rule
from scoring.scorecard import points

TRUST = 20  # closed leads that weigh as much as the starting points do
ABOUT_SOURCES = frozenset({"source", "source_kind"})
EVER = datetime(2000, 1, 1, tzinfo=UTC)  # where a source starts does not depend on the day


@dataclass(frozen=True)
class CloseRate:
    """How many leads of a source were won and lost in the last 90 days."""

    source_id: str  # public
    source: str
    kind: str
    won: int
    lost: int

    @property
    def closed(self) -> int:
        return self.won + self.lost


@dataclass(frozen=True)
class Quality:
    rate: float  # smoothed, 0 to 1
    points: int


def quality(won: int, closed: int, start: int, cap: int, average: float) -> Quality:
    """The smoothed close rate of a source, and its points of at most `cap`.

    A source twice as good as the `average` (0 to 1) of the account has them all, so that an average one has half.
    Its `start` points stand for as many closed leads as TRUST says: rate = (won + TRUST x expected) / (closed + TRUST).
    """
    full = min(2 * average, 1.0)
    rate = (won + TRUST * full * start / cap) / (closed + TRUST)
    return Quality(rate, min(cap, int(cap * rate / full + 0.5)))


def with_close_rates(model: Model, rates: Sequence[CloseRate]) -> Model:
    """`model` with what sources of which leads were closed are worth; the others keep what the rules start them with.

    Rules of the source group that look at other facts, too, stay as they are.
    """
    cap = model.caps.get(SOURCE, 0)
    if cap <= 0 or not rates:
        return model
    starting = tuple(rule for rule in model.rules if is_about_sources(rule))
    start = replace(model, caps={SOURCE: cap}, rules=starting)
    average = (sum(one.won for one in rates) + 1) / (sum(one.closed for one in rates) + 2)
    learned = tuple(_rule(one, _starts_with(start, one), cap, average) for one in rates)
    measured = {"field": "source", "operator": "is_any_of", "value": [one.source for one in rates]}
    others = tuple(_unless(measured, rule) if rule in starting else rule for rule in model.rules)
    return replace(model, rules=(*learned, *others))


def points_by_source(model: Model) -> dict[str, int]:
    """The points of each source that has a close rate, by its public id."""
    return {rule.id: rule.points for rule in model.rules if rule.evidence}


def is_about_sources(rule: Rule) -> bool:
    """Whether close rates take the place of its points."""
    return rule.group == SOURCE and rule.condition is not None and asks_about(rule.condition) <= ABOUT_SOURCES


def _starts_with(start: Model, one: CloseRate) -> int:
    return points(start, {"source": one.source, "source_kind": one.kind}, {}, EVER)


def _rule(one: CloseRate, start: int, cap: int, average: float) -> Rule:
    found = quality(one.won, one.closed, start, cap, average)
    return Rule(
        id=one.source_id,
        group=SOURCE,
        label=f"Came by {one.source}",
        points=found.points,
        condition={"field": "source", "operator": "is", "value": one.source},
        exclusive="close rate",
        evidence=f"close rate {found.rate:.0%}, smoothed, {one.won} of {one.closed} won in 90 days",
    )


def _unless(condition: Mapping[str, Any], rule: Rule) -> Rule:
    return replace(rule, condition={"all": [rule.condition, {"none": [condition]}]})
