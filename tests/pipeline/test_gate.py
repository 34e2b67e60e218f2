"""The gate by tables: no database."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from pipeline.gate import Criterion, Dossier, Stage, check
from pipeline.proof import is_filled

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
NAME = Criterion("cri_name", "field", "Contact name is known", {"field": "name"}, {"type": "text", "label": "Name"})
SIZE = Criterion("cri_size", "field", "Company size is known", {"field": "headcount"}, {"type": "number"})
CALL = Criterion("cri_call", "meeting", "A discovery call is scheduled", {"kind": "discovery"}, {"type": "datetime"})
STACK = Criterion("cri_stack", "field", "Tech stack is documented", {"field": "tech_stack"}, {"type": "list"})
PROOF = Criterion(
    "cri_signed", "document", "A signed agreement is attached", {"kind": "signed_agreement"}, {"type": "file"}
)
STAGES = (
    Stage("a", "Interest", exits=(NAME, SIZE, CALL)),
    Stage("b", "Discovery", exits=(STACK,)),
    Stage("c", "Closed", entries=(PROOF,)),
)


def known(**about: Any) -> Dossier:
    return Dossier(**{"owner": "Rita", "facts": {"name": "Ada King", "headcount": 240}} | about)


def meeting(kind: str = "discovery", outcome: str = "") -> dict[str, Any]:
    return {"kind": kind, "title": "Discovery call", "starts_at": NOW + timedelta(days=2), "outcome": outcome}


def gate_of(criterion: Criterion, dossier: Dossier) -> Any:
    stages = (Stage("a", "A", exits=(criterion,)), Stage("b", "B"))
    return check(dossier, stages, "a", "b", now=NOW)


def test_it_opens_when_everything_is_there_and_says_by_what_evidence() -> None:
    gate = check(known(meetings=[meeting()]), STAGES, "a", "b", now=NOW)
    assert gate.open
    assert [item.evidence for item in gate.met] == [
        "Name: Ada King",
        "headcount: 240",
        "Discovery call on 4 Mar 2026",
    ]


def test_it_names_exactly_what_is_missing_and_what_would_fill_it() -> None:
    gate = check(known(facts={"name": "Ada King", "headcount": None}), STAGES, "a", "b", now=NOW)
    assert [(item.criterion, item.stage, item.kind, item.field) for item in gate.unmet] == [
        ("cri_size", "Interest", "field", "headcount"),
        ("cri_call", "Interest", "meeting", "cri_call"),
    ]
    assert gate.unmet[1].wire()["input"] == {"type": "datetime"}
    assert [item.criterion for item in gate.met] == ["cri_name"]


def test_skipping_forward_checks_every_gate_passed_over() -> None:
    gate = check(known(meetings=[meeting()]), STAGES, "a", "c", now=NOW)
    assert [item.criterion for item in gate.unmet] == ["cri_stack", "cri_signed"]
    assert gate.passed == ("Discovery",)


def test_a_stage_may_forbid_to_be_passed_over() -> None:
    strict = (STAGES[0], Stage("b", "Discovery", skip=False), STAGES[2])
    gate = check(known(meetings=[meeting()], files=[a_file()]), strict, "a", "c", now=NOW)
    assert [item.kind for item in gate.unmet] == ["skip"]


@pytest.mark.parametrize(
    ("policy", "reason", "kinds"),
    [("free", "", []), ("never", "Because", ["back"]), ("reason", "  ", ["back"]), ("reason", "Wrong need", [])],
)
def test_the_way_back_follows_the_stages_policy_and_asks_no_proof(policy: str, reason: str, kinds: list[str]) -> None:
    stages = (Stage("a", "Interest", exits=(NAME,), back=policy), Stage("b", "Discovery"))
    gate = check(known(facts={}), stages, "b", "a", now=NOW, reason=reason)
    assert [item.kind for item in gate.unmet] == kinds
    assert gate.back


@pytest.mark.parametrize(("occupied", "open_"), [(1, True), (2, False), (3, False)])
def test_a_full_stage_takes_no_more(occupied: int, open_: bool) -> None:
    stages = (Stage("a", "A"), Stage("b", "B", wip=2))
    assert check(known(), stages, "a", "b", now=NOW, occupied=occupied).open is open_


def test_nobodys_deal_moves_nowhere() -> None:
    for to in ("a", "b"):
        gate = check(
            known(owner=""), (Stage("a", "A"), Stage("b", "B"), Stage("z", "Z")), "z" if to == "a" else "a", to, now=NOW
        )
        assert [item.kind for item in gate.unmet] == ["owner"]


@pytest.mark.parametrize(
    "value", ["n/a", "N/A ", "xxx", "XXXX", "done", "-", "???", "...", "tbd", "  ", "", None, [], ["n/a"], 0]
)
def test_placeholders_dont_count(value: Any) -> None:
    assert not is_filled(value)


@pytest.mark.parametrize(
    "value",
    ["Azure", ["Azure", "n/a"], 240, False, True, "Li", "Ng", "MM", "7", {"minor": 5}, "Nothing works since May"],
)
def test_what_says_something_counts(value: Any) -> None:
    assert is_filled(value)


@pytest.mark.parametrize(
    ("meetings", "open_"),
    [
        ([], False),
        ([meeting("review")], False),
        ([meeting(outcome="cancelled")], False),
        ([meeting(outcome="no_show")], False),
        ([meeting()], True),
        ([meeting(outcome="held")], True),
    ],
)
def test_meetings(meetings: list[Any], open_: bool) -> None:
    assert gate_of(CALL, known(meetings=meetings)).open is open_


def call(outcome: str = "spoke", automatic: bool = False) -> dict[str, Any]:
    return {"kind": "call", "outcome": outcome, "automatic": automatic, "occurred_at": NOW}


@pytest.mark.parametrize(
    ("activities", "open_"),
    [
        ([], False),
        ([call()], False),
        ([call(), call("voicemail")], False),
        ([call(), call(automatic=True)], False),
        ([call(), call()], True),
    ],
)
def test_activities_count_by_kind_and_outcome(activities: list[Any], open_: bool) -> None:
    criterion = Criterion("c", "activity", "Two talks", {"kind": "call", "outcome": "spoke", "count": 2})
    assert gate_of(criterion, known(activities=activities)).open is open_


def person(role: str, reviewed: bool = False) -> dict[str, Any]:
    return {
        "id": "stk_1",
        "name": "Leila Haddad",
        "role": role,
        "job_title": "CTO",
        "reviewed_at": NOW if reviewed else None,
    }


@pytest.mark.parametrize(
    ("people", "open_"),
    [
        ([], False),
        ([person("user", True)], False),
        ([person("technical")], False),
        ([person("technical", True)], True),
        ([person("technical"), person("technical", True)], True),
    ],
)
def test_a_stakeholder_who_has_reviewed(people: list[Any], open_: bool) -> None:
    criterion = Criterion(
        "c", "stakeholder", "Reviewed", {"roles": ["technical"], "reviewed": True}, {"type": "stakeholder"}
    )
    gate = gate_of(criterion, known(stakeholders=people))
    assert gate.open is open_
    if people and not open_ and people[0]["role"] == "technical":
        assert gate.unmet[0].input == {"type": "stakeholder", "people": [{"id": "stk_1", "name": "Leila Haddad, CTO"}]}


def a_file(kind: str = "signed_agreement") -> dict[str, Any]:
    return {"kind": kind, "name": "agreement.pdf", "created_at": NOW}


@pytest.mark.parametrize(("files", "open_"), [([], False), ([a_file("proposal")], False), ([a_file()], True)])
def test_the_right_document(files: list[Any], open_: bool) -> None:
    assert gate_of(PROOF, known(files=files)).open is open_


def objection(blocking: bool = True, answered: bool = False) -> dict[str, Any]:
    return {
        "id": "obj_1",
        "text": "Data residency",
        "blocking": blocking,
        "who": "Leila",
        "created_at": NOW,
        "answered_at": NOW if answered else None,
    }


@pytest.mark.parametrize(
    ("objections", "open_"),
    [
        ([], True),
        ([objection()], False),
        ([objection(blocking=False)], True),
        ([objection(answered=True)], True),
        ([objection(answered=True), objection()], False),
    ],
)
def test_only_open_blocking_objections_hold_the_gate(objections: list[Any], open_: bool) -> None:
    criterion = Criterion("c", "objections", "None open", {}, {"type": "objections"})
    gate = gate_of(criterion, known(objections=objections))
    assert gate.open is open_
    if not open_:
        assert gate.unmet[0].input["objections"][0]["text"] == "Data residency"


@pytest.mark.parametrize("kind", ["checklist", "approval"])
def test_somebodys_word(kind: str) -> None:
    criterion = Criterion("cri_word", kind, "They acknowledged")
    assert not gate_of(criterion, known()).open
    word = {"actor_name": "Max", "note": "by phone", "on": date(2026, 3, 12)}
    gate = gate_of(criterion, known(confirmations={"cri_word": word}))
    assert gate.met[0].evidence == "Confirmed by Max, for 12 Mar 2026, “by phone”"


@pytest.mark.parametrize(("score", "open_"), [(None, False), (59, False), (60, True)])
def test_a_minimum_score(score: int | None, open_: bool) -> None:
    assert gate_of(Criterion("c", "score", "60", {"minimum": 60}), known(facts={"score": score})).open is open_


def test_a_condition_on_facts() -> None:
    tree = {"all": [{"field": "headcount", "operator": "at_least", "value": 100}]}
    criterion = Criterion("c", "condition", "Large enough", {"condition": tree})
    assert gate_of(criterion, known(facts={"headcount": 240})).open
    assert not gate_of(criterion, known(facts={"headcount": 24})).open
