"""What a review found: did groups of leads do what their weights say, and what do rules seem worth? Pure."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from math import sqrt
from typing import Any

import numpy as np

from scoring.learned.logistic import chances, fit
from scoring.model import Model, Rule
from scoring.review.closed import Closed
from scoring.review.groups import FEWEST, Group, Told, compare
from scoring.review.proposing import FLAT, SURE, propose
from scoring.source_quality import is_about_sources

FIELDS: dict[str, tuple[str, Callable[[Closed], str]]] = {
    "source": ("Source", lambda one: one.source),
    "industry": ("Industry", lambda one: one.industry),
    "size": ("Company size", lambda one: one.size),
}


@dataclass(frozen=True)
class Findings:
    """Of the leads closed since `since` (aware) `n`, and `won` of them, those before it in the last year, and what
    they say of groups, weights and models, as plain data. `level` is a sentence on all leads together."""

    since: datetime
    n: int
    won: int
    before_n: int
    before_won: int
    level: str
    groups: list[Group]
    weights: Mapping[str, Any]
    models: list[Mapping[str, Any]] = field(default_factory=list)

    @property
    def far(self) -> list[Group]:
        """The groups that do otherwise than their weights say, the furthest first."""
        return sorted((one for one in self.groups if one.is_far), key=lambda one: -abs(one.off))

    @property
    def keys(self) -> set[str]:
        """What is otherwise than it should be, each by a name of its own."""
        return set(self._said())

    def sentences(self, but: Collection[str] = ()) -> list[str]:
        """The same in sentences, the furthest off first, `but` for those names."""
        return [sentence for key, sentence in self._said().items() if key not in but]

    def _said(self) -> dict[str, str]:
        groups = {f"{one.field} {one.value}": _sentence(one) for one in self.far}
        broken = {f"model {one['number']}": " ".join(one["since"]["broken"]) for one in self.models}
        return groups | {key: sentence for key, sentence in broken.items() if sentence}

    def as_json(self) -> dict[str, Any]:
        groups = [asdict(one) | {"share": asdict(one.share)} for one in self.groups]
        return asdict(self) | {"since": self.since.isoformat(), "groups": groups, "keys": sorted(self.keys)}


def _sentence(group: Group) -> str:
    more = "more" if group.off > 0 else "less"
    return f"{group.value} ({FIELDS[group.field][0].lower()}): won {more} often than the weights say."


def findings(
    model: Model, leads: Sequence[Closed], since: datetime, models: Sequence[Mapping[str, Any]] = ()
) -> Findings:
    """What closed `leads` say of the rules of `model`; those closed after `since` are compared with those before."""
    recent = [one for one in leads if one.closed_at > since]
    before = [one for one in leads if one.closed_at <= since]
    told = Told([one.won for one in recent], promised(leads, recent))
    words = {name: word for name, (_, word) in FIELDS.items()}
    won, before_won = sum(told.won), sum(one.won for one in before)
    return Findings(
        since=since,
        n=len(recent),
        won=won,
        before_n=len(before),
        before_won=before_won,
        level=level(won, len(recent), before_won, len(before)),
        groups=compare(words, recent, told, before, [one.won for one in before]) if recent else [],
        weights=asdict(propose(proposable(model), model.caps, leads)),
        models=list(models),
    )


def proposable(model: Model) -> list[Rule]:
    """The rules whose points a person decides: those of sources follow their close rates by themselves."""
    return [rule for rule in model.rules if not is_about_sources(rule)]


def promised(leads: Sequence[Closed], recent: Sequence[Closed]) -> list[float]:
    """The chance of each of `recent` by its score, if of all of them together as many are won as were.

    How much a point is worth is learned from all `leads`, by logistic regression; what all of recent do more or less
    often than before is no fault of a weight.
    """
    slope, start = _worth_of_a_point(leads)
    given = np.array([slope * one.score for one in recent])
    won = np.array([float(one.won) for one in recent])
    if 0 < won.sum() < len(won):
        start = fit(np.zeros((len(won), 0)), won, given=given).intercept
    return [float(chance) for chance in chances(start + given)]


def level(won: int, n: int, before_won: int, before_n: int) -> str:
    """How often leads are won at all, now and before, in a sentence; whether chance explains the difference."""
    if not n:
        return "No lead was closed in this time."
    share = f"{won / n:.0%} of the {n} leads closed in this time were won"
    if not before_n:
        return f"{share}; there are none before to compare them with."
    both = (won + before_won) / (n + before_n)
    error = sqrt(both * (1 - both) * (1 / n + 1 / before_n))
    before = f"{before_won / before_n:.0%} of the {before_n} before"
    if min(n, before_n) < FEWEST or abs(won / n - before_won / before_n) <= SURE * error:
        return f"{share}, {before}: no more of a difference than chance makes."
    return f"{share}, {before}: chance alone would not do that."


def _worth_of_a_point(leads: Sequence[Closed]) -> tuple[float, float]:
    """Log-odds per point (never below 0), and of a lead without any."""
    won = np.array([float(one.won) for one in leads])
    if not 0 < won.sum() < len(won):
        return 0.0, 0.0
    fitted = fit(np.array([[one.score / 10] for one in leads]), won, FLAT)
    if fitted.weights[0] > 0:
        return float(fitted.weights[0]) / 10, fitted.intercept
    share = won.mean()
    return 0.0, float(np.log(share / (1 - share)))
