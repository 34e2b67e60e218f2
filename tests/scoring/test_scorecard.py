"""Promises of the scorecard for any model and any lead."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from scoring import decay
from scoring.model import Model, Rule
from scoring.scorecard import score
from scoring.signals import Signals, moment
from scoring.tiers import tier_of
from tests.scoring.models import a_model

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
GROUPS = ["fit", "intent", "authority", "timing", "source"]
CONDITIONS: list[dict[str, Any]] = [
    {"field": "headcount", "operator": "at_least", "value": 50},
    {"field": "industry", "operator": "is", "value": "Logistics"},
    {"none": [{"field": "industry", "operator": "is", "value": "Retail"}]},
    {"any": [{"field": "seniority", "operator": "is", "value": "head"}, {"field": "headcount", "operator": "is_set"}]},
    {"field": "message", "operator": "contains", "value": "quote"},
]
half_lives = st.none() | st.integers(1, 2000)
rules = st.lists(
    st.builds(
        Rule,
        id=st.uuids().map(str),
        group=st.sampled_from(GROUPS),
        label=st.just("A rule"),
        points=st.integers(-30, 60),
        condition=st.sampled_from(CONDITIONS),
        half_life_hours=half_lives,
        exclusive=st.sampled_from(["", "", "a"]),
    )
    | st.builds(
        Rule,
        id=st.uuids().map(str),
        group=st.sampled_from(GROUPS),
        label=st.just("A signal"),
        points=st.integers(-5, 20),
        signal=st.sampled_from(["download", "pricing_page", "pricing_page_again"]),
        cap=st.none() | st.integers(0, 25),
        half_life_hours=half_lives,
    ),
    max_size=12,
)
models = rules.map(lambda several: a_model(*several))
facts = st.fixed_dictionaries(
    {
        "headcount": st.sampled_from([None, 10, 100]),
        "industry": st.sampled_from([None, "n/a", "Logistics", "Retail"]),
        "seniority": st.sampled_from([None, "head"]),
        "message": st.sampled_from([None, "A quote, please"]),
        "captured_at": st.integers(0, 2000).map(lambda hours: NOW - timedelta(hours=hours)),
    }
)
moments = st.integers(-5, 3000).map(lambda hours: moment(NOW) - hours * decay.HOUR)
signals = st.dictionaries(st.sampled_from(["download", "pricing_page", "email_open"]), st.lists(moments, max_size=8))


def past(signals: Signals) -> Signals:
    return {kind: [one for one in seen or () if one <= moment(NOW)] for kind, seen in signals.items()}


@given(models, facts, signals)
def test_the_score_is_the_sum_of_its_receipt(model: Model, known: dict[str, Any], seen: Signals) -> None:
    receipt = score(model, known, seen, NOW)
    total = sum(line.points for line in receipt.contributions)
    assert receipt.total == total
    assert receipt.score == min(max(total, 0), 100)
    assert receipt.tier == tier_of(receipt.score, model.tiers)
    assert sum(group.points for group in receipt.groups.values()) == total
    assert receipt.band >= 0
    assert json.loads(json.dumps(receipt.as_json()))["score"] == receipt.score


@given(models, facts, signals, st.sampled_from([10, 100]), st.sampled_from(["Logistics", "Retail"]))
def test_what_becomes_known_stays_within_the_band(
    model: Model, known: dict[str, Any], seen: Signals, headcount: int, industry: str
) -> None:
    before = score(model, known, seen, NOW)
    learned = {**known, "headcount": known["headcount"] or headcount}
    if known["industry"] in (None, "n/a"):
        learned["industry"] = industry
    after = score(model, learned, seen, NOW)
    assert abs(after.score - before.score) <= before.band


@given(models, facts, signals)
def test_the_next_change_is_announced(model: Model, known: dict[str, Any], seen: Signals) -> None:
    seen = past(seen)
    receipt = score(model, known, seen, NOW)
    when = receipt.next_change_at
    if when is None:
        assert score(model, known, seen, NOW + timedelta(days=3650)).contributions == receipt.contributions
    else:
        just_before = score(model, known, seen, when - 2 * decay.PRECISION)
        assert when - NOW <= 2 * decay.PRECISION or just_before.contributions == receipt.contributions
        assert score(model, known, seen, when).contributions != receipt.contributions
