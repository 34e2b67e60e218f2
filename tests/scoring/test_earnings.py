"""Many leads at once: what was worked out for one is never wrong for the next, and PostgreSQL reads what memory has."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from scoring.decay import HOUR
from scoring.defaults import publish_default_model
from scoring.earnings import Earnings
from scoring.known import known_of, signals_of
from scoring.model import Model, Rule
from scoring.models import Signal
from scoring.scorecard import points, receipt, score
from scoring.signals import moment
from tenancy import clock
from tests.factories import a_lead
from tests.scoring.models import a_model
from tests.scoring.test_scorecard import facts, models, signals

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
SITES: list[dict[str, Any]] = [
    {"field": "custom.sites", "operator": "is_true"},
    {"field": "custom.sites", "operator": "at_least", "value": 1},
    {"field": "custom.sites", "operator": "between", "value": [0.5, 2]},
    {"field": "custom.sites", "operator": "has_any", "value": ["a"]},
    {"any": [{"field": "custom.sites", "operator": "is", "value": 2}, {"field": "headcount", "operator": "is_set"}]},
]
# One field may hold all of these: accounts change their minds about what it is.
sites = st.sampled_from([None, True, False, 0, 1, 1.0, 2, 2.5, "1", ["a"], [], {"minor": 100, "currency": "EUR"}])
leads = st.lists(st.tuples(facts, sites, signals), min_size=2, max_size=6)


def with_sites(model: Model, conditions: list[dict[str, Any]]) -> Model:
    rules = [Rule(f"s{at}", "fit", "Sites", at + 1, condition=one) for at, one in enumerate(conditions)]
    return replace(model, rules=(*model.rules, *rules))


@given(models, st.lists(st.sampled_from(SITES), max_size=4), leads)
def test_a_lead_among_many_is_scored_as_it_is_alone(
    plain: Model, conditions: list[dict[str, Any]], several: list[tuple[dict[str, Any], Any, Any]]
) -> None:
    model = with_sites(plain, conditions)
    earnings = Earnings(model, NOW)
    for known, count, seen in several:
        known = {**known, "custom.sites": count}
        alone = score(model, known, seen, NOW)
        assert receipt(earnings, known, seen) == alone
        assert earnings.points(known, seen) == points(model, known, seen, NOW) == alone.score


@pytest.mark.usefixtures("in_scope")
class TestReading:
    def test_signals_are_read_by_what_they_stand_for(self) -> None:
        lead = a_lead()
        for hours, kind, url in [
            (1, "page_view", "https://acme.example/Pricing?plan=a"),
            (2, "page_view", "https://acme.example/about"),
            (3, "download", "https://acme.example/price-list.pdf"),
            (900, "download", ""),
        ]:
            Signal.objects.create(lead=lead, kind=kind, url=url, occurred_at=NOW - timedelta(hours=hours))
        found = signals_of([lead.pk], {"page_view", "pricing_page", "download"}, NOW - timedelta(hours=800))[lead.pk]
        ages = {kind: sorted((moment(NOW) - at) / HOUR for at in seen or ()) for kind, seen in found.items()}
        assert ages == {"page_view": [1, 2], "pricing_page": [1], "download": [3]}

    def test_a_microsecond_is_not_lost(self) -> None:
        lead, at = a_lead(), datetime(2026, 3, 2, 9, 0, 0, 123_457, tzinfo=UTC)
        Signal.objects.create(lead=lead, kind="download", occurred_at=at)
        model = a_model(Rule("d", "intent", "Downloads", 5, signal="download", half_life_hours=24))
        known = known_of([lead.pk], [model], NOW)[lead.pk]
        [line] = score(model, known.facts, known.signals, NOW + timedelta(days=1)).contributions
        assert (line.points, line.at) == (5, at.isoformat())

    def test_only_what_the_rules_ask_for_is_read(self, django_assert_num_queries: Any) -> None:
        lead = a_lead(headcount=180, message="Hello")
        rule = Rule("h", "fit", "Size", 5, condition={"field": "headcount", "operator": "at_least", "value": 50})
        with django_assert_num_queries(1):
            [known] = known_of([lead.pk], [a_model(rule)], NOW).values()
        assert known.facts == {"headcount": 180}

    def test_engagement_is_read_from_its_index_alone(self) -> None:
        """However far apart the signals of a lead lie in the table: all that is asked for stands in the index, even the
        longest address in the widest letters."""
        lead = a_lead()
        url = "https://acme.example/" + "𝛼" * 479
        Signal.objects.create(lead=lead, kind="page_view", url=url, occurred_at=clock.now())
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_get_indexdef('signal_people'::regclass)")
            index = cursor.fetchone()[0]
        asked = {"account_id", "lead_id", "occurred_at", "kind", "url"}
        assert asked <= set(re.findall(r"\w+", index)), index
        assert index.endswith("WHERE (NOT bot)"), index


@pytest.mark.django_db
def test_a_published_model_reads_no_more_than_it_counts(in_scope: Any) -> None:
    from scoring.current import current_model

    publish_default_model(in_scope)
    model = current_model()
    assert model
    assert model.counts == {"pricing_page", "download", "email_click", "email_open"}
