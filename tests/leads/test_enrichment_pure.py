"""The parts of enrichment that are functions: mapping, breaker, who may say what, what a title or number says."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leads.enrichment.breaker import LONGEST, PATIENCE, PAUSE, Breaker
from leads.enrichment.learning import welcome
from leads.enrichment.mapping import at_path, mapped
from leads.enrichment.offline import said_by
from leads.provenance import Said, Step, Voice, last_said
from tenancy.ids import uuid7

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
OURS, THEIRS = uuid7(), uuid7()
ANSWER = {
    "company": {"name": "Kestrel", "metrics": {"employees": 240}, "null": None},
    "tech": [{"name": "SAP"}, {"name": "Azure"}, {"other": 1}, 5],
    "tags": ["logistics", {"deep": 1}],
}
jsons = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("abc"), inner, max_size=3),
    max_leaves=10,
)


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("company.name", "Kestrel"),
        ("$.company.metrics.employees", 240),
        ("tech.name", ["SAP", "Azure"]),
        ("tech[1].name", "Azure"),
        ("tech.1.name", "Azure"),
        ("tech.9.name", None),
        ("tech.nothing", None),
        ("company.name.first", None),
        ("company.null", None),
        ("", None),
    ],
)
def test_a_path_finds_its_value(path: str, value: Any) -> None:
    assert at_path(ANSWER, path) == value


def test_mapping_takes_plain_values_only() -> None:
    mapping = {"headcount": "company.metrics.employees", "industry": "tags", "company": "company", "product": "nothing"}
    assert mapped(ANSWER, mapping) == {"headcount": 240, "industry": ["logistics"]}


@given(jsons, st.text("abc.[]0129$", max_size=12))
def test_no_answer_and_no_path_is_too_odd(answer: Any, path: str) -> None:
    mapped(answer, {"industry": path})


def test_the_breaker_opens_after_five_failures_in_a_row_and_longer_each_time() -> None:
    breaker, pauses = Breaker(), []
    for _ in range(PATIENCE + 5):
        breaker = breaker.failed(NOW)
        pauses.append(breaker.open_until and breaker.open_until - NOW)
    assert pauses[: PATIENCE - 1] == [None] * (PATIENCE - 1)
    assert pauses[PATIENCE - 1 :] == [PAUSE, PAUSE * 2, PAUSE * 4, PAUSE * 8, LONGEST, LONGEST]
    assert not breaker.lets_through(NOW)
    assert breaker.lets_through(NOW + LONGEST)
    assert breaker.answered() == Breaker()


@given(st.lists(st.booleans(), max_size=30))
def test_one_answer_makes_up_for_all_failures(answers: list[bool]) -> None:
    breaker = Breaker()
    for answered in answers:
        breaker = breaker.answered() if answered else breaker.failed(NOW)
    tail = next((at for at, answered in enumerate(reversed(answers)) if answered), len(answers))
    assert breaker.failures == tail
    assert breaker.lets_through(NOW) == (tail < PATIENCE)


def said(voice: Voice, *, known: bool = True, by: Any = None, at: int = 0) -> Said:
    return Said(voice, voice.value, NOW + timedelta(minutes=at), known, by)


@pytest.mark.parametrize(
    ("value", "who", "may"),
    [
        (None, None, True),
        (100, None, False),
        (100, said(Voice.SENDER), False),
        (100, said(Voice.PERSON), False),
        (None, said(Voice.PERSON, known=False), False),
        (None, said(Voice.SENDER, known=False), True),
        (100, said(Voice.PROVIDER, by=OURS), True),
        (100, said(Voice.PROVIDER, by=THEIRS), False),
    ],
)
def test_who_wins(value: Any, who: Said | None, may: bool) -> None:
    found = welcome({"headcount": 240}, {"headcount": value}, {"headcount": who} if who else {}, OURS)
    assert found == ({"headcount": 240} if may else {})


def test_a_provider_fills_firmographics_and_own_fields_only() -> None:
    facts = {"headcount": 1, "custom.sites": 3, "email": "x@y.example", "message": "Hi", "status": "won"}
    assert set(welcome(facts, {}, {}, OURS)) == {"headcount", "custom.sites"}


def test_the_last_to_speak_is_named() -> None:
    steps = [
        Step(said(Voice.PERSON, at=2), {"budget": True, "headcount": False}, overrules=True),
        Step(said(Voice.SENDER, at=1), {"budget": True, "headcount": True, "industry": True}, overrules=False),
        Step(said(Voice.SENDER, at=3), {"budget": True, "headcount": True, "industry": True}, overrules=False),
        Step(said(Voice.PROVIDER, at=4), {"country": True}, overrules=True),
    ]
    found = last_said(steps)
    times = {fact: (one.voice, (one.at - NOW).seconds // 60) for fact, one in found.items()}
    assert times == {
        "budget": (Voice.SENDER, 3),  # the newest enquiry says it better
        "headcount": (Voice.SENDER, 3),  # a person had emptied it
        "industry": (Voice.SENDER, 1),  # was known already
        "country": (Voice.PROVIDER, 4),
    }


@pytest.mark.parametrize(
    ("given_facts", "facts"),
    [
        (
            {"email": "jonas@mail.kestrel.co.uk"},
            {"domain": "kestrel.co.uk", "free_mail": False, "disposable_mail": False},
        ),
        ({"email": "jonas@gmail.com"}, {"free_mail": True, "disposable_mail": False}),
        ({"email": "jonas@mailinator.com"}, {"free_mail": False, "disposable_mail": True}),
        ({"email": "nonsense"}, {}),
        ({"phone": "+49 30 123456"}, {"country": "DE"}),
        ({"phone": "030 123456", "country": "DE"}, {"country": "DE"}),
        ({"phone": "nonsense"}, {}),
        ({"job_title": "Leiterin Einkauf"}, {"seniority": "head", "department": "procurement"}),
        ({}, {}),
    ],
)
def test_what_is_known_without_asking_anybody(given_facts: dict[str, str], facts: dict[str, Any]) -> None:
    assert said_by(**given_facts) == facts
