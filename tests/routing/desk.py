"""People, seats and rules made by hand, for what decides without a database."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

from leads.conditions import compiled
from routing.book import parts_of
from routing.choice import choose, take
from routing.people import Person
from routing.pooling import Pool
from routing.rulebook import Book, Books, Decision, Rule
from routing.turn_order import Seat
from routing.workingtime import Week, calendar_for

NOW = datetime(2026, 3, 17, 9, 42, tzinfo=UTC)  # a Tuesday
NIGHT = datetime(2026, 3, 17, 23, 0, tzinfo=UTC)
ALWAYS: Week = (((0, 1440),),) * 7
NEVER: Week = ((),) * 7
NAMES = ("Rita", "Raj", "Jun", "Kim", "Ola", "Pia")
POOL = UUID(int=1)


def person(name: str, *, week: Week = ALWAYS, zone: str = "UTC", **more: Any) -> Person:
    """`leave=((first, last),)` too. The id follows from the name, so that Rita is Rita everywhere."""
    leave: tuple[tuple[date, date], ...] = more.pop("leave", ())
    number = NAMES.index(name) + 11 if name in NAMES else sum(map(ord, name)) + 100
    return Person(UUID(int=number), name, calendar_for(zone, "", week, (), leave), **more)


def seat(who: Person | str, **more: Any) -> Seat:
    sitting = person(who) if isinstance(who, str) else who
    return Seat(UUID(int=sitting.id.int + 1000), sitting, **more)


def pool(*seats: Seat, strategy: str = "round_robin", name: str = "Everybody", number: UUID = POOL) -> Pool:
    return Pool(number, name, strategy, seats)


def rule(position: int, label: str, action: str, condition: Mapping[str, Any] | None = None, **more: Any) -> Rule:
    """Without a condition the fallback."""
    if condition is not None:
        more["holds"] = compiled(condition).matches
    return Rule(
        UUID(int=position), position, label, action, is_fallback=condition is None, parts=parts_of(condition), **more
    )


FALLBACK = rule(9, "Everybody in turn", "pool", pool_id=POOL)


def book(*rules: Rule, **more: Any) -> Book:
    return Book(UUID(int=7), 3, rules or (FALLBACK,), **more)


def books(*pools: Pool, people: tuple[Person, ...] = (), **more: Any) -> Books:
    everybody = [*people, *(seat.person for pool in pools for seat in pool.seats)]
    return Books({one.id: one for one in everybody}, {one.id: one for one in pools}, **more)


def give(rules: Book, state: Books, facts: Mapping[str, Any] | None = None, now: datetime = NOW) -> Decision:
    """Choose and take."""
    decision = choose(rules, state, facts or {}, now)
    take(decision, state)
    return decision
