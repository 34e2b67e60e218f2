"""What one matching rule says now: who gets the lead, or why nobody does. Pure."""

from __future__ import annotations

from routing.people import Person
from routing.pooling import Pool
from routing.rulebook import HAD_IT, Answer, Books, Case, Decision, Passed, Rule


def ask(rule: Rule, books: Books, case: Case) -> Answer:
    """What a matching rule says now."""
    if rule.action == "pool":
        return from_pool(books.pools.get(rule.pool_id) if rule.pool_id else None, case)
    if rule.action == "member":
        person = books.people.get(rule.member_id) if rule.member_id else None
        return to(person, "it names {name}", "the member it names has left", case)
    if rule.action == "company_owner":
        owner = books.owned_by(case.facts)
        return to(owner, "{name} owns this company already", "nobody owns this company yet", case)
    if rule.action == "territory":
        return from_place(rule, books, case)
    if rule.action == "queue":
        return Answer("queue", "kept in the intake queue for a person to take")
    return Answer("nurture", "kept in nurture, without an owner")


def from_place(rule: Rule, books: Books, case: Case) -> Answer:
    """The owner of the lead's territory, a member or a pool."""
    place = case.place
    if place is None or rule.territory_id not in (None, place.id):
        return Answer(why="it is in another territory" if place else "it is in no territory")
    if place.pool_id:
        return from_pool(books.pools.get(place.pool_id), case)
    person = books.people.get(place.member_id) if place.member_id else None
    return to(person, f"{{name}} owns {place.name}", f"nobody owns {place.name}", case)


def to(person: Person | None, why: str, otherwise: str, case: Case) -> Answer:
    """Straight to one person, if that person is here and works."""
    if person is None:
        return Answer(why=otherwise)
    if person.id in case.but:
        return Answer(why=f"{person.name} {HAD_IT}")
    if away := person.why_away(case.now):
        return Answer(why=f"{person.name} is {away}", person=person)
    return Answer("routed", why.format(name=person.name), person)


def from_pool(pool: Pool | None, case: Case) -> Answer:
    """Whose turn it is in a pool, if anybody is free."""
    if pool is None:
        return Answer(why="its pool is gone")
    free = pool.free(case.now, case.minutes)
    if case.but:
        free = [seat for seat in free if seat.person.id not in case.but]
    if not free:
        return Answer(why=f"nobody in {pool.name} is free", pool=pool)
    turn = pool.next(free, case.facts)
    alone = f"the only one free in {pool.name}" if len(free) == 1 and turn.seat.credit == 0 else ""
    return Answer("routed", alone or said(pool, turn.why), turn.seat.person, pool, turn.seat, turn.tie_break)


def said(pool: Pool, why: str) -> str:
    """`next in Everybody after Raj`, `the lightest load, 10 of 25 open, in DACH`."""
    if why in ("next", "first"):
        after = f" after {pool.last.person.name}" if why == "next" and pool.last else ""
        return f"{why} in {pool.name}{after}"
    return f"{why}, in {pool.name}"


def settle(rule: Rule, answer: Answer, passed: Passed, case: Case, *, alarm: bool = False) -> Decision:
    """The decision of the rule that had an answer."""
    return Decision(answer.outcome, f"{rule.name}: {answer.why}.", case, rule, answer, passed, alarm)
