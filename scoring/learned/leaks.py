"""Fields that know the outcome because they were filled after it. Found in the data alone, whatever they are called."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from math import log
from typing import Any

import numpy as np

from scoring.learned.encoding import FREQUENT, MISSING, OTHER, Plan, plan_of
from scoring.learned.logistic import Vector
from scoring.learned.values import Coded, Facts, Kind, levels

TELLS_TOO_MUCH = 0.22  # of the uncertainty about the outcome; honest fields of real histories stay below 0.18
LATE = 0.5  # of the leads on which a field is filled
FEWEST = 10  # filled leads from which times say anything
FOLDS = 5
DOUBT = 5.0  # leads of average outcome added to each value, so that a rare one is not believed


@dataclass(frozen=True)
class Leak:
    """A field that must be looked at before a model learns from it. `share` is of what `kind` says."""

    field: str
    kind: str  # decides | late
    share: float

    @property
    def sentence(self) -> str:
        if self.kind == "late":
            return f"On {self.share:.0%} of the leads that have it, it was filled only when they were closed or later."
        return f"Alone it settles {self.share:.0%} of the doubt about who buys. Is it filled once the outcome is known?"


@dataclass(frozen=True)
class Life:
    """When a lead was closed (aware), and when each of its fields was first filled; none: with the lead itself."""

    closed_at: datetime
    filled_at: Mapping[str, datetime]


def leaks(rows: Sequence[Facts], won: Sequence[bool], fields: Sequence[str]) -> list[Leak]:
    """The fields of which one alone nearly decides the outcome, the most telling first."""
    told = {name: settled(rows, won, name) for name in fields}
    found = [Leak(name, "decides", share) for name, share in told.items() if share >= TELLS_TOO_MUCH]
    return sorted(found, key=lambda leak: -leak.share)


def late_fields(rows: Sequence[Facts], lives: Sequence[Life], fields: Sequence[str]) -> list[Leak]:
    """The fields that are mostly filled when a lead is being closed, or later. `rows` as they are now."""
    found = []
    for name in fields:
        have = [life for facts, life in zip(rows, lives, strict=True) if facts.get(name) not in (None, "", [])]
        late = sum(name in life.filled_at and life.filled_at[name] >= life.closed_at for life in have)
        if len(have) >= FEWEST and late / len(have) >= LATE:
            found.append(Leak(name, "late", late / len(have)))
    return sorted(found, key=lambda leak: -leak.share)


def settled(rows: Sequence[Facts], won: Sequence[bool], field: str) -> float:
    """How much of the doubt about the outcome `field` alone takes away, 0-1, on leads it was not learned from.

    McFadden's pseudo-R²: 1 less the log loss with the field over the log loss without.
    """
    words = _words(rows, field)
    if len(words.values) < 2 or len(set(won)) < 2:
        return 0.0
    came = np.asarray(won, dtype=np.float64)
    surprise = sum(_surprise(words, came, part) for part in range(FOLDS))
    base = float(came.mean())
    doubt = -len(won) * (base * log(base) + (1 - base) * log(1 - base))
    return max(1 - surprise / doubt, 0.0)


def _words(rows: Sequence[Facts], field: str) -> Coded:
    """The word for each lead's value."""
    coded = Coded.of(facts.get(field) for facts in rows)
    found = plan_of(field, coded, FREQUENT)
    words = Coded.of(_word(found, field, value) for value in coded.values)
    return Coded(words.values, words.codes[coded.codes])


def _word(found: Plan | None, field: str, value: Any) -> str:
    if found is None:
        # Even where nothing comes often, that something was written at all may tell.
        return MISSING if value in (None, "", []) else OTHER
    if found.kind == Kind.SET:
        return ",".join(sorted(levels(value) & set(found.values)))
    return found.band({field: value})


def _surprise(words: Coded, won: Vector, part: int) -> float:
    """The log loss of every fifth lead by what the others say of its word."""
    base, mine = float(won.mean()), np.arange(len(won)) % FOLDS == part
    others, size = words.codes[~mine], len(words.values)
    seen, wins = np.bincount(others, minlength=size), np.bincount(others, weights=won[~mine], minlength=size)
    expected = ((wins + DOUBT * base) / (seen + DOUBT))[words.codes[mine]]
    return float(-np.log(np.where(won[mine] == 1, expected, 1 - expected)).sum())
