"""Whom does this lead go to, and why? Pure: `choose` changes nothing; `take` writes a decision into the books."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from routing import places
from routing.asking import ask, settle
from routing.closed_hours import when_closed
from routing.rulebook import Answer, Book, Books, Case, Decision, Facts, Rule


def choose(book: Book, books: Books, facts: Facts, now: datetime, but: frozenset[UUID] = frozenset()) -> Decision:
    """The first rule that matches and has somebody who works now decides; where nobody works, whoever is back first.

    `facts` are a lead's plain facts by catalogue name, with `company_id`; `now` is aware. Nobody of `but` gets it.
    """
    case = case_of(book, books, facts, now, but)
    passed: list[tuple[Rule, Answer]] = []
    seen = case.facts
    for rule in book.rules_for(seen) if book.rules_for else book.rules:
        if not rule.holds(seen, now):
            continue
        answer = ask(rule, books, case)
        if answer.outcome != "nobody":
            return settle(rule, answer, tuple(passed), case, alarm=rule.is_fallback and len(book.rules) > 1)
        passed.append((rule, answer))
    return when_closed(book, case, tuple(passed))


def case_of(book: Book, books: Books, facts: Facts, now: datetime, but: frozenset[UUID] = frozenset()) -> Case:
    """The lead as rules see it: with the territory it is found in."""
    place = places.find(books.places, facts) if books.places else None
    return Case({**facts, "territory": place.name} if place else facts, now, place, book.estimate(facts), but)


def take(decision: Decision, books: Books) -> None:
    """Write a decision down in the books, so that the next one sees it: turns, loads, the company's owner."""
    person, answer, case = decision.person, decision.answer, decision.case
    if person is None:
        return
    if answer.pool and answer.seat:
        answer.pool.take(answer.seat, case.now)
    person.take(case.now, case.minutes)
    for pool, seat in books.seats.get(person.id, ()):
        if seat.why_full(case.now):
            pool.forget()
    if company := case.facts.get("company_id"):
        books.company_owners[company] = person.id
