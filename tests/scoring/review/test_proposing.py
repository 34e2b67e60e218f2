"""New weights come from outcomes: what a rule is worth is found, what fits stays, and too few leads say nothing."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scoring.model import Rule
from scoring.review.proposing import STEP, Weight, propose
from tests.scoring.review.leads import POINTS, closed_leads

CAPS = {"fit": 35}
RULES = [Rule(id=name, group="fit", label=name, points=points) for name, points in POINTS.items()]
FITTING = {"industry": 1.0, "size": 1.0, "role": 0.5}  # log-odds in the proportions of the points


def weights(count: int, worth: dict[str, float], **how: float) -> dict[str, Weight]:
    return {one.rule: one for one in propose(RULES, CAPS, closed_leads(count, worth, **how)).weights}  # type: ignore[arg-type]


def test_weights_that_fit_stay() -> None:
    assert {name: one.proposed for name, one in weights(3000, FITTING).items()} == dict.fromkeys(POINTS)


def test_a_rule_that_says_nothing_loses_points_and_one_that_says_more_gains() -> None:
    found = weights(3000, {"industry": 1.6, "size": 0.0, "role": 0.6})
    industry, size = found["industry"], found["size"]
    assert industry.proposed
    assert size.proposed
    assert industry.proposed > 10 > size.proposed >= 1
    assert size.low is not None
    assert size.high is not None
    assert size.low < size.high < 10


def test_each_weight_says_on_how_many_leads_it_stands() -> None:
    one = weights(1000, FITTING)["industry"]
    assert one.n + one.rest_n == 1000
    assert 450 < one.n < 550
    assert one.won / one.n > one.rest_won / one.rest_n


def test_those_that_should_change_stand_first() -> None:
    rare = Rule(id="rare", group="fit", label="Rare", points=5)
    leads = closed_leads(3000, {"industry": 1.6, "size": 0.0, "role": 0.6})
    stays = [one.proposed is None for one in propose([rare, *RULES], CAPS, leads).weights]
    assert stays == sorted(stays)
    assert stays[0] is False


def test_the_cap_of_the_group_and_ten_points_are_never_passed() -> None:
    leads = closed_leads(4000, {"industry": 3.0, "size": 0.1, "role": 0.1}, base=-2)
    for cap in (35, 12):
        found = {one.rule: one.proposed for one in propose(RULES, {"fit": cap}, leads).weights}
        assert found["industry"] == min(10 + STEP, cap)


@given(st.floats(-2, 3), st.floats(-2, 3), st.integers(0, 5))
def test_a_giving_rule_gives_and_a_taking_rule_takes_whatever_comes(first: float, second: float, seed: int) -> None:
    leads = closed_leads(300, {"industry": first, "size": second, "role": 0.5}, seed=seed)
    taking = [Rule(id="industry", group="fit", label="industry", points=-10), *RULES[1:]]
    for one in (*propose(RULES, CAPS, leads).weights, *propose(taking, CAPS, leads).weights):
        if one.proposed is not None:
            assert one.proposed * one.points > 0
            assert 1 <= abs(one.proposed - one.points) <= STEP


def test_too_few_outcomes_are_said_honestly() -> None:
    proposal = propose(RULES, CAPS, closed_leads(40, FITTING))
    assert proposal.refusal.startswith("New weights are worked out from 30 won and 30 lost leads;")
    assert "still missing" in proposal.refusal
    assert {one.proposed for one in proposal.weights} == {None}
    assert sum(one.n for one in proposal.weights) > 0  # what little is known is shown


def test_a_rule_that_hardly_ever_counted_is_not_judged() -> None:
    rare = Rule(id="rare", group="fit", label="Rare", points=5)
    found = {one.rule: one for one in propose([*RULES, rare], CAPS, closed_leads(1000, FITTING)).weights}
    assert (found["rare"].n, found["rare"].worth, found["rare"].proposed) == (0, None, None)


@pytest.mark.parametrize(
    "worth", [{"industry": 0.0, "size": 0.0, "role": 0.0}, {"industry": -2, "size": -2, "role": -1}]
)
def test_points_that_mean_nothing_have_no_worth(worth: dict[str, float]) -> None:
    proposal = propose(RULES, CAPS, closed_leads(1000, worth))
    assert "not won more often" in proposal.refusal
    assert {one.proposed for one in proposal.weights} == {None}
