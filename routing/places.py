"""Which territory is a lead in, and where do two of them overlap? Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any
from uuid import UUID

POSTAL = "custom.postal_code"  # an own field of the account: no built-in fact is as precise
ASKED = frozenset({"territory", "country", "industry", "headcount", "domain", POSTAL})
Facts = Mapping[str, Any]


@dataclass(frozen=True)
class Place:
    """A territory with its regions spelt out as countries. An empty limit limits nothing."""

    id: UUID
    name: str
    countries: frozenset[str] = frozenset()
    postal_prefixes: tuple[str, ...] = ()
    industries: frozenset[str] = frozenset()
    headcount_from: int | None = None
    headcount_to: int | None = None
    accounts: frozenset[str] = frozenset()
    member_id: UUID | None = None
    pool_id: UUID | None = None

    @property
    def is_limited(self) -> bool:
        """Whether it has any limit; one that has none is for its named accounts alone."""
        sizes = self.headcount_from is not None or self.headcount_to is not None
        return bool(self.countries or self.postal_prefixes or self.industries or sizes)

    def covers(self, facts: Facts) -> bool:
        """Whether a lead with `facts` meets every limit; what is not known meets none."""
        return (
            self.is_limited
            and (not self.countries or str(facts.get("country") or "").upper() in self.countries)
            and (not self.industries or str(facts.get("industry") or "").lower() in self.industries)
            and (not self.postal_prefixes or plain(facts.get(POSTAL)).startswith(self.postal_prefixes))
            and self._fits(facts.get("headcount"))
        )

    def _fits(self, headcount: Any) -> bool:
        low, high = self.headcount_from, self.headcount_to
        if low is None and high is None:
            return True
        return isinstance(headcount, int) and (low is None or low <= headcount) and (high is None or headcount <= high)


def find(places: Sequence[Place], facts: Facts) -> Place | None:
    """The territory of a lead: the one its sender named, else the one that names its firm, else the first that covers
    it; None when there is none."""
    if said := str(facts.get("territory") or "").casefold():
        return next((place for place in places if place.name.casefold() == said), None)
    domain = str(facts.get("domain") or "").lower()
    named = next((place for place in places if domain and domain in place.accounts), None)
    return named or next((place for place in places if place.covers(facts)), None)


def overlaps(places: Sequence[Place]) -> list[tuple[Place, Place]]:
    """The pairs, in order, that some lead could be in both of; the first of each gets it."""
    return [(one, other) for one, other in combinations(places, 2) if _meet(one, other)]


def _meet(one: Place, other: Place) -> bool:
    if one.accounts & other.accounts:
        return True
    if not one.is_limited or not other.is_limited:
        return False
    sizes = _at_most(one.headcount_from, other.headcount_to) and _at_most(other.headcount_from, one.headcount_to)
    countries, industries = (_common(getattr(one, name), getattr(other, name)) for name in ("countries", "industries"))
    return sizes and countries and industries and _postal(one.postal_prefixes, other.postal_prefixes)


def _common(one: frozenset[str], other: frozenset[str]) -> bool:
    return not one or not other or bool(one & other)


def _at_most(low: int | None, high: int | None) -> bool:
    return low is None or high is None or low <= high


def _postal(one: tuple[str, ...], other: tuple[str, ...]) -> bool:
    if not one or not other:
        return True
    return any(this.startswith(that) or that.startswith(this) for this in one for that in other)


def plain(code: Any) -> str:
    """A postal code without spaces, in capitals."""
    return "".join(str(code or "").split()).upper()
