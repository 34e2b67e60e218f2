"""Tables for the choice: which rule, who, and in what words."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import pytest

from routing.choice import choose
from routing.explaining import Candidate, Clause, candidates, tried
from routing.places import Place
from routing.rulebook import Book, Books, Decision
from routing.workingtime import NINE_TO_FIVE
from tests.routing.desk import (
    FALLBACK,
    NEVER,
    NIGHT,
    NOW,
    POOL,
    book,
    books,
    give,
    person,
    pool,
    rule,
    seat,
)

DESK = UUID(int=2)
KESTREL = UUID(int=50)
RITA, RAJ, JUN = (person(name) for name in ("Rita", "Raj", "Jun"))
DACH = {
    "all": [
        {"field": "country", "operator": "is_any_of", "value": ["DE", "AT", "CH"]},
        {"field": "headcount", "operator": "at_least", "value": 100},
    ]
}
BERLIN = {"country": "DE", "headcount": 180, "company_id": KESTREL}
SMALL = {"country": "DE", "headcount": 20}


def decide(rules: Book, state: Books, facts: Mapping[str, Any] = BERLIN, now: datetime = NOW) -> Decision:
    return choose(rules, state, facts, now)


def test_the_first_rule_that_matches_says_so_in_one_sentence() -> None:
    decision = decide(
        book(rule(2, "DACH over 100 people", "pool", DACH, pool_id=POOL), FALLBACK),
        books(pool(seat("Rita", turns=3, last_turn=5), seat("Raj", turns=4, last_turn=6))),
    )
    assert (decision.outcome, decision.person and decision.person.name) == ("routed", "Rita")
    assert decision.sentence == "Rule 2, “DACH over 100 people”: next in Everybody after Raj."


def test_every_rule_tried_shows_its_clauses_true_and_false() -> None:
    rules = book(rule(1, "DACH", "queue", DACH), FALLBACK, rule(10, "Never reached", "queue"))
    decision = decide(rules, books(pool(seat("Rita"))), SMALL)
    first, last = tried(decision, rules)
    assert not first.matched
    assert [clause.holds for clause in first.clauses] == [True, False]
    assert first.clauses[1] == Clause("Company size is at least 100", False)
    assert last.matched
    assert decision.sentence == "“Everybody in turn”: the only one free in Everybody."


def test_any_needs_one_clause_and_none_needs_all_of_it_false() -> None:
    either, neither, state = {"any": DACH["all"]}, {"none": DACH["all"]}, books(pool(seat("Rita")))
    assert decide(book(rule(1, "Either", "queue", either), FALLBACK), state, SMALL).outcome == "queue"
    assert decide(book(rule(1, "Neither", "queue", neither), FALLBACK), state, SMALL).outcome == "routed"
    assert decide(book(rule(1, "Neither", "queue", neither), FALLBACK), state, {"country": "US"}).outcome == "queue"


LEAVE = ((date(2026, 3, 16), date(2026, 3, 20)),)
OUT = [
    (seat("Rita", paused=True), "paused in this pool"),
    (seat(person("Rita", paused_until=datetime(2026, 3, 17, 14, tzinfo=UTC))), "paused until 14:00"),
    (seat(person("Rita", week=NINE_TO_FIVE, leave=LEAVE)), "on leave, back Mon 09:00"),
    (seat(person("Rita", week=NINE_TO_FIVE, zone="Asia/Tokyo")), "out of hours, back Wed 09:00"),
    (seat(person("Rita", holds=25), capacity_open=25), "full: 25 of 25 open"),
    (seat(person("Rita", week=NEVER)), "out of hours"),
]


@pytest.mark.parametrize(("away", "why"), OUT)
def test_whoever_is_out_takes_no_turn_and_the_record_says_why(away: Any, why: str) -> None:
    decision = decide(book(), books(pool(away, seat("Raj", turns=7, last_turn=9), seat("Jun", turns=1, last_turn=2))))
    assert candidates(decision) == [
        Candidate(RITA.id, "Rita", False, False, why),
        Candidate(RAJ.id, "Raj", True, False, "7 turns so far"),
        Candidate(JUN.id, "Jun", True, True, "1 turn so far"),
    ]


def test_capacity_of_the_day_and_of_estimated_minutes_begins_anew_at_their_midnight() -> None:
    for capacity, why in (
        ({"capacity_day": 2}, "full for today: 2 of 2"),
        ({"capacity_minutes": 90}, "full for today: 90 of 90 minutes"),
    ):
        rules = book(effort={"urgent": 45})
        state = books(pool(seat(person("Rita", zone="Asia/Tokyo"), **capacity), seat("Raj", last_turn=99)))
        names = [give(rules, state, {"tier": "urgent"}).answer.person for _ in range(5)]
        assert [one.name for one in names if one] == ["Rita", "Raj", "Rita", "Raj", "Raj"]
        assert candidates(decide(rules, state, {"tier": "urgent"}))[0].why == why
        later = give(rules, state, {"tier": "urgent"}, datetime(2026, 3, 17, 15, 1, tzinfo=UTC))
        assert later.person
        assert later.person.name == "Rita"


def test_a_rule_with_nobody_is_passed_over_and_the_next_decides() -> None:
    empty = pool(seat("Rita", paused=True), name="Desk", number=DESK)
    rules = book(rule(1, "Desk first", "pool", DACH, pool_id=DESK), FALLBACK)
    decision = decide(rules, books(empty, pool(seat("Raj"))))
    assert decision.person
    assert decision.person.name == "Raj"
    assert tried(decision, rules)[0].passed_over == "nobody in Desk is free"
    assert decision.alarm  # only the fallback had somebody


def test_a_fallback_alone_is_no_alarm() -> None:
    assert not decide(book(), books(pool(seat("Raj")))).alarm


def test_nobody_anywhere_is_said_and_not_hidden() -> None:
    decision = decide(book(), books(pool(seat("Rita", paused=True))))
    assert (decision.outcome, decision.person) == ("nobody", None)
    assert decision.sentence == "Nobody could take it. “Everybody in turn”: nobody in Everybody is free."
    assert candidates(decision)[0].why == "paused in this pool"


def test_a_person_the_companys_owner_a_queue_and_nurture() -> None:
    state = books(pool(seat("Raj")), people=(RITA, JUN), company_owners={KESTREL: JUN.id})
    ours = decide(book(rule(1, "Ours", "member", DACH, member_id=RITA.id), FALLBACK), state)
    assert (ours.person, ours.sentence) == (RITA, "Rule 1, “Ours”: it names Rita.")
    known = decide(book(rule(1, "Known", "company_owner", DACH), FALLBACK), state)
    assert (known.person, known.sentence) == (JUN, "Rule 1, “Known”: Jun owns this company already.")
    new = decide(book(rule(1, "Known", "company_owner", DACH), FALLBACK), books(pool(seat("Raj"))))
    assert new.passed[0][1].why == "nobody owns this company yet"
    assert decide(book(rule(1, "By hand", "queue", DACH), FALLBACK), state).outcome == "queue"
    assert decide(book(rule(1, "Later", "nurture", DACH), FALLBACK), state).outcome == "nurture"


def test_a_rule_that_names_someone_who_left_or_is_away_is_passed_over() -> None:
    away = person("Rita", week=NINE_TO_FIVE, leave=LEAVE)
    for member_id, why in (
        (UUID(int=99), "the member it names has left"),
        (away.id, "Rita is on leave, back Mon 09:00"),
    ):
        rules = book(rule(1, "Old", "member", DACH, member_id=member_id), FALLBACK)
        decision = decide(rules, books(pool(seat("Raj")), people=(away,)))
        assert decision.person
        assert (decision.person.name, decision.passed[0][1].why) == ("Raj", why)


def test_a_territory_goes_to_its_owner_a_person_or_a_pool() -> None:
    north = Place(UUID(int=3), "North", countries=frozenset({"DE"}), member_id=RITA.id)
    south = Place(UUID(int=4), "South", countries=frozenset({"IT"}), pool_id=POOL)
    state = books(pool(seat("Raj")), people=(RITA,), places=[north, south])
    rules = book(rule(1, "By territory", "territory", {"all": []}), FALLBACK)
    assert decide(rules, state).sentence == "Rule 1, “By territory”: Rita owns North."
    assert decide(rules, state, {"country": "IT"}).sentence.endswith("the only one free in Everybody.")
    assert decide(rules, state, {"country": "US"}).passed[0][1].why == "it is in no territory"
    only_south = book(rule(1, "South", "territory", {"all": []}, territory_id=south.id), FALLBACK)
    assert decide(only_south, state).passed[0][1].why == "it is in another territory"


def test_conditions_know_the_territory_that_a_lead_is_found_in() -> None:
    north = Place(UUID(int=3), "North", countries=frozenset({"DE"}))
    rules = book(rule(1, "North", "queue", {"field": "territory", "operator": "is", "value": "north"}), FALLBACK)
    state = books(pool(seat("Raj")), places=[north])
    decision = decide(rules, state)
    assert (decision.outcome, decision.place) == ("queue", north)
    assert tried(decision, rules)[0].clauses[0].holds
    assert decide(rules, state, {"country": "DE", "territory": "Elsewhere"}).outcome == "routed"


def at_night(*others: Any, closed: str = "first_to_open") -> tuple[Book, Books]:
    """Rita is back in Berlin at 8:00 UTC, Raj and Jun in London at 9:00."""
    berlin: dict[str, Any] = {"week": NINE_TO_FIVE, "zone": "Europe/Berlin"}
    london: dict[str, Any] = {"week": NINE_TO_FIVE, "zone": "Europe/London"}
    everybody = pool(seat(person("Raj", **london), last_turn=3), seat(person("Jun", **london), last_turn=1))
    desk = pool(seat(person("Rita", **berlin)), name="Desk", number=DESK)
    return book(*others, FALLBACK, closed=closed), books(everybody, desk)


def test_where_nobody_works_whoever_is_back_first_gets_it_and_the_sentence_says_so() -> None:
    rules, state = at_night(rule(1, "DACH", "pool", DACH, pool_id=DESK))
    decision = decide(rules, state, now=NIGHT)
    assert decision.person
    assert (decision.person.name, decision.back_at) == ("Rita", datetime(2026, 3, 18, 8, tzinfo=UTC))
    assert decision.sentence == ("Nobody is at work; Rita is back first, 09:00. Rule 1, “DACH”: first in Desk.")
    assert not decision.alarm
    assert [one.passed_over for one in tried(decision, rules)] == [
        "nobody in Desk is free",
        "nobody in Everybody is free",
    ]


def test_those_who_are_back_within_the_hour_take_turns() -> None:
    rules, state = at_night()
    given = [give(rules, state, {}, NIGHT).person for _ in range(4)]
    assert [one.name for one in given if one] == ["Jun", "Raj", "Jun", "Raj"]


def test_an_account_may_let_leads_wait_instead() -> None:
    rules, state = at_night(closed="queue")
    decision = decide(rules, state, now=NIGHT)
    assert (decision.outcome, decision.person, decision.back_at) == (
        "waiting",
        None,
        datetime(2026, 3, 18, 9, tzinfo=UTC),
    )
    assert decision.sentence == "Nobody is at work. It waits for Raj, Wed 09:00."
