"""Laws of every model: bounds, what may never fall, and that nothing jumps."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from hypothesis import assume, given
from hypothesis import strategies as st

from leads.conditions import matches, next_moment
from scoring import decay
from scoring.model import Model
from scoring.scorecard import score
from scoring.signals import Signals, moment
from tests.scoring.models import a_model, default_model
from tests.scoring.test_scorecard import NOW, facts, models, past, signals

UNKNOWN: dict[str, Any] = {"headcount": None, "industry": None, "seniority": None}
SECOND = decay.HOUR // 3600
ages = st.integers(0, 200_000).map(lambda minutes: minutes * decay.HOUR // 60)


@given(models, facts, signals)
def test_a_score_and_its_band_are_within_0_and_100(model: Model, known: dict[str, Any], seen: Signals) -> None:
    receipt = score(model, known, seen, NOW)
    assert 0 <= receipt.low <= receipt.score <= receipt.high <= 100
    assert receipt.band == max(receipt.high - receipt.score, receipt.score - receipt.low)
    assert all(0 <= receipt.sub_score(name) <= 100 for name in receipt.groups)


@given(models, facts, signals, st.sets(st.sampled_from(sorted(UNKNOWN))))
def test_not_knowing_a_fact_never_lowers_the_upper_end_of_the_band_nor_lifts_the_lower(
    model: Model, known: dict[str, Any], seen: Signals, forgotten: set[str]
) -> None:
    told = score(model, known, seen, NOW)
    untold = score(model, known | {name: UNKNOWN[name] for name in forgotten}, seen, NOW)
    assert untold.high >= told.high
    assert untold.low <= told.low


@given(models, facts, signals, st.sampled_from(["download", "pricing_page"]), st.integers(0, 3000))
def test_engagement_never_lowers_the_score_where_no_rule_takes_points_off(
    model: Model, known: dict[str, Any], seen: Signals, kind: str, hours: int
) -> None:
    kind_rules = [replace(rule, points=abs(rule.points)) if rule.signal else rule for rule in model.rules]
    giving = a_model(*kind_rules)
    more = {**seen, kind: [*(seen.get(kind) or ()), moment(NOW) - hours * decay.HOUR]}
    assert score(giving, known, more, NOW).score >= score(giving, known, seen, NOW).score


ONE_MORE = {"headcount": (10, 100), "industry": ("Retail", "Logistics"), "seniority": (None, "head")}


@given(models, facts, signals, st.sampled_from(sorted(ONE_MORE)))
def test_meeting_one_more_condition_never_lowers_the_score_where_every_rule_gives_points(
    model: Model, known: dict[str, Any], seen: Signals, fact: str
) -> None:
    giving = a_model(*(replace(rule, points=abs(rule.points), exclusive="") for rule in model.rules))
    less, more = (score(giving, known | {fact: value}, seen, NOW) for value in ONE_MORE[fact])
    assert more.score >= less.score


@given(models, facts, signals, st.integers(0, 11), st.integers(1, 30))
def test_more_points_for_a_rule_never_lower_the_score_of_any_lead(
    model: Model, known: dict[str, Any], seen: Signals, which: int, more: int
) -> None:
    raised = [replace(rule, points=rule.points + more) if at == which else rule for at, rule in enumerate(model.rules)]
    assert score(a_model(*raised), known, seen, NOW).score >= score(model, known, seen, NOW).score


@given(facts, st.lists(st.sampled_from([0, 30, 60, 90, 91, 200]), min_size=2, max_size=2))
def test_sooner_is_never_worth_less(known: dict[str, Any], days: list[int]) -> None:
    soon, late = (score(default_model(), known | {"timeline_days": count}, {}, NOW) for count in sorted(days))
    assert soon.groups["timing"].points >= late.groups["timing"].points


@given(models, facts, signals)
def test_the_order_of_signals_says_nothing(model: Model, known: dict[str, Any], seen: Signals) -> None:
    backwards = {kind: [*reversed(moments or ())] for kind, moments in [*seen.items()][::-1]}
    there, back = (score(model, known, order, NOW) for order in (seen, backwards))
    assert there == back


@given(ages, st.integers(1, 2000))
def test_decay_is_continuous_and_only_falls(age: int, half_life: int) -> None:
    now, soon = decay.shares([age, age + SECOND], half_life)
    assert 0 <= soon <= now <= 1
    assert now - soon < 0.0005


@given(st.integers(1, 2000))
def test_the_last_48_hours_count_in_full_and_a_half_life_later_half(half_life: int) -> None:
    full, half = decay.shares([decay.IN_FULL, decay.IN_FULL + half_life * decay.HOUR], half_life)
    assert (full, half) == (1, 0.5)


@given(models, facts, signals, st.integers(1, 2000))
def test_fading_takes_one_point_of_a_rule_at_a_time(
    model: Model, known: dict[str, Any], seen: Signals, hours: int
) -> None:
    """Rounded shares of a continuous curve: between two moments a second apart no rule moves by more than a point."""
    most = max((len(moments or ()) for moments in seen.values()), default=0)
    assume(all(abs(rule.points) * most < 300 for rule in model.rules))
    moment = NOW + timedelta(hours=hours)
    now, soon = (points_by_rule(model, known, seen, at) for at in (moment, moment + timedelta(seconds=1)))
    assert all(abs(now.get(rule, 0) - soon.get(rule, 0)) <= 1 for rule in now | soon)


def points_by_rule(model: Model, known: dict[str, Any], seen: Signals, at: datetime) -> dict[str, int]:
    return {line.rule: line.points for line in score(model, known, past(seen), at).contributions if line.rule}


TIMED = ["within_last_days", "older_than_days"]


@given(
    st.sampled_from(TIMED),
    st.integers(0, 90),
    st.integers(-2000, 3000),
    st.integers(1, 4000),
    st.sampled_from(["captured_at", "recycle_on"]),
)
def test_a_date_changes_an_answer_at_the_announced_moment_only(
    operator: str, days: int, age: int, later: int, field: str
) -> None:
    moment = NOW - timedelta(hours=age)
    facts = {"captured_at": moment, "recycle_on": moment.date()}
    tree = {"all": [{"field": field, "operator": operator, "value": days}]}
    then, when = NOW + timedelta(hours=later), next_moment(tree, facts, NOW)
    if when is None or then < when:
        assert matches(tree, facts, then) == matches(tree, facts, NOW)


@given(models, facts, signals)
def test_the_same_again_is_the_same(model: Model, known: dict[str, Any], seen: Signals) -> None:
    assert score(model, known, seen, NOW) == score(model, known, seen, NOW)
