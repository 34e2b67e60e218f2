"""What routing decides with and about: rules, the books they are looked up in, answers and decisions. Plain data."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any, Literal, NamedTuple
from uuid import UUID

from routing.people import Person
from routing.places import Place
from routing.pooling import Pool
from routing.turn_order import Seat

HAD_IT = "had it already"
Outcome = Literal["routed", "queue", "nurture", "waiting", "nobody"]
Facts = Mapping[str, Any]
Holds = Callable[[Facts, datetime], bool]


@dataclass(frozen=True)
class Part:
    """A clause of a condition, with its sentence."""

    sentence: str
    holds: Holds


@dataclass(frozen=True)
class Rule:
    """What a lead must be like, and who gets it then. The fallback, always the last, asks for nothing.

    `member_id`, `pool_id`, `territory_id` (None: the lead's own) say more of the action. `pipeline_id` and `stage_id`
    are keys of where its deal is to begin.
    """

    id: UUID
    position: int
    label: str
    action: str
    holds: Holds = field(default=lambda *_: True, repr=False)
    is_fallback: bool = False
    parts: tuple[Part, ...] = ()
    member_id: UUID | None = None
    pool_id: UUID | None = None
    territory_id: UUID | None = None
    pipeline_id: UUID | None = None
    stage_id: UUID | None = None
    key: UUID | None = None

    @property
    def name(self) -> str:
        return f"“{self.label}”" if self.is_fallback else f"Rule {self.position}, “{self.label}”"


@dataclass(frozen=True)
class Book:
    """One version of an account's rules, in order. `asks`: the facts they look at."""

    version_id: UUID
    number: int
    rules: tuple[Rule, ...]
    closed: str = "first_to_open"
    effort: Mapping[str, int] = field(default_factory=dict)
    asks: frozenset[str] = frozenset()
    rules_for: Callable[[Facts], Sequence[Rule]] | None = None  # those of `rules` that a lead can match at all

    @property
    def asks_company(self) -> bool:
        return any(rule.action == "company_owner" for rule in self.rules)

    @property
    def pool_ids(self) -> set[UUID]:
        return {rule.pool_id for rule in self.rules if rule.pool_id}

    def estimate(self, facts: Facts) -> int:
        """The minutes of work that a lead of this tier is estimated at."""
        return self.effort.get(str(facts.get("tier") or ""), 0)


@dataclass(eq=False)
class Books:
    """What rules look people up in: who is here, pools, territories, who owns a company's other leads."""

    people: Mapping[UUID, Person] = field(default_factory=dict)
    pools: Mapping[UUID, Pool] = field(default_factory=dict)
    places: Sequence[Place] = ()
    company_owners: dict[UUID, UUID] = field(default_factory=dict)

    @cached_property
    def seats(self) -> Mapping[UUID, Sequence[tuple[Pool, Seat]]]:
        """Where each person sits."""
        found: dict[UUID, list[tuple[Pool, Seat]]] = {}
        for pool in self.pools.values():
            for seat in pool.seats:
                found.setdefault(seat.person.id, []).append((pool, seat))
        return found

    def owned_by(self, facts: Facts) -> Person | None:
        company = facts.get("company_id")
        return self.people.get(self.company_owners[company]) if company in self.company_owners else None


class Case(NamedTuple):
    """One lead as it is asked about at `now` (aware), with its territory and the minutes of work it is estimated at.

    `but`: members who must not get it, for they had it already.
    """

    facts: Facts
    now: datetime
    place: Place | None = None
    minutes: int = 0
    but: frozenset[UUID] = frozenset()


class Answer(NamedTuple):
    """What one matching rule says: who gets the lead, or why nobody; `pool` and `person`: who was asked."""

    outcome: Outcome = "nobody"
    why: str = ""
    person: Person | None = None
    pool: Pool | None = None
    seat: Seat | None = None
    tie_break: str = ""
    back_at: datetime | None = None


Passed = tuple[tuple[Rule, Answer], ...]


class Decision(NamedTuple):
    """What happens to one lead. `passed`: rules that matched before and could decide nothing. `back_at`: when the
    owner, or anybody, works again, where nobody did. `alarm`: the fallback had to help out."""

    outcome: Outcome
    sentence: str
    case: Case
    rule: Rule | None = None
    answer: Answer = Answer()
    passed: Passed = ()
    alarm: bool = False

    @property
    def person(self) -> Person | None:
        return self.answer.person if self.outcome == "routed" else None

    @property
    def place(self) -> Place | None:
        return self.case.place

    @property
    def back_at(self) -> datetime | None:
        return self.answer.back_at
