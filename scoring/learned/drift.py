"""Whether leads are no longer those a model learned from. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from math import log

from scoring.learned.encoding import Plan
from scoring.learned.values import Facts

MOVED = 0.25  # population stability index; the usual rule: below 0.1 nothing, above 0.25 another population
ENOUGH = 100  # leads from which on a share is not moved by chance alone


@dataclass(frozen=True)
class Moved:
    """How far the values of a field have moved (population stability index)."""

    field: str
    index: float

    @property
    def is_far(self) -> bool:
        return self.index >= MOVED


def moved(plans: Sequence[Plan], before: Sequence[Facts], after: Sequence[Facts]) -> list[Moved]:
    """How far each field has moved from the leads `before` to those `after`, the furthest first."""
    indices = [(one.field, stability(_bands(one, before), _bands(one, after))) for one in plans]
    return sorted((Moved(*index) for index in indices), key=lambda one: -one.index)


def stability(before: Sequence[str], after: Sequence[str]) -> float:
    """The population stability index: the sum over the values of (p - q) ln(p / q), half a lead added to each."""
    old, new = Counter(before), Counter(after)
    words = sorted(set(old) | set(new))
    pairs = zip(_shares(old, words), _shares(new, words), strict=True)
    return float(sum((q - p) * log(q / p) for p, q in pairs))


def _shares(counted: Counter[str], words: Sequence[str]) -> list[float]:
    total = sum(counted.values()) + 0.5 * len(words)
    return [(counted[word] + 0.5) / total for word in words]


def _bands(plan: Plan, rows: Sequence[Facts]) -> list[str]:
    return [plan.band(facts) for facts in rows]
