"""Whom does this lead go to, and why? Pure: plain data in, a decision that explains itself out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from leads import conditions

Outcome = Literal["routed", "queue", "nurture", "nobody"]
Facts = Mapping[str, Any]


@dataclass(frozen=True)
class Seat:
    """A member's place in a pool. `out` says why the member takes no turn now; empty: available."""

    id: UUID
    member_id: UUID
    name: str
    turns: int = 0
    out: str = ""


@dataclass(frozen=True)
class Pool:
    id: UUID
    name: str
    seats: tuple[Seat, ...]


@dataclass(frozen=True)
class Part:
    """A clause of a condition, with its sentence."""

    sentence: str
    tree: Mapping[str, Any]


@dataclass(frozen=True)
class Rule:
    """`member_id` is the person of a `member` rule, `pool_id` the pool of a `pool` rule; no condition: the fallback."""

    id: UUID
    position: int
    label: str
    action: str
    condition: Mapping[str, Any] | None = None
    pool_id: UUID | None = None
    member_id: UUID | None = None
    parts: tuple[Part, ...] = ()

    def matched(self, clauses: Sequence[Clause]) -> bool:
        """The answer of the whole condition, from those of its parts."""
        one_will_do = self.condition is not None and "any" in self.condition
        return (any if one_will_do else all)(clause.holds for clause in clauses)


@dataclass(frozen=True)
class Clause:
    sentence: str
    holds: bool


@dataclass(frozen=True)
class Tried:
    """A rule that was asked: whether it matched, clause by clause, and why it decided nothing if it matched."""

    position: int
    label: str
    matched: bool
    clauses: tuple[Clause, ...]
    passed_over: str = ""


@dataclass(frozen=True)
class Candidate:
    member_id: UUID
    name: str
    available: bool
    chosen: bool
    why: str


@dataclass(frozen=True)
class Decision:
    """What happens to one lead. `seat` is the turn that was taken, if one was."""

    outcome: Outcome
    sentence: str
    rule: Rule | None = None
    member_id: UUID | None = None
    member_name: str = ""
    pool_id: UUID | None = None
    seat: Seat | None = None
    tried: tuple[Tried, ...] = ()
    candidates: tuple[Candidate, ...] = ()
    tie_break: str = ""


@dataclass(frozen=True)
class Answer:
    """What one matching rule says: a decision in the making, or why it can decide nothing."""

    outcome: Outcome = "nobody"
    why: str = ""
    member_id: UUID | None = None
    member_name: str = ""
    seat: Seat | None = None
    pool_id: UUID | None = None
    candidates: tuple[Candidate, ...] = ()
    tie_break: str = ""


@dataclass(frozen=True)
class Books:
    """What routing looks things up in: pools, active members, and who owns the company's other leads (by company)."""

    pools: Mapping[UUID, Pool] = field(default_factory=dict)
    members: Mapping[UUID, str] = field(default_factory=dict)
    company_owners: Mapping[UUID, UUID] = field(default_factory=dict)


def choose(rules: Sequence[Rule], books: Books, facts: Facts, now: datetime) -> Decision:
    """The first rule that matches and has somebody decides; rules are in order and the last is the fallback.

    `facts` are a lead's plain facts by catalogue name, with `company_id`; `now` is aware.
    """
    tried: list[Tried] = []
    seen: tuple[Candidate, ...] = ()
    for rule in rules:
        clauses = tuple(Clause(part.sentence, conditions.matches(part.tree, facts, now)) for part in rule.parts)
        if not rule.matched(clauses):
            tried.append(Tried(rule.position, rule.label, False, clauses))
            continue
        answer = ask(rule, books, facts)
        if answer.outcome != "nobody":
            tried.append(Tried(rule.position, rule.label, True, clauses))
            return settle(rule, answer, tuple(tried))
        tried.append(Tried(rule.position, rule.label, True, clauses, answer.why))
        seen = seen or answer.candidates
    return Decision("nobody", nobody(tried), tried=tuple(tried), candidates=seen)


def parts_of(condition: Mapping[str, Any] | None, catalogue: Any = None) -> tuple[Part, ...]:
    """The clauses of a condition: the branches of its outermost `all` or `any`, else the condition itself."""
    if condition is None:
        return ()
    branches = next((condition[group] for group in ("all", "any") if group in condition), [condition])
    return tuple(Part(conditions.sentence(branch, catalogue), branch) for branch in branches)


def ask(rule: Rule, books: Books, facts: Facts) -> Answer:
    """What a matching rule says."""
    if rule.action == "pool":
        pool = books.pools.get(rule.pool_id) if rule.pool_id else None
        return next_in(pool) if pool else Answer(why="its pool is gone")
    if rule.action == "member":
        return to(rule.member_id, books, "it names {name}", "the member it names has left")
    if rule.action == "company_owner":
        owner = books.company_owners.get(facts["company_id"]) if facts.get("company_id") else None
        return to(owner, books, "{name} owns this company already", "nobody owns this company yet")
    if rule.action == "queue":
        return Answer("queue", "kept in the intake queue for a person to take")
    return Answer("nurture", "kept in nurture, without an owner")


def to(member_id: UUID | None, books: Books, why: str, otherwise: str) -> Answer:
    """Straight to one person, if that person is still here."""
    name = books.members.get(member_id) if member_id else None
    if member_id is None or name is None:
        return Answer(why=otherwise)
    said = why.format(name=name)
    return Answer("routed", said, member_id, name, candidates=(Candidate(member_id, name, True, True, said),))


def next_in(pool: Pool) -> Answer:
    """Strict round robin: whoever had the fewest turns is next; between equals, the older seat."""
    there = [seat for seat in pool.seats if not seat.out]
    if not there:
        reason = f"nobody in {pool.name} is available"
        return Answer(why=reason, candidates=tuple(candidate(seat, None) for seat in pool.seats))
    turn = min(there, key=lambda seat: (seat.turns, seat.id))
    last = max(there, key=lambda seat: (seat.turns, seat.id))
    equals = sum(seat.turns == turn.turns for seat in there)
    return Answer(
        "routed",
        place(pool, turn, last),
        turn.member_id,
        turn.name,
        turn,
        pool.id,
        tuple(candidate(seat, turn) for seat in pool.seats),
        f"{equals} had as few turns ({turn.turns}): the one who has been in the pool longest" if equals > 1 else "",
    )


def place(pool: Pool, turn: Seat, last: Seat) -> str:
    """`next in Everybody after Raj`."""
    if last.id == turn.id:
        return f"the only one available in {pool.name}"
    if last.turns == 0:
        return f"first in {pool.name}"
    return f"next in {pool.name} after {last.name}"


def candidate(seat: Seat, turn: Seat | None) -> Candidate:
    chosen = turn is not None and seat.id == turn.id
    turns = "1 turn so far" if seat.turns == 1 else f"{seat.turns} turns so far"
    return Candidate(seat.member_id, seat.name, not seat.out, chosen, seat.out or turns)


def settle(rule: Rule, answer: Answer, tried: tuple[Tried, ...]) -> Decision:
    """The decision of the rule that had an answer."""
    named = f"Rule {rule.position}, “{rule.label}”" if rule.condition is not None else f"“{rule.label}”"
    return Decision(
        answer.outcome,
        f"{named}: {answer.why}.",
        rule,
        answer.member_id,
        answer.member_name,
        answer.pool_id,
        answer.seat,
        tried,
        answer.candidates,
        answer.tie_break,
    )


def nobody(tried: Sequence[Tried]) -> str:
    """Why no rule had anybody."""
    over = [f"“{rule.label}”: {rule.passed_over}" for rule in tried if rule.passed_over]
    return f"Nobody could take it. {'; '.join(over) or 'No rule matched'}."
