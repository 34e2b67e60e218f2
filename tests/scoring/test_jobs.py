"""A lead is scored when something about it changes, and once more whenever fading points make another number."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test.utils import CaptureQueriesContext

from events.jobs import schedule
from events.kinds import Kind
from events.models import Event, Job, JobState
from leads.models import Lead
from scoring.current import current_model
from scoring.defaults import publish_default_model
from scoring.jobs import score_leads
from scoring.models import Answer, Receipt, ScoringVersion, Signal
from tenancy import clock
from tenancy.models import Account
from tenancy.scope import scope
from tests.factories import a_lead, an_account
from tests.scoring.models import PROFILE, default_model

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
KESTREL: dict[str, Any] = {
    "industry": "Logistics",
    "headcount": 180,
    "country": "DE",
    "job_title": "Head of IT",
    "message": "We need a 24/7 desk for 3 sites. Please send a quote.",
}


@pytest.fixture
def model(in_scope: Account) -> ScoringVersion:
    return publish_default_model(in_scope, PROFILE)


def kestrel(**facts: Any) -> Lead:
    return a_lead(**KESTREL | {"captured_at": NOW} | facts)


def score_at(moment: datetime, *leads: Lead) -> None:
    with clock.at(moment):
        score_leads([lead.pk for lead in leads])
    for lead in leads:
        lead.refresh_from_db()


def test_a_lead_gets_score_tier_receipt_and_track(model: ScoringVersion) -> None:
    lead = kestrel()
    score_at(NOW, lead)
    assert (lead.score, lead.tier, lead.score_band) == (70, "high", 20)
    assert (lead.fit, lead.intent, lead.authority, lead.timing) == (86, 57, 100, 0)
    assert (lead.points, lead.points_of, lead.track) == (3, 4, "active")
    receipt = Receipt.objects.get(lead=lead)
    assert receipt.version == model
    assert receipt.score == sum(line["points"] for line in receipt.body["contributions"])
    assert list(Event.objects.filter(lead_id=lead.pk).values_list("kind", flat=True).order_by("id")) == [
        Kind.LEAD_SCORED,
        Kind.LEAD_QUALIFIED,
    ]


def test_published_rows_are_the_default_model(model: ScoringVersion) -> None:
    published, expected = current_model(), default_model()
    assert published
    assert [(rule.group, rule.label, rule.points, rule.condition) for rule in published.rules] == [
        (rule.group, rule.label, rule.points, rule.condition) for rule in expected.rules
    ]
    assert published.criteria == expected.criteria
    assert published.questions == expected.questions


def test_publishing_twice_changes_nothing(model: ScoringVersion, in_scope: Account) -> None:
    assert publish_default_model(in_scope, {}) == model


def test_running_twice_is_safe(model: ScoringVersion) -> None:
    lead = kestrel()
    score_at(NOW, lead)
    score_at(NOW, lead)
    assert Receipt.objects.count() == 1
    assert Job.objects.filter(kind="scoring.score_leads", state=JobState.PENDING).count() == 1


def test_closed_leads_keep_their_score(model: ScoringVersion) -> None:
    lead = kestrel(status="won", score=12)
    score_at(NOW, lead)
    assert lead.score == 12


def test_without_a_model_nothing_happens(in_scope: Account) -> None:
    lead = kestrel()
    score_at(NOW, lead)
    assert lead.score is None


def test_a_fading_score_comes_back_at_its_next_change(model: ScoringVersion) -> None:
    lead = kestrel()
    Signal.objects.create(lead=lead, kind="download", occurred_at=NOW - timedelta(hours=40))
    score_at(NOW, lead)
    [timer] = Job.objects.filter(kind="scoring.score_leads", state=JobState.PENDING)
    assert NOW + timedelta(hours=8) < timer.run_at < NOW + timedelta(days=2)
    before = lead.score or 0
    score_at(timer.run_at, lead)
    assert lead.score == before - 1
    later = Job.objects.get(kind="scoring.score_leads", state=JobState.PENDING)
    assert later.run_at > timer.run_at
    assert Job.objects.get(pk=timer.pk).state == JobState.CANCELLED


def test_a_score_that_stands_still_has_no_timer(model: ScoringVersion) -> None:
    lead = kestrel(message="")
    schedule(score_leads, lead.pk, NOW + timedelta(days=1))
    score_at(NOW, lead)
    assert not Job.objects.filter(kind="scoring.score_leads", state=JobState.PENDING).exists()


def test_a_persons_answers_count(model: ScoringVersion) -> None:
    lead = kestrel()
    Answer.objects.create(lead=lead, criterion="authority", met=False)
    score_at(NOW, lead)
    assert (lead.points, lead.track) == (2, "ask")


@pytest.mark.parametrize("count", [1, 40])
def test_statements_do_not_grow_with_the_batch(model: ScoringVersion, count: int) -> None:
    from django.db import connection

    leads = [kestrel() for _ in range(count)]
    current_model()
    with CaptureQueriesContext(
        connection,
    ) as statements:
        score_leads([lead.pk for lead in leads])
    assert len(statements) <= 15, [query["sql"][:90] for query in statements]
    assert Receipt.objects.count() == count


def test_each_account_has_its_own_model(model: ScoringVersion) -> None:
    with scope(an_account("globex")) as other:
        publish_default_model(other, {"industries": ["Retail"], "countries": ["US"]})
        lead = kestrel()
        score_at(NOW, lead)
        assert lead.fit == 43  # 180 people and the firm's own domain: neither the industry nor the country
