"""A model is asked for, trained, runs in the shadow, is promoted and rolled back; the receipt always adds up."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.core.exceptions import ValidationError

from events import drain
from events.kinds import Kind
from events.models import Event
from events.record import SYSTEM
from leads.models import Lead
from scoring.current import compiled
from scoring.jobs import score_leads
from scoring.learned import learning, promoting
from scoring.learned.in_force import at_work
from scoring.learned.past import past
from scoring.learned.weights import as_score
from scoring.models import LearnedModel, LearnedScore, ModelState, Receipt
from scoring.showing import shown
from tenancy import clock
from tenancy.scope import scope
from tests.factories import a_lead, an_account

pytestmark = pytest.mark.django_db(transaction=True)
BEGAN = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)
FIELDS = ["industry", "headcount", "country", "source_kind"]


def a_history(count: int = 260, seed: int = 1) -> None:
    """Closed leads: firms of logistics and of some size buy more often. Alike ones are of one firm: it is quicker."""
    dice, leads = random.Random(seed), []
    firms: dict[str, Lead] = {}
    for day in range(count):
        industry, headcount = dice.choice(["Logistics", "Retail", ""]), dice.choice([None, 20, 200, 900])
        chance = 0.5 + 0.3 * (industry == "Logistics") - 0.25 * (industry == "Retail") + 0.1 * ((headcount or 0) > 100)
        captured = BEGAN + timedelta(hours=6 * day)
        status = "won" if dice.random() < chance else "lost"
        facts: dict[str, Any] = {"industry": industry, "headcount": headcount, "country": dice.choice(["DE", "GB"])}
        firm = str(facts)
        if firm not in firms:
            firms[firm] = a_lead(**facts, status="spam", captured_at=captured)
        leads.append(_alike(firms[firm], status=status, captured_at=captured, closed_at=captured + timedelta(days=20)))
    Lead.objects.bulk_create(leads)


def _alike(lead: Lead, **columns: Any) -> Lead:
    return Lead(contact=lead.contact, company=lead.company, source=lead.source, **columns)


@pytest.fixture
def acme(scored_account: SimpleNamespace) -> SimpleNamespace:
    with scope(scored_account.account):
        a_history()
    return scored_account


def trained(acme: SimpleNamespace, fields: list[str] = FIELDS) -> LearnedModel:
    with scope(acme.account):
        asked = learning.ask_for_model(fields, by=acme.ada.by)
    drain.drain()
    with scope(acme.account):
        asked.refresh_from_db()
    return asked


def a_scored_lead(**facts: Any) -> Lead:
    lead = a_lead(**facts)
    score_leads([lead.pk])
    lead.refresh_from_db()
    return lead


def newest_receipt(lead: Lead) -> Receipt:
    receipt: Receipt = Receipt.objects.filter(lead=lead).order_by("-scored_at", "-id")[0]
    return receipt


def test_too_short_a_history_is_refused_with_what_is_missing(scored_account: SimpleNamespace) -> None:
    with scope(scored_account.account):
        a_history(10)
        with pytest.raises(ValidationError, match="needs 100 won and 100 lost leads"):
            learning.ask_for_model(FIELDS, by=SYSTEM)
        assert not LearnedModel.objects.exists()


def test_a_history_that_shrank_meanwhile_is_refused_in_the_background(acme: SimpleNamespace) -> None:
    with scope(acme.account):
        asked = learning.ask_for_model(FIELDS, by=SYSTEM)
        Lead.objects.filter(status="lost").update(status="open", closed_at=None)
    drain.drain()
    with scope(acme.account):
        asked.refresh_from_db()
        assert asked.state == ModelState.REFUSED
        assert "100 lost leads are still missing" in asked.refusal


def test_a_model_needs_fields_and_one_is_trained_at_a_time(acme: SimpleNamespace) -> None:
    with scope(acme.account):
        with pytest.raises(ValidationError, match="at least one field"):
            learning.ask_for_model(["status", "name", "nonsense"], by=SYSTEM)
        learning.ask_for_model(FIELDS, by=SYSTEM)
        with pytest.raises(ValidationError, match="trained already"):
            learning.ask_for_model(FIELDS, by=SYSTEM)


def test_a_trained_model_goes_into_the_shadow_with_its_trial(acme: SimpleNamespace) -> None:
    model = trained(acme)
    assert (model.state, model.step, model.percent) == (ModelState.SHADOW, "", 100)
    assert model.won + model.lost == 260
    trial = model.evaluation
    assert trial["tried_on"] + trial["learned_from"] == 260
    assert trial["model"]["auc"]["low"] < trial["model"]["auc"]["value"] < trial["model"]["auc"]["high"]
    assert trial["model"]["auc"]["value"] > 0.6
    assert trial["rules"]["auc"]["value"] > 0.5
    assert sum(tier["n"] for tier in trial["model"]["tiers"]) == trial["tried_on"]
    assert model.tiers["medium"] < model.tiers["high"] < model.tiers["urgent"]


def test_training_twice_is_safe(acme: SimpleNamespace) -> None:
    model = trained(acme)
    learning.learn(acme.account, model.pk)
    with scope(acme.account):
        assert LearnedModel.objects.get().trained_at == model.trained_at


def test_a_shadow_scores_beside_the_rules_and_changes_nothing(acme: SimpleNamespace) -> None:
    with scope(acme.account):
        before = a_scored_lead(industry="Logistics", headcount=200)
    model = trained(acme)
    with scope(acme.account):
        score_leads([before.pk])
        row = LearnedScore.objects.get(lead=before, model=model)
        after = Lead.objects.get(pk=before.pk)
        assert (after.score, after.tier) == (before.score, before.tier)
        assert row.rules == before.score
        assert 5000 < row.chance < 10_000
        score_leads([before.pk])
        assert LearnedScore.objects.count() == 1


def test_a_promoted_model_scores_and_its_receipt_adds_up(acme: SimpleNamespace) -> None:
    model = trained(acme)
    with scope(acme.account):
        promoting.promote(model, by=acme.ada.by)
        for facts in ({}, {"industry": "Logistics", "headcount": 200}, {"industry": "Retail", "country": "GB"}):
            lead = a_scored_lead(**facts)
            body = newest_receipt(lead).body
            total = round(sum(line["points"] for line in body["contributions"]), 4)
            assert body["total"] == total
            assert lead.score == body["score"] == as_score(total)
            assert lead.tier == body["tier"]
            assert body["low"] <= body["score"] <= body["high"]
            assert body["learned"]["number"] == 1
            assert set(body["sub_scores"]) == {"fit", "intent", "authority", "timing"}


def test_the_panel_says_it_in_plain_words(acme: SimpleNamespace) -> None:
    model = trained(acme)
    with scope(acme.account):
        promoting.promote(model, by=acme.ada.by)
        receipt = newest_receipt(a_scored_lead(industry="Logistics", headcount=200))
        panel = shown(receipt.body, compiled(receipt.version_id))
    assert panel["version"] == "Learned model 1"
    assert "a chance of" in panel["sum_text"]
    labels = [reason["label"] for reason in panel["reasons"]]
    assert "The average lead" in labels
    assert any(label.startswith("Industry: logistics, the odds × ") for label in labels)


def test_an_unknown_fact_widens_the_band_and_is_asked_about(acme: SimpleNamespace) -> None:
    model = trained(acme)
    with scope(acme.account):
        promoting.promote(model, by=acme.ada.by)
        body = newest_receipt(a_scored_lead(country="DE")).body
    assert {one["fact"] for one in body["unknown"]} >= {"industry"}
    assert body["band"] > 5
    assert body["question"]["fact"] in {one["fact"] for one in body["unknown"]}


def test_promoting_scores_open_leads_again_and_rolling_back_gives_them_back_to_the_rules(acme: SimpleNamespace) -> None:
    model = trained(acme)
    with scope(acme.account):
        lead = a_scored_lead(industry="Logistics", headcount=200)
        by_rules = lead.score
        promoting.promote(model, by=acme.ada.by)
    drain.drain()
    with scope(acme.account):
        assert newest_receipt(lead).body["learned"]
        model.refresh_from_db()
        promoting.roll_back(model, by=acme.ada.by)
        with pytest.raises(ValidationError):
            promoting.roll_back(model, by=acme.ada.by)
    drain.drain()
    with scope(acme.account):
        lead.refresh_from_db()
        assert lead.score == by_rules
        assert newest_receipt(lead).body["learned"] is None
        told = Event.objects.filter(kind__in=[Kind.MODEL_PROMOTED, Kind.MODEL_RETIRED]).order_by("id")
        assert [event.kind for event in told] == [Kind.MODEL_PROMOTED, Kind.MODEL_RETIRED]


def test_rolling_back_brings_the_model_before_back(acme: SimpleNamespace) -> None:
    first = trained(acme)
    with scope(acme.account):
        promoting.promote(first, by=SYSTEM)
    second = trained(acme, ["industry"])
    with scope(acme.account):
        promoting.promote(second, by=SYSTEM)
        second.refresh_from_db()
        promoting.roll_back(second, by=SYSTEM)
        promoted = at_work().promoted
        assert promoted
        assert promoted.id == first.pk


def test_only_what_is_trained_can_be_promoted(acme: SimpleNamespace) -> None:
    with scope(acme.account):
        asked = learning.ask_for_model(FIELDS, by=SYSTEM)
        with pytest.raises(ValidationError, match="Only a trained model"):
            promoting.promote(asked, by=SYSTEM)


def test_facts_are_learned_as_they_were_before_the_outcome(scored_account: SimpleNamespace) -> None:
    with scope(scored_account.account):
        lead = a_lead(headcount=20, captured_at=BEGAN)
        with clock.at(BEGAN + timedelta(days=1)):
            lead.change({"industry": "Retail"}, by=SYSTEM)
        with clock.at(BEGAN + timedelta(days=30)):
            lead.change({"headcount": 500, "budget": "gone"}, by=SYSTEM)
        Lead.objects.filter(pk=lead.pk).update(status="won", closed_at=BEGAN + timedelta(days=30))
        [one] = past()
    assert (one.facts["industry"], one.facts["headcount"], one.facts["budget"]) == ("retail", 20, None)
    assert one.facts_now["headcount"] == 500
    assert one.life.filled_at["budget"] >= one.life.closed_at > one.life.filled_at["industry"]


def test_fields_filled_after_closing_are_warned_of(acme: SimpleNamespace) -> None:
    with scope(acme.account):
        for lead in Lead.objects.exclude(closed_at=None).select_related("contact", "company", "source")[:60]:
            with clock.at(lead.closed_at + timedelta(days=1)):
                lead.change({"business_problem": random.choice(["Price", "Speed"])}, by=SYSTEM)
    model = trained(acme, [*FIELDS, "business_problem"])
    assert [(leak["field"], leak["kind"]) for leak in model.leaks] == [("business_problem", "late")]


def test_models_are_the_accounts_own(acme: SimpleNamespace) -> None:

    model = trained(acme)
    with scope(an_account("globex")):
        assert at_work().shadow is None
        assert not LearnedModel.objects.filter(pk=model.pk).exists()
