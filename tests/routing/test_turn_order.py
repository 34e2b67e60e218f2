"""Whose turn it is: strictly in turn, by weight, by load, by fit. Properties over any number of leads."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from routing.pooling import Pool
from routing.rulebook import Books
from tests.routing.desk import NAMES, NOW, book, books, give, person, pool, seat

RULES = book()


def deal(state: Books, leads: int, facts: Any = None) -> Counter[str]:
    """How many of so many leads each got."""
    given = [give(RULES, state, facts).person for _ in range(leads)]
    return Counter(one.name for one in given if one)


def in_turn(state: Books, leads: int) -> list[str]:
    return [one.name for _ in range(leads) if (one := give(RULES, state).person)]


@given(st.lists(st.sampled_from(NAMES), unique=True, min_size=1), st.integers(1, 60))
def test_shares_of_a_round_differ_by_at_most_one(names: list[str], leads: int) -> None:
    shares = deal(books(pool(*(seat(name) for name in names))), leads)
    assert shares.total() == leads
    assert max(shares.values()) - min(shares.get(name, 0) for name in names) <= 1


stretches = st.lists(st.tuples(st.sets(st.sampled_from(NAMES), min_size=1), st.integers(1, 20)), min_size=1, max_size=8)


@given(stretches)
def test_in_every_stretch_with_the_same_people_shares_differ_by_one(stretches: list[tuple[set[str], int]]) -> None:
    """Whoever comes back takes turns from then on, and makes up for nothing."""
    state = books(pool(*(seat(name) for name in NAMES)))
    (everybody,) = state.pools.values()
    for here, leads in stretches:
        _only(everybody, here)
        shares = deal(state, leads)
        assert set(shares) <= here
        assert max(shares.values()) - min(shares.get(name, 0) for name in here) <= 1


def _only(everybody: Pool, here: set[str]) -> None:
    for one in everybody.seats:
        one.paused = one.person.name not in here
    everybody.forget()


@given(st.lists(st.integers(1, 100), min_size=1, max_size=6), st.integers(1, 200))
def test_by_weight_nobody_is_a_whole_turn_away_from_their_share(weights: list[int], leads: int) -> None:
    names = NAMES[: len(weights)]
    seats = [seat(name, weight=weight) for name, weight in zip(names, weights, strict=True)]
    state, got = books(pool(*seats, strategy="weighted")), Counter[str]()
    for number in range(1, leads + 1):
        got.update(in_turn(state, 1))
        for name, weight in zip(names, weights, strict=True):
            assert abs(got[name] - number * weight / sum(weights)) <= 1


@given(st.lists(st.integers(1, 9), min_size=2, max_size=6), st.integers(0, 80), st.integers(1, 40))
def test_by_weight_too_whoever_comes_back_is_not_flooded(weights: list[int], without: int, leads: int) -> None:
    names = NAMES[: len(weights)]
    state = books(
        pool(*(seat(name, weight=one) for name, one in zip(names, weights, strict=True)), strategy="weighted")
    )
    (everybody,) = state.pools.values()
    _only(everybody, set(names[1:]))
    deal(state, without)
    _only(everybody, set(names))
    got = deal(state, leads)
    assert abs(got[names[0]] - leads * weights[0] / sum(weights)) <= 2  # a turn that was begun, and one that is


def test_a_newcomer_gets_one_turn_first_and_then_their_share() -> None:
    state = books(pool(seat("Rita", turns=500, last_turn=999), seat("Raj", turns=500, last_turn=1000), seat("Jun")))
    assert in_turn(state, 6) == ["Jun", "Rita", "Raj", "Jun", "Rita", "Raj"]


def test_a_turn_to_make_good_comes_first_and_keeps_the_place_in_the_order() -> None:
    state = books(pool(seat("Rita", last_turn=1), seat("Raj", last_turn=3, credit=2)))
    assert give(RULES, state).sentence.endswith("a turn to make good, in Everybody.")
    assert in_turn(state, 4) == ["Raj", "Rita", "Raj", "Rita"]


@given(st.lists(st.tuples(st.integers(0, 30), st.integers(1, 30)), min_size=1, max_size=6), st.integers(1, 60))
def test_the_lightest_load_is_next_and_no_capacity_is_exceeded(loads: list[tuple[int, int]], leads: int) -> None:
    seats = [
        seat(person(name, holds=holds), capacity_open=most) for name, (holds, most) in zip(NAMES, loads, strict=False)
    ]
    state = books(pool(*seats, strategy="least_loaded"))
    for _ in range(leads):
        room = [one.load for one in seats if not one.why_full(NOW)]
        before = {one.person.id: one.load for one in seats}
        chosen = give(RULES, state).person
        assert (chosen is None) == (not room)
        assert chosen is None or before[chosen.id] == min(room)
    assert all(one.person.holds <= max(most, holds) for one, (holds, most) in zip(seats, loads, strict=False))


def test_equal_loads_take_turns_and_the_record_says_so() -> None:
    state = books(pool(seat("Rita", last_turn=2), seat("Raj", last_turn=1), strategy="least_loaded"))
    decision = give(RULES, state)
    assert decision.answer.tie_break == "2 have as light a load: the one whose last turn is longest ago"
    assert decision.sentence == "“Everybody in turn”: the lightest load, 0 open, in Everybody."
    assert (decision.person and decision.person.name) == "Raj"


GERMAN = {"language": "de", "product": "Managed services", "tech_stack": ["Azure", "SAP"]}


@pytest.mark.parametrize(
    ("facts", "who", "why"),
    [
        (GERMAN, "Raj", "the best fit: speaks de and knows azure, managed services, in Everybody."),
        ({"language": "de"}, "Raj", "the best fit: speaks de, in Everybody."),
        ({"tech_stack": ["sap"]}, "Jun", "the best fit: knows sap, in Everybody."),
        ({}, "Rita", "the best fit: nobody fits better, in Everybody."),
    ],
)
def test_the_best_fit_speaks_the_language_then_knows_the_subject(facts: Any, who: str, why: str) -> None:
    raj = person("Raj", languages=frozenset({"de"}), skills=frozenset({"azure", "managed services"}))
    jun = person("Jun", skills=frozenset({"sap", "azure", "managed services"}), holds=1)
    state = books(pool(seat("Rita"), seat(raj, last_turn=1), seat(jun), strategy="best_fit"))
    decision = give(RULES, state, facts)
    assert (decision.person and decision.person.name) == who
    assert decision.sentence == f"“Everybody in turn”: {why}"


def test_who_is_free_is_looked_up_again_when_a_pause_ends() -> None:
    state = books(pool(seat(person("Rita", paused_until=NOW + timedelta(minutes=30))), seat("Raj", last_turn=1)))
    assert [give(RULES, state, {}, NOW + timedelta(minutes=at)).person.name for at in (0, 29, 30)] == [  # type: ignore[union-attr]
        "Raj",
        "Raj",
        "Rita",
    ]


def test_a_seat_that_fills_up_in_one_pool_is_full_in_all() -> None:
    rita = person("Rita", holds=1)
    desk = pool(seat(rita, capacity_open=2), name="Desk")
    other = pool(seat(rita, capacity_open=2), seat("Raj"), name="Other", number=NOW_POOL)
    state = books(desk, other)
    assert [one.person.name for one in other.free(NOW)] == ["Rita", "Raj"]
    give(RULES, state)
    assert [one.person.name for one in other.free(NOW)] == ["Raj"]


NOW_POOL = person("Other").id


HOURS = st.lists(st.tuples(st.integers(0, 23), st.integers(1, 24)).filter(lambda span: span[0] < span[1]), max_size=1)
STRATEGIES = st.sampled_from(["round_robin", "weighted", "least_loaded", "best_fit"])
CAPACITIES = st.fixed_dictionaries(
    {
        "capacity_open": st.none() | st.integers(0, 6),
        "capacity_day": st.none() | st.integers(0, 4),
        "capacity_minutes": st.none() | st.integers(0, 120),
        "weight": st.integers(1, 5),
    }
)


@given(
    st.lists(st.tuples(HOURS, CAPACITIES), min_size=1, max_size=5),
    STRATEGIES,
    st.sampled_from(["first_to_open", "queue"]),
    st.lists(st.tuples(st.integers(0, 300), st.sampled_from(["urgent", "low", ""])), min_size=1, max_size=30),
)
def test_nobody_gets_a_lead_out_of_hours_while_somebody_could_or_more_than_they_take(
    staff: list[Any], strategy: str, closed: str, leads: list[tuple[int, str]]
) -> None:
    seats = [
        seat(person(name, week=((*((a * 60, b * 60) for a, b in hours),),) * 7), **capacity)
        for name, (hours, capacity) in zip(NAMES, staff, strict=False)
    ]
    rules, now = book(closed=closed, effort={"urgent": 45, "low": 10}), NOW
    state = books(pool(*seats, strategy=strategy))
    given_to: dict[tuple[str, Any], list[int]] = {}
    for minutes, tier in leads:
        now += timedelta(minutes=minutes)
        could = [
            one
            for one in seats
            if one.person.calendar.is_working(now) and not one.why_full(now, rules.effort.get(tier, 0) or 1)
        ]
        decision = give(rules, state, {"tier": tier}, now)
        chosen = decision.person
        if could:
            assert chosen in [one.person for one in could]
        elif chosen:
            assert closed == "first_to_open"
            assert decision.back_at
            assert decision.back_at > now
        if chosen:
            given_to.setdefault((chosen.name, now.date()), []).append(rules.effort.get(tier, 0))
    for one in seats:
        assert one.capacity_open is None or one.person.holds <= one.capacity_open
        for (name, _), efforts in given_to.items():
            if name == one.person.name:
                assert one.capacity_day is None or len(efforts) <= one.capacity_day
                assert one.capacity_minutes is None or sum(efforts) <= one.capacity_minutes
