"""Source quality is the smoothed close rate; where nothing is known it is what the source's kind starts with."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scoring.model import Rule
from scoring.receipt import Contribution, Receipt
from scoring.scorecard import points, score
from scoring.source_quality import TRUST, CloseRate, points_by_source, quality, with_close_rates
from tests.scoring.models import a_model, default_model

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
FORM = CloseRate("src_form", "Website", "form", won=30, lost=70)
FAIR = CloseRate("src_fair", "Spring fair", "event", won=2, lost=98)
MODEL = with_close_rates(default_model(), [FORM, FAIR])
counts = st.integers(0, 500)


def receipt(source: str, kind: str) -> Receipt:
    return score(MODEL, {"source": source, "source_kind": kind}, {}, NOW)


def line(source: str, kind: str) -> Contribution:
    [found] = [one for one in receipt(source, kind).contributions if one.group == "source"]
    return found


def test_a_source_with_outcomes_is_worth_its_smoothed_close_rate_and_the_receipt_says_its_n() -> None:
    # (32 + 1) / (200 + 2) on average, so 32.7 % has all points; a form starts with half: (30 + 20 x 16.3 %) / 120.
    assert line("Website", "form") == Contribution(
        "source",
        "Came by Website",
        8,
        "src_form",
        "close rate 28%, smoothed, 30 of 100 won in 90 days",
    )
    assert line("Spring fair", "event").points == 1


def test_other_sources_keep_what_their_kind_starts_with() -> None:
    assert line("Newsletter", "form").points == 5
    assert line("Word of mouth", "referral").points == 10
    assert receipt("Bought", "list").groups["source"].points == 0


def test_without_outcomes_the_model_is_what_it_was() -> None:
    assert with_close_rates(default_model(), []) == default_model()
    no_points = a_model(caps={"fit": 35, "source": 0})
    assert with_close_rates(no_points, [FORM]) == no_points


def test_a_rule_of_the_admins_that_asks_for_more_counts_beside() -> None:
    both: dict[str, Any] = {
        "all": [
            {"field": "source_kind", "operator": "is", "value": "form"},
            {"field": "country", "operator": "is", "value": "DE"},
        ]
    }
    model = with_close_rates(a_model(Rule("r", "source", "German forms", 1, condition=both)), [FORM])
    found = score(model, {"source": "Website", "source_kind": "form", "country": "DE"}, {}, NOW).contributions
    assert [one.rule for one in found] == ["r", "src_form"] or [one.rule for one in found] == ["src_form", "r"]


def test_points_by_source_are_those_of_the_receipts() -> None:
    assert points_by_source(MODEL) == {"src_form": 8, "src_fair": 1}


@given(counts, counts, st.integers(0, 10), st.floats(0.01, 1))
def test_quality_is_within_its_cap_and_more_won_is_never_worth_less(
    won: int, lost: int, start: int, average: float
) -> None:
    here, better = (quality(some, won + 1 + lost, start, 10, average) for some in (won, won + 1))
    assert 0 <= here.points <= better.points <= 10
    assert 0 <= here.rate < better.rate <= 1


@given(st.integers(0, 10), st.floats(0.01, 1))
def test_quality_begins_with_the_starting_points(start: int, average: float) -> None:
    assert quality(0, 0, start, 10, average).points == start


@pytest.mark.parametrize(("start", "average"), [(0, 0.2), (10, 0.2), (5, 0.6)])
def test_with_many_outcomes_the_starting_points_do_not_matter(start: int, average: float) -> None:
    assert quality(30_000, 100_000, start, 10, average).rate == pytest.approx(0.3, abs=0.001)


def test_twenty_closed_leads_weigh_as_much_as_the_starting_points() -> None:
    assert quality(0, TRUST, 10, 10, 0.25).points == 5


@given(counts, counts, st.sampled_from(["Website", "Spring fair", "Other"]), st.sampled_from(["form", "event", "list"]))
def test_a_score_with_close_rates_equals_its_receipt(won: int, lost: int, source: str, kind: str) -> None:
    model = with_close_rates(default_model(), [CloseRate("src_form", "Website", "form", won, lost), FAIR])
    facts = {"source": source, "source_kind": kind, "industry": "logistics"}
    found = score(model, facts, {}, NOW)
    assert found.score == sum(one.points for one in found.contributions) == points(model, facts, {}, NOW)
