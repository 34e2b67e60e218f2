"""Groups of closed leads, of which as many should have been won as was promised. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from math import sqrt
from statistics import NormalDist
from typing import TypeVar

from scoring.learned.measures import Interval, wilson

T = TypeVar("T")
FEWEST = 20  # closed leads from which a share says anything
SHOWN = 5  # from which a value is shown by itself
ONCE_IN = 100  # so often would chance alone call any of the groups far off
OTHERS = "…"


@dataclass(frozen=True)
class Group:
    """Leads that share a value: of `n` so many were won, and `promised` (0-1) of them should have been. Before, `n`
    and won were others. `is_far`: chance alone does not explain the difference."""

    field: str
    value: str
    n: int
    won: int
    promised: float
    before_n: int
    before_won: int
    error: float  # standard error of the share won, were the promises true
    is_far: bool = False

    @property
    def share(self) -> Interval:
        return wilson(self.won, self.n)

    @property
    def off(self) -> float:
        """How many standard errors more (or, below 0, fewer) were won than promised."""
        return (self.won / self.n - self.promised) / self.error if self.error else 0.0


@dataclass(frozen=True)
class Told:
    """Closed leads, whether each was won, and what was promised of it (0-1)."""

    won: Sequence[bool]
    promised: Sequence[float]


def compare(
    words: Mapping[str, Callable[[T], str]],
    rows: Sequence[T],
    told: Told,
    before: Sequence[T],
    before_won: Sequence[bool],
) -> list[Group]:
    """The groups of `rows` by the word of each field, the fields in their order, the largest groups first.

    Far off is judged for all groups of at least 20 together, so that chance calls one so only once in a hundred times.
    """
    found = [group for field, word in words.items() for group in _of_field(field, word, rows, told, before, before_won)]
    enough = [group for group in found if group.n >= FEWEST]
    limit = certain(len(enough))
    return [replace(one, is_far=one.n >= FEWEST and abs(one.off) > limit) for one in found]


def certain(count: int) -> float:
    """Standard errors beyond which chance puts any of `count` shares only once in a hundred times (Bonferroni)."""
    return NormalDist().inv_cdf(1 - 1 / (2 * ONCE_IN * max(count, 1)))


def _of_field(
    field: str, word: Callable[[T], str], rows: Sequence[T], told: Told, before: Sequence[T], before_won: Sequence[bool]
) -> list[Group]:
    said = [word(row) for row in rows]
    common = {value for value, count in Counter(said).items() if count >= SHOWN}
    places: dict[str, list[int]] = {}
    for at, value in enumerate(said):
        places.setdefault(value if value in common else OTHERS, []).append(at)
    old: dict[str, list[bool]] = {}
    for row, won in zip(before, before_won, strict=True):
        value = word(row)
        old.setdefault(value if value in common else OTHERS, []).append(won)
    groups = [_group(field, value, some, told, old.get(value, [])) for value, some in places.items()]
    return sorted(groups, key=lambda one: (one.value == OTHERS, -one.n, one.value))


def _group(field: str, value: str, places: Sequence[int], told: Told, before: Sequence[bool]) -> Group:
    n, promised = len(places), [told.promised[at] for at in places]
    error = sqrt(sum(chance * (1 - chance) for chance in promised)) / n
    won = sum(bool(told.won[at]) for at in places)
    return Group(field, value, n, won, sum(promised) / n, len(before), sum(before), error)
