"""The default model to the point: what product.md promises, as golden figures."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from scoring.scorecard import score
from tests.scoring.models import default_model, seen

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
MODEL = default_model()


Signal = tuple[str, datetime]


def view(hours: float) -> Signal:
    return signal("pricing_page", hours)


def signal(kind: str, hours: float = 1) -> Signal:
    return kind, NOW - timedelta(hours=hours)


@pytest.mark.parametrize(
    ("facts", "group", "points"),
    [
        ({}, "fit", 0),
        ({"industry": "logistics"}, "fit", 10),
        ({"industry": "retail"}, "fit", 0),
        ({"headcount": 9}, "fit", 0),
        ({"headcount": 10}, "fit", 5),
        ({"headcount": 49}, "fit", 5),
        ({"headcount": 50}, "fit", 10),
        ({"headcount": 1000}, "fit", 10),
        ({"headcount": 1001}, "fit", 5),
        ({"headcount": 5001}, "fit", 0),
        ({"country": "DE"}, "fit", 5),
        ({"country": "US"}, "fit", 0),
        ({"tech_stack": ["Azure"]}, "fit", 5),
        ({"free_mail": False}, "fit", 5),
        ({"free_mail": True}, "fit", 0),
        (
            {"industry": "logistics", "headcount": 180, "country": "DE", "tech_stack": ["SAP"], "free_mail": False},
            "fit",
            35,
        ),
        ({"message": "Could you send us a quote?", "message_length": 26}, "intent", 15),
        ({"message": "We run three sites and our provider is slow.", "message_length": 44}, "intent", 5),
        ({"message": "Hello", "message_length": 5}, "intent", 0),
        ({"seniority": "owner"}, "authority", 15),
        ({"seniority": "c_level"}, "authority", 15),
        ({"seniority": "head", "job_title": "Head of IT"}, "authority", 15),
        ({"seniority": "manager", "job_title": "IT manager"}, "authority", 8),
        ({"seniority": "specialist", "job_title": "Clerk"}, "authority", 3),
        ({"job_title": "Wizard"}, "authority", 3),
        ({"timeline_days": 30}, "timing", 15),
        ({"timeline_days": 31}, "timing", 10),
        ({"timeline_days": 90}, "timing", 10),
        ({"timeline_days": 91}, "timing", 2),
        ({"source_kind": "referral"}, "source", 10),
        ({"source_kind": "outbound"}, "source", 7),
        ({"source_kind": "form"}, "source", 5),
        ({"source_kind": "paid"}, "source", 4),
        ({"source_kind": "event"}, "source", 3),
        ({"source_kind": "list"}, "source", 0),
    ],
)
def test_points_of_a_fact(facts: dict[str, Any], group: str, points: int) -> None:
    receipt = score(MODEL, facts, {}, NOW)
    assert receipt.groups[group].points == points
    assert receipt.score == points


@pytest.mark.parametrize(
    ("signals", "points"),
    [
        ([view(1)], 10),
        ([view(1), view(40)], 15),  # again within 48 hours
        ([view(1), view(60)], 10),
        ([signal("download")], 5),
        ([signal("download"), signal("download", 3)], 5),
        ([signal("email_click")], 3),
        ([signal("email_click")] * 3, 6),
        ([signal("email_open")], 1),
        ([signal("email_open")] * 9, 3),
        ([view(48)], 10),  # the last 48 hours in full
        ([view(48 + 7 * 24)], 5),  # then half of it every seven days
        ([view(48 + 14 * 24)], 3),
        ([view(-1)], 0),  # not yet
    ],
)
def test_points_of_engagement(signals: list[Signal], points: int) -> None:
    assert score(MODEL, {}, seen(*signals), NOW).groups["intent"].points == points


KESTREL = {
    "industry": "logistics",
    "headcount": 180,
    "country": "DE",
    "free_mail": False,
    "message": "We need a 24/7 desk for 3 sites. Please send a quote for it.",
    "message_length": 60,
    "seniority": "head",
    "source_kind": "form",
    "captured_at": NOW,
}


def test_a_whole_lead_adds_up() -> None:
    receipt = score(MODEL, KESTREL, seen(view(2), view(20)), NOW)
    assert {name: total.points for name, total in receipt.groups.items()} == {
        "fit": 30,
        "intent": 35,
        "authority": 15,
        "timing": 0,
        "source": 5,
    }
    assert (receipt.score, receipt.tier) == (85, "urgent")
    assert {name: receipt.sub_score(name) for name in ("fit", "intent", "authority", "timing")} == {
        "fit": 86,
        "intent": 100,
        "authority": 100,
        "timing": 0,
    }


def test_a_sub_score_is_its_groups_points_over_its_cap() -> None:
    receipt = score(MODEL, KESTREL, seen(view(2), signal("download")), NOW)
    for name in ("fit", "intent", "authority", "timing"):
        assert receipt.groups[name].cap == MODEL.caps[name]
        assert receipt.sub_score(name) == round(100 * receipt.groups[name].points / MODEL.caps[name])
    assert len({receipt.sub_score(name) for name in ("fit", "intent", "authority", "timing")}) > 2


def test_a_group_is_capped_in_the_open() -> None:
    signals = seen(view(2), view(20), signal("download"), signal("email_click"))
    receipt = score(MODEL, KESTREL, signals, NOW)
    assert receipt.groups["intent"].points == 35
    assert next(line.points for line in receipt.contributions if not line.rule) == -8
    assert receipt.score == sum(line.points for line in receipt.contributions)


def test_an_enquiry_fades_and_a_new_one_restores_it() -> None:
    nine_days_later = NOW + timedelta(days=9)
    assert score(MODEL, KESTREL, {}, NOW).groups["intent"].points == 20
    assert score(MODEL, KESTREL, {}, nine_days_later).groups["intent"].points == 11  # 7.5 and 2.5, each rounded
    again = KESTREL | {"asked_at": nine_days_later}
    assert score(MODEL, again, {}, nine_days_later).groups["intent"].points == 20


def test_unknown_facts_widen_the_band_and_name_the_best_question() -> None:
    receipt = score(MODEL, KESTREL | {"message": None, "message_length": None}, {}, NOW)
    assert receipt.score == 50
    assert {one.fact: one.up for one in receipt.unknown} == {"timeline_days": 15, "tech_stack": 5}
    assert receipt.band == 20
    assert receipt.question
    assert receipt.question.fact == "timeline_days"
    assert [(one.label, one.points, one.tier) for one in receipt.question.options] == [
        ("Within 30 days", 15, "high"),
        ("Within 90 days", 10, "high"),
        ("Later", 2, "medium"),
    ]
    assert receipt.question.why == "“Within 30 days” adds 15 and makes it High."


def test_what_nobody_will_say_is_not_asked_again() -> None:
    facts = KESTREL | {"message": None, "message_length": None}
    receipt = score(MODEL, facts, {}, NOW, declined=frozenset({"timeline_days"}))
    assert receipt.question
    assert receipt.question.fact == "tech_stack"
    assert receipt.band == 20  # it still is unknown


def test_the_smallest_fact_that_could_change_the_tier_comes_first() -> None:
    facts = KESTREL | {"message": None, "message_length": None, "headcount": None, "seniority": "manager"}
    receipt = score(MODEL, facts, {}, NOW)  # 33: medium is 7 away
    assert receipt.score == 33
    assert receipt.question
    assert receipt.question.fact == "headcount"  # +10 is enough; the time frame would add 15
