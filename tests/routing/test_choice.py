"""Tables for the choice: which rule, who, and in what words."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from routing.choice import Books, Candidate, Clause, Decision, Pool, Rule, Seat, choose, parts_of
from routing.turns import taken

NOW = datetime(2026, 3, 17, 9, 42, tzinfo=UTC)
RITA, RAJ, JUN = UUID(int=11), UUID(int=12), UUID(int=13)
NAMES = {RITA: "Rita", RAJ: "Raj", JUN: "Jun"}
EVERYBODY, DESK = UUID(int=1), UUID(int=2)
KESTREL = UUID(int=50)

DACH = {
    "all": [
        {"field": "country", "operator": "is_any_of", "value": ["DE", "AT", "CH"]},
        {"field": "headcount", "operator": "at_least", "value": 100},
    ]
}
BERLIN = {"country": "DE", "headcount": 180, "company_id": KESTREL}


def seat(member: UUID, turns: int = 0, out: str = "") -> Seat:
    return Seat(UUID(int=member.int + 100), member, NAMES[member], turns, out)


def everybody(*seats: Seat) -> Books:
    return Books(pools={EVERYBODY: Pool(EVERYBODY, "Everybody", seats)}, members=NAMES)


def rule(position: int, label: str, action: str, condition: Mapping[str, Any] | None = None, **more: Any) -> Rule:
    return Rule(UUID(int=position), position, label, action, condition, parts=parts_of(condition), **more)


FALLBACK = rule(9, "Everybody in turn", "pool", pool_id=EVERYBODY)


def decide(rules: list[Rule], books: Books, facts: Mapping[str, Any] = BERLIN) -> Decision:
    return choose(rules, books, facts, NOW)


def test_the_first_rule_that_matches_says_so_in_one_sentence() -> None:
    decision = decide(
        [rule(2, "DACH over 100 people", "pool", DACH, pool_id=EVERYBODY), FALLBACK],
        everybody(seat(RITA, 3), seat(RAJ, 4)),
    )
    assert decision.outcome == "routed"
    assert decision.member_id == RITA
    assert decision.sentence == "Rule 2, “DACH over 100 people”: next in Everybody after Raj."


def test_every_rule_tried_shows_its_clauses_true_and_false() -> None:
    small = {"country": "DE", "headcount": 20}
    decision = decide([rule(1, "DACH", "queue", DACH), FALLBACK], everybody(seat(RITA)), small)
    first, last = decision.tried
    assert not first.matched
    assert [clause.holds for clause in first.clauses] == [True, False]
    assert first.clauses[1] == Clause("Company size is at least 100", False)
    assert last.matched
    assert decision.sentence == "“Everybody in turn”: the only one available in Everybody."


def test_any_needs_one_clause_and_none_needs_all_of_it_false() -> None:
    either = {"any": DACH["all"]}
    neither = {"none": DACH["all"]}
    small = {"country": "DE", "headcount": 20}
    queue = everybody(seat(RITA))
    assert decide([rule(1, "Either", "queue", either), FALLBACK], queue, small).outcome == "queue"
    assert decide([rule(1, "Neither", "queue", neither), FALLBACK], queue, small).outcome == "routed"
    assert decide([rule(1, "Neither", "queue", neither), FALLBACK], queue, {"country": "US"}).outcome == "queue"


def test_whoever_is_out_takes_no_turn_and_the_record_says_why() -> None:
    decision = decide([FALLBACK], everybody(seat(RITA, 1, "paused"), seat(RAJ, 7), seat(JUN, 7)))
    assert decision.member_id == RAJ
    assert decision.candidates == (
        Candidate(RITA, "Rita", False, False, "paused"),
        Candidate(RAJ, "Raj", True, True, "7 turns so far"),
        Candidate(JUN, "Jun", True, False, "7 turns so far"),
    )
    assert decision.tie_break == "2 had as few turns (7): the one who has been in the pool longest"


def test_a_rule_with_nobody_is_passed_over_and_the_next_decides() -> None:
    desk = Pool(DESK, "Desk", ())
    books = replace(everybody(seat(RAJ)), pools={**everybody(seat(RAJ)).pools, DESK: desk})
    decision = decide([rule(1, "Desk first", "pool", DACH, pool_id=DESK), FALLBACK], books)
    assert decision.member_id == RAJ
    assert decision.tried[0].passed_over == "nobody in Desk is available"


def test_nobody_anywhere_is_said_and_not_hidden() -> None:
    decision = decide([FALLBACK], everybody(seat(RITA, 0, "paused")))
    assert (decision.outcome, decision.member_id) == ("nobody", None)
    assert decision.sentence == "Nobody could take it. “Everybody in turn”: nobody in Everybody is available."
    assert decision.candidates[0].why == "paused"


def test_a_person_the_companys_owner_a_queue_and_nurture() -> None:
    books = replace(everybody(seat(RAJ)), company_owners={KESTREL: JUN})
    to_rita = decide([rule(1, "Ours", "member", DACH, member_id=RITA), FALLBACK], books)
    assert (to_rita.member_id, to_rita.sentence) == (RITA, "Rule 1, “Ours”: it names Rita.")
    known = decide([rule(1, "Known", "company_owner", DACH), FALLBACK], books)
    assert (known.member_id, known.sentence) == (JUN, "Rule 1, “Known”: Jun owns this company already.")
    new = decide([rule(1, "Known", "company_owner", DACH), FALLBACK], everybody(seat(RAJ)))
    assert (new.member_id, new.tried[0].passed_over) == (RAJ, "nobody owns this company yet")
    assert decide([rule(1, "By hand", "queue", DACH), FALLBACK], books).outcome == "queue"
    assert decide([rule(1, "Later", "nurture", DACH), FALLBACK], books).outcome == "nurture"


def test_a_rule_that_names_someone_who_left_is_passed_over() -> None:
    gone = UUID(int=99)
    decision = decide([rule(1, "Old", "member", DACH, member_id=gone), FALLBACK], everybody(seat(RAJ)))
    assert (decision.member_id, decision.tried[0].passed_over) == (RAJ, "the member it names has left")


@given(st.lists(st.sampled_from([RITA, RAJ, JUN]), unique=True, min_size=1), st.integers(1, 60))
def test_shares_of_a_round_differ_by_at_most_one(reps: list[UUID], leads: int) -> None:
    books, shares = everybody(*(seat(rep) for rep in reps)), Counter[UUID | None](dict.fromkeys(reps, 0))
    for _ in range(leads):
        decision = decide([FALLBACK], books)
        shares[decision.member_id] += 1
        assert decision.seat
        books = replace(books, pools={EVERYBODY: taken(books.pools[EVERYBODY], decision.seat)})
    assert max(shares.values()) - min(shares.values()) <= 1
    assert shares.total() == leads


@given(st.lists(st.tuples(st.integers(0, 9), st.booleans()), min_size=1, max_size=3))
def test_nobody_with_more_turns_is_chosen_before_one_with_fewer(state: list[tuple[int, bool]]) -> None:
    seats = [seat(member, turns, "paused" if out else "") for member, (turns, out) in zip(NAMES, state, strict=False)]
    decision = decide([FALLBACK], everybody(*seats))
    there = [one for one in seats if not one.out]
    if not there:
        assert decision.outcome == "nobody"
        return
    assert decision.seat
    assert decision.seat.turns == min(one.turns for one in there)
    assert [one.chosen for one in decision.candidates].count(True) == 1
