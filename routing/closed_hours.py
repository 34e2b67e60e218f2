"""Nobody who could take a lead works now: who is back first? Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from routing.asking import said, settle
from routing.people import Person
from routing.pooling import Pool
from routing.rulebook import Answer, Book, Case, Decision, Passed, Rule
from routing.turn_order import Seat, order

TOGETHER = timedelta(hours=1)  # whoever is back within it is back with the first: the same shift


@dataclass(frozen=True)
class Return:
    """Somebody who is away now and could take a lead of `rule` at `at`."""

    rule: Rule
    person: Person
    at: datetime
    pool: Pool | None = None
    seat: Seat | None = None


def when_closed(book: Book, case: Case, passed: Passed) -> Decision:
    """Whoever is back first gets it, in the order of the rules and of the pool's turns; or it waits for them."""
    coming = sorted(_returns(passed, case), key=lambda one: one.at)
    if not coming:
        return Decision("nobody", nobody(passed), case, passed=passed)
    first = coming[0]
    if book.closed == "queue":
        words = f"Nobody is at work. It waits for {first.person.name}, {first.person.clock(first.at, case.now)}."
        return Decision("waiting", words, case, first.rule, Answer("waiting", back_at=first.at), passed)
    together = [one for one in coming if one.at <= first.at + TOGETHER]
    rule = min((one.rule for one in together), key=lambda rule: rule.position)
    answer = _answer([one for one in together if one.rule is rule], case)
    decision = settle(rule, answer, passed, case)
    assert answer.person
    assert answer.back_at
    back = f"Nobody is at work; {answer.person.name} is back first, {answer.person.clock(answer.back_at, case.now)}. "
    return Decision(decision.outcome, back + decision.sentence, case, rule, answer, passed)


def _returns(passed: Passed, case: Case) -> Iterator[Return]:
    for rule, answer in passed:
        if answer.pool:
            for seat in answer.pool.seats:
                at = seat.person.back_at(case.now)
                if (
                    at
                    and seat.person.id not in case.but
                    and not seat.paused
                    and not seat.why_full(case.now, case.minutes)
                ):
                    yield Return(rule, seat.person, at, answer.pool, seat)
        elif answer.person and (at := answer.person.back_at(case.now)):
            yield Return(rule, answer.person, at)


def _answer(back: list[Return], case: Case) -> Answer:
    first = back[0]
    if first.pool is None:
        return Answer("routed", "it goes to them alone", first.person, back_at=first.at)
    turn = first.pool.next(sorted((one.seat for one in back if one.seat), key=order), case.facts)
    at = next(one.at for one in back if one.seat is turn.seat)
    why = said(first.pool, turn.why)
    return Answer("routed", why, turn.seat.person, first.pool, turn.seat, turn.tie_break, back_at=at)


def nobody(passed: Passed) -> str:
    """Why no rule had anybody."""
    over = [f"“{rule.label}”: {answer.why}" for rule, answer in passed]
    return f"Nobody could take it. {'; '.join(over) or 'No rule matched'}."
