"""Laws of the gate, for any pipeline and any deal: no database."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from pipeline.gate import Criterion, Dossier, Gate, Stage, check
from pipeline.models import CriterionKind
from pipeline.proof import PROOFS, is_filled

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
BIG = {"field": "headcount", "operator": "at_least", "value": 100}
# One of each kind, each with what proves it: a change of the dossier.
PARAMS: dict[str, dict[str, Any]] = {
    "field": {"field": "business_problem"},
    "condition": {"condition": BIG},
    "activity": {"kind": "call", "outcome": "spoke", "count": 1},
    "meeting": {"kind": "discovery"},
    "stakeholder": {"roles": ["technical"], "reviewed": True},
    "document": {"kind": "proposal"},
    "approval": {},
    "checklist": {"question": "Do they know the price?"},
    "score": {"minimum": 60},
    "objections": {},
}
CALL = {"kind": "call", "outcome": "spoke", "automatic": False, "occurred_at": NOW}
MEETING = {"kind": "discovery", "title": "Talk", "starts_at": NOW + timedelta(days=1), "outcome": ""}
PERSON = {"id": "stk_1", "name": "Leila", "role": "technical", "job_title": "", "reviewed_at": NOW}
FILE = {"kind": "proposal", "name": "offer.pdf", "created_at": NOW}
OBJECTION = {"id": "obj_1", "text": "Price", "blocking": True, "who": "", "created_at": NOW, "answered_at": None}
WORD = {"actor_name": "Max", "note": "", "on": None}

kinds = st.sampled_from(sorted(PARAMS))


@st.composite
def pipelines(draw: st.DrawFn) -> tuple[Stage, ...]:
    """Two to five stages, each with some criteria of any kind; without limits and prohibitions of the house."""
    stages = []
    for number in range(draw(st.integers(2, 5))):
        some = [draw(st.lists(kinds, max_size=3)) for _ in range(2)]
        exits, entries = (
            tuple(
                Criterion(f"{when}{number}{at}", kind, kind, PARAMS[kind], {"type": "any"})
                for at, kind in enumerate(of)
            )
            for when, of in zip("xe", some, strict=True)
        )
        stages.append(Stage(str(number), f"Stage {number}", exits=exits, entries=entries))
    return tuple(stages)


@st.composite
def dossiers(draw: st.DrawFn) -> Dossier:
    def maybe(row: dict[str, Any]) -> list[dict[str, Any]]:
        return [row] if draw(st.booleans()) else []

    ids = [f"{when}{stage}{at}" for when in "xe" for stage in range(5) for at in range(3)]
    return Dossier(
        owner="Rita",
        facts={
            "business_problem": draw(st.sampled_from([None, "", "n/a", "Nobody patches the servers"])),
            "headcount": draw(st.sampled_from([None, 10, 100])),
            "score": draw(st.sampled_from([None, 59, 60])),
        },
        activities=maybe(CALL),
        meetings=maybe(MEETING),
        stakeholders=maybe(PERSON),
        files=maybe(FILE),
        objections=maybe(OBJECTION),
        confirmations=dict.fromkeys(draw(st.sets(st.sampled_from(ids))), WORD),
    )


def forward(data: st.DataObject, stages: tuple[Stage, ...]) -> tuple[int, int]:
    """Two stages, the earlier first."""
    start = data.draw(st.integers(0, len(stages) - 2))
    return start, data.draw(st.integers(start + 1, len(stages) - 1))


def gate(dossier: Dossier, stages: tuple[Stage, ...], start: int, end: int, **more: Any) -> Gate:
    return check(dossier, stages, str(start), str(end), now=NOW, **more)


def missing(answer: Gate) -> set[str]:
    return {item.criterion for item in answer.unmet}


def test_every_kind_of_criterion_is_tried_here_and_has_a_proof() -> None:
    assert set(PARAMS) == set(CriterionKind.values) == set(PROOFS)


@given(st.data(), pipelines(), dossiers())
def test_a_leap_asks_exactly_what_the_single_steps_ask(data: st.DataObject, stages: Any, dossier: Dossier) -> None:
    start, end = forward(data, stages)
    leap = gate(dossier, stages, start, end)
    steps = [gate(dossier, stages, at, at + 1) for at in range(start, end)]
    assert [item.criterion for item in leap.unmet] == [item.criterion for step in steps for item in step.unmet]
    assert [item.criterion for item in leap.met] == [item.criterion for step in steps for item in step.met]
    assert leap.open == all(step.open for step in steps)
    assert leap.passed == tuple(stage.name for stage in stages[start + 1 : end])


@given(st.data(), pipelines(), dossiers())
def test_each_criterion_on_the_way_is_met_or_unmet_once(data: st.DataObject, stages: Any, dossier: Dossier) -> None:
    start, end = forward(data, stages)
    answer = gate(dossier, stages, start, end)
    asked = [one.id for stage in stages[start:end] for one in stage.exits]
    asked += [one.id for stage in stages[start + 1 : end + 1] for one in stage.entries]
    assert sorted([item.criterion for item in answer.unmet] + [item.criterion for item in answer.met]) == sorted(asked)
    assert answer.open == (not answer.unmet)
    assert all(item.evidence for item in answer.met)
    assert all(item.detail for item in answer.unmet)


@given(
    st.data(), pipelines(), dossiers(), st.sampled_from(["activities", "meetings", "stakeholders", "files", "facts"])
)
def test_knowing_more_never_shuts_a_gate(data: st.DataObject, stages: Any, dossier: Dossier, what: str) -> None:
    start, end = forward(data, stages)
    known = {"business_problem": "Nobody patches the servers", "headcount": 100, "score": 60}
    everything: dict[str, Any] = {
        "activities": [CALL],
        "meetings": [MEETING],
        "stakeholders": [PERSON],
        "files": [FILE],
        "facts": known,
    }
    more = replace(dossier, **{what: everything[what]})
    assert missing(gate(more, stages, start, end)) <= missing(gate(dossier, stages, start, end))


@given(st.data(), pipelines(), dossiers())
def test_an_open_objection_never_opens_one(data: st.DataObject, stages: Any, dossier: Dossier) -> None:
    start, end = forward(data, stages)
    objected = gate(replace(dossier, objections=[*dossier.objections, OBJECTION]), stages, start, end)
    assert missing(objected) >= missing(gate(dossier, stages, start, end))
    assert "objections" not in {item.kind for item in objected.met}


@given(st.data(), pipelines(), dossiers())
def test_the_way_back_asks_for_no_proof(data: st.DataObject, stages: Any, dossier: Dossier) -> None:
    end, start = forward(data, stages)
    answer = gate(dossier, stages, start, end)
    assert (answer.open, answer.back, answer.met) == (True, True, ())


@given(st.data(), pipelines(), dossiers(), st.integers(0, 5))
def test_house_rules_come_on_top_and_hide_no_criterion(
    data: st.DataObject, stages: Any, dossier: Dossier, occupied: int
) -> None:
    """Nobody's deal, a full stage and one that may not be passed over: each is named once, beside all the others."""
    start, end = forward(data, stages)
    strict = tuple(replace(stage, skip=False, wip=3) for stage in stages)
    free = gate(dossier, stages, start, end)
    bound = gate(replace(dossier, owner=""), strict, start, end, occupied=occupied)
    rules = [item.kind for item in bound.unmet if not item.criterion]
    assert rules == ["owner"] + ["wip"] * (occupied >= 3) + ["skip"] * (end - start - 1)
    assert missing(bound) - {""} == missing(free)
    assert not bound.open


@given(st.data(), pipelines(), dossiers())
def test_the_answer_is_json(data: st.DataObject, stages: Any, dossier: Dossier) -> None:
    start, end = forward(data, stages)
    answer = gate(dossier, stages, start, end)
    wire = [item.wire() for item in answer.unmet] + [item.wire() for item in answer.met]
    assert json.loads(json.dumps(wire, default=str)) is not None
    assert all(set(item) >= {"criterion", "stage", "kind", "label"} for item in wire)


@given(
    st.recursive(st.none() | st.text(max_size=5) | st.just(0), lambda inner: st.lists(inner, max_size=3), max_leaves=5)
)
def test_a_list_says_something_when_one_of_its_items_does(value: Any) -> None:
    if isinstance(value, list):
        assert is_filled(value) == any(is_filled(item) for item in value)
    assert is_filled([value]) == is_filled({"key": value}) == is_filled(value)


@given(st.text(alphabet=" .-!n/a?xX_*", max_size=12))
def test_dressing_a_placeholder_up_makes_no_answer_of_it(text: str) -> None:
    assert is_filled(text) == is_filled(f"  {text.upper()} ")
    assert not is_filled("".join(letter for letter in text if not letter.isalnum()))
