"""At any time the number on every door is the number the receipt adds up to: random lives of leads, in the database."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.test import Client

from events import drain
from events.kinds import Kind
from events.models import Event, Job, JobState
from leads.conditions import matches, q
from leads.models import Lead
from scoring.answers import answer
from scoring.current import current_model
from scoring.engagement import Sent, receive
from scoring.jobs import score_leads
from scoring.models import Receipt, ScoringRule, ScoringVersion, Signal
from scoring.tiers import tier_of
from tenancy import clock
from tenancy.scope import scope
from tests.factories import a_key, a_lead

pytestmark = pytest.mark.django_db(transaction=True)
NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
FACTS: dict[str, list[Any]] = {
    "headcount": [None, 5, 40, 180, 2000],
    "industry": [None, "Logistics", "Retail"],
    "timeline_days": [None, 10, 60, 200],
    "job_title": [None, "Head of IT", "Clerk"],
    "message": [None, "Please send a quote for three sites and a desk, day and night.", "Hello"],
    "budget": [None, "50k"],
}
SMALL = {"field": "headcount", "operator": "less_than", "value": 20}
NEW = {"field": "captured_at", "operator": "within_last_days", "value": 9}
MORE_RULES: list[dict[str, Any]] = [
    {"group": "fit", "label": "Too small", "points": -20, "condition": SMALL},
    {"group": "intent", "label": "New", "points": 7, "condition": NEW},
    {"group": "fit", "label": "Has a budget", "points": 4, "condition": {"field": "budget", "operator": "is_set"}},
    {"group": "intent", "label": "Left at once", "points": -2, "signal": "custom", "half_life_hours": 30},
]


@pytest.fixture(params=range(6))
def chance(request: Any) -> random.Random:
    return random.Random(request.param)


@pytest.fixture
def leads(scored_account: SimpleNamespace, chance: random.Random) -> list[Lead]:
    """Seven leads of an account whose model also takes points off, and looks at a date."""
    with scope(scored_account.account):
        version = ScoringVersion.objects.get()
        ScoringRule.objects.bulk_create([ScoringRule(version=version, position=90, **rule) for rule in MORE_RULES])
        found = [a_lead(captured_at=NOW, **some_facts(chance)) for _ in range(7)]
        with clock.at(NOW):
            score_leads([lead.pk for lead in found])
    return found


def some_facts(chance: random.Random) -> dict[str, Any]:
    return {name: value for name, values in FACTS.items() if (value := chance.choice(values)) is not None}


def something_happens(chance: random.Random, lead: Lead, by: Any) -> None:
    lead = Lead.objects.get(pk=lead.pk)
    deed = chance.choice(["signal", "signal", "fact", "answer", "bot"])
    if deed == "fact":
        name = chance.choice(list(FACTS))
        answer(lead, facts={name: chance.choice(FACTS[name])}, by=by)
    elif deed == "answer":
        answer(lead, criteria={chance.choice(["fit", "timing"]): chance.choice([True, False, None])}, by=by)
    else:
        kind, url = chance.choice(["page_view", "download", "email_open", "custom"]), "https://acme.example/pricing"
        receive([Sent(kind, clock.now(), lead=lead.public_id, url=url, bot=deed == "bot")], by=by)


def check_everything(leads: list[Lead], client: Client, key: str, now: datetime) -> None:
    """Receipt, lead, pure function, API and list say the same."""
    model = current_model()
    assert model
    listed = client.get("/api/v1/leads/", headers={"Authorization": f"Bearer {key}"}).json()["results"]
    by_id = {row["id"]: (row["score"], row["tier"]) for row in listed}
    for lead in Lead.objects.filter(pk__in=[lead.pk for lead in leads]):
        newest = lead.receipts.order_by("-scored_at", "-id").first()
        assert newest
        body = newest.body
        total = sum(line["points"] for line in body["contributions"])
        assert (body["total"], body["score"]) == (total, min(max(total, 0), 100))
        assert lead.score == newest.score == body["score"]
        assert lead.tier == newest.tier == tier_of(body["score"], model.tiers)
        assert body["low"] <= body["score"] <= body["high"]
        assert by_id[lead.public_id] == (lead.score, lead.tier)


def test_the_score_is_its_receipt_for_every_lead_at_any_time(
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
                check_everything(leads, client, key, now)
                check_that_nothing_is_left_to_do(leads)


def check_that_nothing_is_left_to_do(leads: list[Lead]) -> None:
    """Scored again at the same moment, everything stays: no receipt, no event, no other number."""

    def everything() -> Any:
        numbers = list(Lead.objects.order_by("pk").values_list("pk", "score", "tier", "score_band", "track", "points"))
        kinds = Event.objects.filter(kind=Kind.LEAD_SCORED, lead_id__in=with_owner()).count()
        return numbers, Receipt.objects.count(), kinds

    def with_owner() -> Any:
        return Lead.objects.exclude(owner=None).values("pk")

    before = everything()
    score_leads([lead.pk for lead in leads])
    assert everything() == before


def test_a_score_that_fades_is_scored_again_when_it_becomes_another_number(
    leads: list[Lead], scored_account: SimpleNamespace
) -> None:
    with scope(scored_account.account):
        for lead in leads:
            Signal.objects.create(lead=lead, kind="download", occurred_at=NOW)
        with clock.at(NOW):
            score_leads([lead.pk for lead in leads])
    for _ in range(8):
        with scope(scored_account.account):
            timers = Job.objects.filter(kind="scoring.score_leads", state=JobState.PENDING).order_by("run_at")
            first = timers.first()
            if first is None:
                break
            moment = first.run_at
        with clock.at(moment):
            drain.drain_inside()
            with scope(scored_account.account):
                before = list(Lead.objects.order_by("pk").values_list("pk", "score"))
                score_leads([lead.pk for lead in leads])  # nobody was forgotten
                assert list(Lead.objects.order_by("pk").values_list("pk", "score")) == before


def test_every_rule_selects_the_same_leads_in_memory_and_in_the_database(
    leads: list[Lead], scored_account: SimpleNamespace
) -> None:
    with scope(scored_account.account):
        model = current_model()
        assert model
        facts = {lead.pk: lead.facts for lead in Lead.objects.select_related("contact", "company", "source")}
        conditions = [rule.condition for rule in model.rules if rule.condition]
        conditions += [criterion.condition for criterion in model.criteria if criterion.condition]
        assert len(conditions) > 15
        for condition in conditions:
            selected = set(Lead.objects.filter(q(condition, NOW)).values_list("pk", flat=True))
            assert selected == {pk for pk, known in facts.items() if matches(condition, known, NOW)}


def test_what_is_learned_of_a_firm_scores_all_its_leads(scored_account: SimpleNamespace) -> None:
    with scope(scored_account.account):
        one, other, stranger = a_lead(company="Kestrel"), a_lead(company="Kestrel"), a_lead(company="Marlowe")
        Lead.objects.filter(pk=other.pk).update(company=one.company)
        score_leads([one.pk, other.pk, stranger.pk])
        one.change({"headcount": 180}, by=scored_account.rita.by)
    drain.drain_inside()
    with scope(scored_account.account):
        assert [Lead.objects.get(pk=lead.pk).fit for lead in (one, other, stranger)] == [43, 43, 14]
