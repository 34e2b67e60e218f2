"""Facts as the columns of a matrix: numbers standardised, frequent values one column each, missing one of its own."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import nan
from typing import Any

import numpy as np
from numpy.typing import NDArray

from scoring.learned.values import Coded, Facts, Kind, is_missing, kind_of, level, levels, number

Matrix = NDArray[np.float64]

FREQUENT = 20  # times a value must have come to be learned by itself
MISSING, OTHER, VALUE = "", "…", "#"  # columns beside those of values
EDGES = (1, 99)  # percentiles; what lies beyond counts as the edge, so that one wild number decides nothing
BENDS = (25, 50, 75)  # percentiles at which a number's line may bend: twice as much is rarely twice as good
AND = " × "


@dataclass(frozen=True)
class Plan:
    """How a field becomes columns: a number's `mean`, `spread`, edges and `bends`, or the frequent `values`.

    Of a cross, `parts` are the two fields, and `values` their frequent pairs.
    """

    field: str
    kind: Kind
    values: tuple[str, ...] = ()
    mean: float = 0.0
    spread: float = 1.0
    low: float = 0.0
    high: float = 0.0
    bends: tuple[float, ...] = ()
    parts: tuple[Plan, ...] = ()

    @property
    def fields(self) -> tuple[str, ...]:
        return tuple(part.field for part in self.parts) or (self.field,)

    @property
    def columns(self) -> tuple[str, ...]:
        if self.kind == Kind.NUMBER:
            return (VALUE, *(f"{VALUE}{at}" for at, _ in enumerate(self.bends)), MISSING)
        return {
            Kind.CHOICE: (*self.values, OTHER, MISSING),
            Kind.SET: (*self.values, MISSING),
            Kind.CROSS: self.values,
        }[self.kind]

    def shares(self, facts: Facts) -> dict[str, float]:
        """The columns that are not zero for a lead with these facts."""
        if self.kind == Kind.CROSS:
            pair = crossed(*(part.band(facts) for part in self.parts))
            return {pair: 1.0} if pair in self.values else {}
        value = facts.get(self.field)
        if self.kind == Kind.NUMBER:
            found = number(value)
            return {MISSING: 1.0} if found is None else self._bent(found)
        if self.kind == Kind.SET and not is_missing(value):
            return dict.fromkeys(sorted(levels(value) & set(self.values)), 1.0)
        return {self.band(facts): 1.0}

    def band(self, facts: Facts) -> str:
        """The one word for the field's value: itself if frequent, a number's quarter, MISSING or OTHER."""
        value = facts.get(self.field)
        if is_missing(value):
            return MISSING
        if self.kind == Kind.NUMBER:
            found = number(value)
            return MISSING if found is None else str(sum(found > bend for bend in self.bends))
        return found_level if (found_level := level(value)) in self.values else OTHER

    def _bent(self, found: float) -> dict[str, float]:
        kept = min(max(found, self.low), self.high)
        line = {VALUE: (kept - self.mean) / self.spread}
        return line | {f"{VALUE}{at}": (kept - bend) / self.spread for at, bend in enumerate(self.bends) if kept > bend}

    def possible(self) -> list[Any]:
        """Values between which everything lies that this field could do to a score."""
        if self.kind == Kind.NUMBER:
            return [self.low, *self.bends, *(bend + self.spread * 1e-9 for bend in self.bends), self.high]
        if self.kind == Kind.SET:
            return [[value] for value in self.values]
        return [*self.values, OTHER]


def plan(field: str, values: Sequence[Any], frequent: int = FREQUENT) -> Plan | None:
    """How to learn from `field` by what its `values` are; None when nothing comes often enough to be learned from."""
    return plan_of(field, Coded.of(values), frequent)


def plan_of(field: str, coded: Coded, frequent: int = FREQUENT) -> Plan | None:
    """The same, of values that are looked at once each."""
    kind, counts = kind_of(coded.values), coded.counts
    if kind is None:
        return None
    if kind == Kind.NUMBER:
        numbers = np.array([_or_nan(number(value)) for value in coded.values])[coded.codes]
        return _of_numbers(field, numbers[~np.isnan(numbers)], frequent)
    each = [frozenset(_each(kind, value)) for value in coded.values]
    common = _frequent(each, counts.tolist(), frequent)
    return Plan(field, kind, common) if common and len(set(each)) > 1 else None


def crossed(first: str, second: str) -> str:
    """Two words as one: of fields, and of their bands."""
    return first + AND + second


def matrix(plans: Sequence[Plan], rows: Sequence[Facts]) -> Matrix:
    """One row per lead, the columns of all `plans` side by side."""
    filled = np.zeros((len(rows), sum(len(one.columns) for one in plans)))
    start = 0
    for one in plans:
        filled[:, start : start + len(one.columns)] = _columns(one, rows)
        start += len(one.columns)
    return filled


def _columns(one: Plan, rows: Sequence[Facts]) -> Matrix:
    """The columns of one field: those of each value once, and then each lead's."""
    coded = [Coded.of(facts.get(name) for facts in rows) for name in one.fields]
    pairs = Coded.of(zip(*(each.codes.tolist() for each in coded), strict=True))
    place = {column: at for at, column in enumerate(one.columns)}
    table = np.zeros((len(pairs.values), len(place)))
    for at, codes in enumerate(pairs.values):
        facts = {name: each.values[code] for name, each, code in zip(one.fields, coded, codes, strict=True)}
        for column, share in one.shares(facts).items():
            table[at, place[column]] = share
    return table[pairs.codes]


def _or_nan(found: float | None) -> float:
    return nan if found is None else found


def _of_numbers(field: str, known: NDArray[np.float64], frequent: int) -> Plan | None:
    if len(known) < frequent:
        return None
    low, high = (float(edge) for edge in np.percentile(known, EDGES))
    kept = np.clip(known, low, high)
    if not (spread := float(kept.std())):
        return None
    enough = len(known) >= frequent * (len(BENDS) + 1)
    bends = {float(bend) for bend in np.percentile(kept, BENDS)} - {high} if enough else set()
    return Plan(field, Kind.NUMBER, (), float(kept.mean()), spread, low, high, tuple(sorted(bends)))


def _each(kind: Kind, value: Any) -> Iterable[str]:
    if is_missing(value):
        return ()
    return levels(value) if kind == Kind.SET else (level(value),)


def _frequent(each: Sequence[Iterable[str]], counts: Sequence[int], frequent: int) -> tuple[str, ...]:
    """The words that come often enough, of values that come so often each."""
    found = Counter[str]()
    for words, count in zip(each, counts, strict=True):
        for word in words:
            found[word] += count
    return tuple(sorted(word for word, count in found.items() if count >= frequent))
