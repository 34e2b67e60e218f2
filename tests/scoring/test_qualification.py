from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scoring.qualification import qualify
from tests.scoring.models import default_model

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
MODEL = default_model()
FIT = {"industry": "logistics", "headcount": 180}
INTENT = {"message": "Please send a quote", "message_length": 19}
AUTHORITY = {"seniority": "head"}
TIMING = {"timeline_days": 45}


@pytest.mark.parametrize(
    ("facts", "answers", "points", "track"),
    [
        ({}, {}, 0, "ask"),  # nothing is known: ask
        (FIT | INTENT, {}, 2, "ask"),
        (FIT | INTENT | AUTHORITY, {}, 3, "active"),
        (FIT | INTENT | AUTHORITY | TIMING, {}, 4, "active"),
        (FIT | INTENT | AUTHORITY | {"timeline_days": 91}, {}, 3, "nurture"),  # whatever the total
        ({"industry": "retail", "headcount": 180} | INTENT, {}, 1, "ask"),
        ({"industry": "retail", "seniority": "specialist"}, {}, 0, "nurture"),  # 3 can't be reached any more
        (FIT | INTENT, {"authority": True}, 3, "active"),  # a person's word
        (FIT | INTENT, {"authority": False}, 2, "ask"),
        (FIT | INTENT, {"authority": False, "timing": True}, 3, "active"),
        (FIT | INTENT | AUTHORITY, {"timing": False}, 3, "nurture"),
        (FIT | INTENT | AUTHORITY, {"fit": False}, 2, "ask"),  # against the data
    ],
)
def test_points_and_track(facts: dict[str, Any], answers: dict[str, bool], points: int, track: str) -> None:
    result = qualify(MODEL.criteria, facts, answers, NOW)
    assert (result.points, result.of, result.track) == (points, 4, track)


def test_the_checklist_says_who_answered() -> None:
    result = qualify(MODEL.criteria, FIT, {"authority": False}, NOW)
    assert [(item.key, item.met, item.by) for item in result.items] == [
        ("fit", True, "data"),
        ("intent", None, ""),
        ("authority", False, "person"),
        ("timing", None, ""),
    ]


def test_the_threshold_is_the_accounts() -> None:
    assert qualify(MODEL.criteria, FIT, {}, NOW, threshold=1).track == "active"
    assert qualify(MODEL.criteria, FIT | {"seniority": "specialist"}, {}, NOW, threshold=4).track == "nurture"


@given(st.dictionaries(st.sampled_from(["fit", "intent", "authority", "timing"]), st.booleans()))
def test_nurture_is_only_where_three_cannot_be_reached_any_more_or_timing_is_too_late(answers: dict[str, bool]) -> None:
    refused = sum(not met for met in answers.values())
    out_of_reach = refused > 1 or answers.get("timing") is False
    enough = sum(answers.values()) >= 3
    wanted = "nurture" if out_of_reach else "active" if enough else "ask"
    assert qualify(MODEL.criteria, {}, answers, NOW).track == wanted
    assert qualify(MODEL.criteria, {}, answers, NOW).points == sum(answers.values())
