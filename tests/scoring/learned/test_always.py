"""With a learned model, too, the number on every door is the one its receipt adds up to: random lives of leads."""

from __future__ import annotations

import random
from datetime import timedelta
from functools import cache
from types import SimpleNamespace
from typing import Any

import pytest
from django.test import Client

from events import drain
from leads.models import Lead
from scoring.jobs import score_leads
from scoring.learned.training import train
from scoring.learned.weights import as_score
from scoring.models import LearnedModel, LearnedScore, Receipt, Signal
from scoring.tiers import tier_of
from tenancy import clock
from tenancy.scope import scope
from tests.factories import a_key, a_lead
from tests.scoring.learned.history import Row
from tests.scoring.test_always import NOW, check_that_nothing_is_left_to_do, some_facts, something_happens

pytestmark = pytest.mark.django_db(transaction=True)
TIERS = {"urgent": 75, "high": 50, "medium": 25}
AGES = ["within 2 days", "within a week", "within 30 days", "within 90 days", "not in 90 days"]


@cache
def weights() -> dict[str, Any]:
    """Learned from leads of which size, industry, time frame and engagement say something."""
    dice = random.Random(1)
    rows: list[Row] = [
        {
            "headcount": dice.choice([None, 5, 40, 180, 2000]),
            "industry": dice.choice([None, "logistics", "retail"]),
            "timeline_days": dice.choice([None, 10, 60, 200]),
            "seen.page_view": dice.choice([0, 0, 1, 2, 3]),
            "seen.last": dice.choice(AGES),
        }
        for _ in range(1200)
    ]
    won = [
        dice.random()
        < 0.2 + 0.3 * (row["industry"] == "logistics") + 0.1 * row["seen.page_view"] - AGES.index(row["seen.last"]) / 20
        for row in rows
    ]
    return train(rows, won, list(rows[0])).weights.as_json()


@pytest.fixture(params=range(4))
def chance(request: Any) -> random.Random:
    return random.Random(request.param)


@pytest.fixture
def leads(scored_account: SimpleNamespace, chance: random.Random) -> list[Lead]:
    """Seven leads of an account whose leads a learned model scores."""
    with scope(scored_account.account):
        LearnedModel.objects.create(number=1, state="promoted", weights=weights(), tiers=TIERS, trained_at=NOW)
        found = [a_lead(captured_at=NOW, **some_facts(chance)) for _ in range(7)]
        with clock.at(NOW):
            score_leads([lead.pk for lead in found])
    return found


def test_the_score_is_the_logistic_of_its_receipt_for_every_lead_at_any_time(
    chance: random.Random, leads: list[Lead], scored_account: SimpleNamespace, client: Client
) -> None:
    account, by = scored_account.account, scored_account.rita.by
    with scope(account):
        key = a_key()
    now = NOW
    for _ in range(6):
        now += timedelta(hours=chance.choice([1, 30, 100, 400]))
        with clock.at(now):
            drain.drain_inside()  # what fell due in between
            with scope(account):
                something_happens(chance, chance.choice(leads), by)
            drain.drain_inside()
            with scope(account):
                check_everything(client, key)
                check_that_nothing_is_left_to_do(leads)


def check_everything(client: Client, key: str) -> None:
    """Receipt, lead, what the model says, API and list say the same."""
    listed = client.get("/api/v1/leads/", headers={"Authorization": f"Bearer {key}"}).json()["results"]
    by_id = {row["id"]: (row["score"], row["tier"]) for row in listed}
    for lead in Lead.objects.all():
        newest: Receipt = lead.receipts.order_by("-scored_at", "-id")[0]
        body = newest.body
        total = round(sum(line["points"] for line in body["contributions"]), 4)
        assert (body["total"], body["score"]) == (total, as_score(total))
        assert 0 <= body["low"] <= body["score"] <= body["high"] <= 100
        assert lead.score == newest.score == body["score"]
        assert lead.tier == newest.tier == tier_of(body["score"], TIERS)
        assert by_id[lead.public_id] == (lead.score, lead.tier)
        assert abs(LearnedScore.objects.get(lead=lead).chance / 100 - body["score"]) <= 0.6


def test_a_score_by_engagement_is_scored_again_when_time_changes_it(
    leads: list[Lead], scored_account: SimpleNamespace
) -> None:
    with scope(scored_account.account):
        for at, lead in enumerate(leads):
            Signal.objects.create(lead=lead, kind="page_view", occurred_at=NOW - timedelta(days=at))
        with clock.at(NOW):
            score_leads([lead.pk for lead in leads])
    for days in (1, 2, 5, 8, 29, 31, 60, 89, 91, 120):
        with clock.at(NOW + timedelta(days=days)):
            drain.drain_inside()
            with scope(scored_account.account):
                before = list(Lead.objects.order_by("pk").values_list("pk", "score"))
                score_leads([lead.pk for lead in leads])  # nobody was forgotten
                assert list(Lead.objects.order_by("pk").values_list("pk", "score")) == before
