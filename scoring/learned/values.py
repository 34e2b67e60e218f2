"""What a model may learn from: facts as numbers, as one of several values, or as some of several values."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from functools import lru_cache
from math import isfinite
from typing import Any

import numpy as np
from numpy.typing import NDArray

Facts = Mapping[str, Any]
LONGEST = 120  # characters; more is a text, not a value that could come again


class Kind(StrEnum):
    NUMBER = "number"
    CHOICE = "choice"
    SET = "set"
    CROSS = "cross"  # two fields together


def kind_of(values: Sequence[Any]) -> Kind | None:
    """The kind of a field by its `values`; None where they are neither numbers nor values that could come again."""
    known = [value for value in values if not is_missing(value)]
    if not known:
        return None
    if all(isinstance(value, list | tuple) for value in known):
        return Kind.SET
    if all(number(value) is not None for value in known):
        return Kind.NUMBER
    return Kind.CHOICE if all(level(value) for value in known) else None


def is_missing(value: Any) -> bool:
    return value is None or value in ("", [], ())


@dataclass(frozen=True)
class Coded:
    """A field of many leads: the values there are, and which one each lead has. Few are many times the same."""

    values: list[Any]
    codes: NDArray[np.int64]

    @classmethod
    def of(cls, values: Iterable[Any]) -> Coded:
        places: dict[Any, int] = {}
        distinct: list[Any] = []
        codes: list[int] = []
        for value in values:
            # 1, 1.0 and true are equal, and a list has no hash.
            key = (value.__class__, tuple(value) if isinstance(value, list) else value)
            if (code := places.get(key)) is None:
                code = places[key] = len(distinct)
                distinct.append(value)
            codes.append(code)
        return cls(distinct, np.array(codes, dtype=np.int64))

    @property
    def counts(self) -> NDArray[np.int64]:
        return np.bincount(self.codes, minlength=len(self.values))


def number(value: Any) -> float | None:
    """The value as a number; None for what is none, for truth values too."""
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        return None
    return float(value) if isfinite(value) else None


def level(value: Any) -> str:
    """The value as one of several, the same in any writing; "" for a long text or for what is no single value."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return _written(str(value)) if isinstance(value, str | int | float | Decimal) else ""


@lru_cache(4096)  # a few values come again and again
def _written(text: str) -> str:
    plain = " ".join(text.split()).lower()
    return plain if len(plain) <= LONGEST else ""


def levels(value: Any) -> frozenset[str]:
    """The values of a list."""
    return frozenset(filter(None, map(level, value))) if isinstance(value, list | tuple) else frozenset()
