"""The whole of a decision: every rule tried, every candidate, why in or out. Pure; asked before it is taken."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from uuid import UUID

from routing.pooling import Pool
from routing.rulebook import HAD_IT, Answer, Book, Case, Decision, Rule
from routing.turn_order import Seat, held


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


def tried(decision: Decision, book: Book) -> Sequence[Tried]:
    """The rules up to the one that decided, in order; all of them where none did, or nobody was at work."""
    over = {rule.id: answer.why for rule, answer in decision.passed}
    decided = decision.rule if decision.rule and decision.rule.id not in over else None
    asked = [rule for rule in book.rules if decided is None or rule.position <= decided.position]
    return [_tried(rule, rule is decided or rule.id in over, over.get(rule.id, ""), decision.case) for rule in asked]


def _tried(rule: Rule, matched: bool, over: str, case: Case) -> Tried:
    clauses = tuple(Clause(part.sentence, part.holds(case.facts, case.now)) for part in rule.parts)
    return Tried(rule.position, rule.label, matched, clauses, over)


def candidates(decision: Decision) -> Sequence[Candidate]:
    """Everybody of the pool that decided, or the one person; where nobody could, those of the first who were asked."""
    answers = [decision.answer, *(answer for _, answer in decision.passed)]
    asked = next((answer for answer in answers if answer.pool or answer.person), None)
    return list(_of(asked, decision)) if asked else []


def _of(answer: Answer, decision: Decision) -> Iterator[Candidate]:
    chosen, now = decision.person, decision.case.now
    if answer.pool is None:
        if person := answer.person:
            why = decision.answer.why if chosen is person else person.why_away(now)
            yield Candidate(person.id, person.name, person.is_there(now), chosen is person, why)
        return
    for seat in answer.pool.seats:
        had_it = HAD_IT if seat.person.id in decision.case.but else ""
        out = had_it or answer.pool.why_out(seat, now, decision.case.minutes)
        yield Candidate(
            seat.person.id, seat.person.name, not out, chosen is seat.person, out or standing(answer.pool, seat)
        )


def standing(pool: Pool, seat: Seat) -> str:
    """How a free seat stands in its pool: `3 turns so far`, `10 of 25 open`."""
    turns = "1 turn so far" if seat.turns == 1 else f"{seat.turns} turns so far"
    if pool.strategy in ("least_loaded", "best_fit"):
        return held(seat)
    owed = f", {seat.credit} to make good" if seat.credit else ""
    return f"{turns}{owed}" if pool.strategy == "round_robin" else f"{turns}, weight {seat.weight}"
