"""Whose turn is it among those who could take a lead? One function for each strategy. Pure.

Each gets the seats that are free, never none, in the `order` of their turns, and says which is next and why.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from operator import attrgetter
from typing import Any, NamedTuple
from uuid import UUID

from routing.people import Person

STRIDE = 10**12  # a turn of weight 1; so large that dividing it by any weight loses nothing that anybody would notice
TAGS = ("product", "industry", "it_decision", "territory")
Facts = Mapping[str, Any]


@dataclass(eq=False)
class Seat:
    """A member's place in a pool; its turns change as they are taken. `paused`: they take none in this pool."""

    id: UUID
    person: Person
    weight: int = 1
    capacity_open: int | None = None
    capacity_day: int | None = None
    capacity_minutes: int | None = None
    paused: bool = False
    turns: int = 0
    last_turn: int = 0
    passed: int = 0
    credit: int = 0

    @property
    def stride(self) -> int:
        return STRIDE // self.weight

    @property
    def load(self) -> float:
        """Open leads as a share of what the seat takes; plain leads where it takes any number."""
        return self.person.holds / self.capacity_open if self.capacity_open else float(self.person.holds)

    def why_full(self, now: datetime, minutes: int = 1) -> str:
        """Which capacity is too small for a lead of so many minutes; "" when there is room. None is ever exceeded."""
        if self.capacity_open is not None and self.person.holds >= self.capacity_open:
            return f"full: {self.person.holds} of {self.capacity_open} open"
        if self.capacity_day is None and self.capacity_minutes is None:
            return ""
        today = self.person.today(now)
        if self.capacity_day is not None and today.leads >= self.capacity_day:
            return f"full for today: {today.leads} of {self.capacity_day}"
        if self.capacity_minutes is not None and today.minutes + minutes > self.capacity_minutes:
            return f"full for today: {today.minutes} of {self.capacity_minutes} minutes"
        return ""


class Turn(NamedTuple):
    """Who is next, why in words that follow the pool's name, and what decided between equals."""

    seat: Seat
    why: str
    tie_break: str = ""


def order(seat: Seat) -> tuple[bool, int]:
    """Who has a turn to make good, then who had theirs longest ago; among equals the older seat stays first."""
    return not seat.credit, seat.last_turn


def round_robin(free: Sequence[Seat], facts: Facts) -> Turn:
    """Strictly in turn: whoever had theirs longest ago. In any stretch with the same people, shares differ by one at
    most, and who comes back from leave takes one turn, not all that they missed. A turn to make good comes first."""
    first = free[0]
    return Turn(first, "a turn to make good" if first.credit else "next" if first.last_turn else "first")


def weighted(free: Sequence[Seat], facts: Facts) -> Turn:
    """By weight: of those who are not ahead of their share, the one whose next turn is due first (earliest eligible
    virtual deadline first, Stoica and Abdel-Wahab 1995): nobody is ever a whole turn away from their share."""
    if len(free) == 1:
        return Turn(free[0], "next by weight")
    middle = sum(seat.weight * seat.passed for seat in free)
    whole = sum(seat.weight for seat in free)
    behind = [seat for seat in free if seat.passed * whole <= middle]
    first = min(behind, key=lambda seat: seat.passed + seat.stride)
    return Turn(first, f"next by weight, {first.weight} of {whole}")


def middle_of(free: Sequence[Seat]) -> int:
    """Where a pool stands by weight: who joins, or was away, goes on from there and is not flooded."""
    whole = sum(seat.weight for seat in free)
    return sum(seat.weight * seat.passed for seat in free) // whole if whole else 0


def least_loaded(free: Sequence[Seat], facts: Facts) -> Turn:
    """The lightest load of open leads, each by what they can take."""
    first = min(free, key=attrgetter("load"))
    equals = [seat for seat in free if seat.load == first.load]
    tie = f"{len(equals)} have as light a load: the one whose last turn is longest ago" if len(equals) > 1 else ""
    return Turn(first, f"the lightest load, {held(first)}", tie)


def best_fit(free: Sequence[Seat], facts: Facts) -> Turn:
    """Who speaks the lead's language, then who knows most of what it is about, then the lightest load."""
    wanted, language = tags_of(facts), str(facts.get("language") or "").lower()
    fits = {seat.id: (language in seat.person.languages, len(wanted & seat.person.skills)) for seat in free}
    best = max(fits.values())
    equals = [seat for seat in free if fits[seat.id] == best]
    first = least_loaded(equals, facts)
    known = sorted(wanted & first.seat.person.skills)
    said = [f"speaks {language}"] if language and best[0] else []
    why = " and ".join([*said, *([f"knows {', '.join(known)}"] if known else [])]) or "nobody fits better"
    return Turn(first.seat, f"the best fit: {why}", first.why if len(equals) > 1 else "")


def tags_of(facts: Facts) -> set[str]:
    """What a lead is about, as skills are written: small letters."""
    plain = [facts.get(name) for name in TAGS]
    return {str(one).strip().lower() for one in [*plain, *(facts.get("tech_stack") or ())] if one}


def held(seat: Seat) -> str:
    """`10 of 25 open`."""
    of = f" of {seat.capacity_open}" if seat.capacity_open is not None else ""
    return f"{seat.person.holds}{of} open"


STRATEGIES: dict[str, Callable[[Sequence[Seat], Facts], Turn]] = {
    "round_robin": round_robin,
    "weighted": weighted,
    "least_loaded": least_loaded,
    "best_fit": best_fit,
}
ASKED = frozenset({*TAGS, "tech_stack", "language"})  # facts that strategies look at
