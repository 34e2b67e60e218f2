"""A review judges groups at today's rate, and says apart from that whether fewer are won at all."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from scoring.review.closed import Closed
from scoring.review.findings import findings, level, promised
from tests.scoring.models import default_model
from tests.scoring.review.leads import NOW, closed_leads

WORTH = {"industry": 1.0, "size": 1.0, "role": 0.5}
SINCE = NOW - timedelta(days=75)


def recent(leads: list[Closed]) -> list[Closed]:
    return [one for one in leads if one.closed_at > SINCE]


def test_promises_add_up_to_what_was_won() -> None:
    leads = closed_leads(2000, WORTH)
    some = recent(leads)
    assert sum(promised(leads, some)) == pytest.approx(sum(one.won for one in some), abs=0.01)


def test_more_points_promise_more() -> None:
    leads = closed_leads(2000, WORTH)
    some = sorted(recent(leads), key=lambda one: one.score)
    chances = promised(leads, some)
    assert chances == sorted(chances)
    assert chances[-1] > chances[0] + 0.2


@pytest.mark.parametrize("won", [True, False])
def test_where_all_ended_alike_the_year_promises(won: bool) -> None:
    leads = [replace(one, won=won) if one.closed_at > SINCE else one for one in closed_leads(500, WORTH)]
    assert all(0 < chance < 1 for chance in promised(leads, recent(leads)))
    assert promised([replace(one, won=won) for one in leads], recent(leads))[0] == 0.5


def test_a_source_that_fell_behind_is_named_with_its_figures() -> None:
    leads = [
        replace(one, won=False) if one.facts["source"] == "Fair" and one.closed_at > SINCE else one
        for one in closed_leads(3000, WORTH)
    ]
    found = findings(default_model(), leads, SINCE)
    assert "source Fair" in found.keys
    fair = next(one for one in found.far if one.value == "Fair")
    assert (fair.won, fair.off < 0) == (0, True)
    assert fair.before_won / fair.before_n > 0.3
    assert found.n == len(recent(leads))
    assert found.n + found.before_n == 3000


def test_when_all_are_won_less_often_no_weight_is_to_blame() -> None:
    leads = closed_leads(2400, WORTH)
    worse = [replace(one, won=one.won and at % 3 > 0) if one.closed_at > SINCE else one for at, one in enumerate(leads)]
    found = findings(default_model(), worse, SINCE)
    assert found.keys == set()
    assert "chance alone would not do that" in found.level


def test_sizes_are_named_in_brackets_and_the_unknown_as_such() -> None:
    leads = [
        replace(one, facts={**one.facts, "headcount": size})
        for size in (None, 9, 10, 250, 1000, 9000)
        for one in closed_leads(40, WORTH)
    ]
    found = findings(default_model(), leads, NOW - timedelta(days=400))
    sizes = {one.value for one in found.groups if one.field == "size"}
    assert sizes == {"Unknown", "1 to 9", "10 to 49", "250 to 1,000", "More than 5,000"}


def test_nothing_closed_is_no_error() -> None:
    found = findings(default_model(), [], SINCE)
    assert (found.n, found.groups, found.keys) == (0, [], set())
    assert found.level == "No lead was closed in this time."
    assert "30 won leads and 30 lost leads are still missing" in found.weights["refusal"]


@pytest.mark.parametrize(
    ("won", "n", "before_won", "before_n", "words"),
    [
        (5, 10, 0, 0, "there are none before"),
        (5, 50, 50, 100, "chance alone would not do that"),
        (24, 50, 50, 100, "no more of a difference than chance makes"),
        (0, 19, 50, 100, "no more of a difference than chance makes"),
    ],
)
def test_the_level_says_whether_chance_explains_it(
    won: int, n: int, before_won: int, before_n: int, words: str
) -> None:
    assert words in level(won, n, before_won, before_n)
