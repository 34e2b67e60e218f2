"""What the product says of qualifying and scoring, where it takes more than one app to be true."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from events import drain
from leads.capture import capture
from leads.models import Lead, Source
from pipeline.models import Deal, Stage
from scoring.models import Receipt
from scoring.tiers import Tier, is_strong, is_weak
from tenancy.scope import scope
from tests.factories import a_key
from workspace.opening import Opened, open_account

pytestmark = pytest.mark.django_db(transaction=True)
JONAS: dict[str, Any] = {"name": "Jonas Weidmann", "email": "jonas@kestrel.example", "company": "Kestrel"}
STRONG: dict[str, Any] = JONAS | {
    "industry": "Logistics",
    "headcount": 180,
    "country": "DE",
    "tech_stack": ["SAP"],
    "job_title": "Head of IT",
    "timeline_days": 20,
    "message": "Please send us a quote for a desk that answers day and night at all three sites.",
}


@pytest.fixture
def opened(transactional_db: None) -> Opened:
    return open_account("Acme", "ada@acme.example", "correct-horse-7-battery")


def arrived(opened: Opened, facts: dict[str, Any]) -> Lead:
    """The lead, after everything that follows its arrival."""
    with scope(opened.account):
        source = Source.objects.get(name="Website")
        lead = capture(facts, source=source, channel="api", by=opened.member.by).lead
    drain.drain_inside()
    with scope(opened.account):
        found: Lead = Lead.objects.select_related("owner").get(pk=lead.pk)
        return found


def test_while_facts_are_unknown_the_lead_is_owned_its_clock_runs_its_deal_stands_and_a_question_is_asked(
    opened: Opened,
) -> None:
    unknown = {"job_title": "", "timeline_days": None}  # who decides, and by when
    lead = arrived(opened, STRONG | unknown)
    with scope(opened.account):
        first = Stage.objects.order_by("pipeline__position", "position")[0]
        assert (lead.track, lead.points) == ("ask", 2)
        assert lead.owner == opened.member
        assert lead.first_response_due_at
        assert Deal.objects.get(lead=lead).stage == first
        question = Receipt.objects.filter(lead=lead).latest("scored_at").body["question"]
        assert question["fact"] in unknown | {"seniority": ""}


def test_the_gate_stands_before_the_active_pipeline_and_three_of_four_open_it(opened: Opened) -> None:
    strong = arrived(opened, STRONG | {"timeline_days": None})
    assert (strong.points, strong.points_of, strong.track) == (3, 4, "active")


def test_everything_is_weighed_anew_when_a_fact_changes(opened: Opened) -> None:
    lead = arrived(opened, STRONG)
    assert lead.track == "active"
    before = lead.score
    with scope(opened.account):
        lead.change({"timeline_days": 200}, by=opened.member.by)
    drain.drain_inside()
    with scope(opened.account):
        after = Lead.objects.get(pk=lead.pk)
    assert (after.track, after.timing) == ("nurture", 13)
    assert after.score == (before or 0) - 13


def test_no_timing_is_nurture_whatever_the_total(opened: Opened) -> None:
    late = arrived(opened, STRONG | {"timeline_days": 91})
    assert (late.track, late.points) == ("nurture", 3)
    assert (late.score or 0) > 60


def test_the_four_sub_scores_stand_apart_from_the_total_at_every_door(opened: Opened, client: Client) -> None:
    lead = arrived(opened, STRONG)
    with scope(opened.account):
        key = a_key()
    said = client.get(f"/api/v1/leads/{lead.public_id}/receipt/", headers={"Authorization": f"Bearer {key}"}).json()
    ours = {"fit": lead.fit, "intent": lead.intent, "authority": lead.authority, "timing": lead.timing}
    assert said["sub_scores"] == ours
    assert said["score"] == lead.score != sum(value or 0 for value in ours.values())


@pytest.mark.parametrize(
    ("sub", "strong", "weak"), [(39, False, True), (40, False, False), (59, False, False), (60, True, False)]
)
def test_a_sub_score_is_strong_from_60_and_weak_below_40(sub: int, strong: bool, weak: bool) -> None:
    assert (is_strong(sub), is_weak(sub)) == (strong, weak)


def test_each_tier_has_its_required_action() -> None:
    assert {tier.value: tier.action for tier in Tier} == {
        "urgent": "Contact within 5 minutes",
        "high": "Contact the same day",
        "medium": "Structured sequence",
        "low": "Automated nurture",
    }


def test_reps_see_the_label_first_and_the_number_on_demand(opened: Opened, client: Client) -> None:
    lead = arrived(opened, STRONG)
    client.force_login(opened.user)
    page = client.get(f"/acme/leads/{lead.public_id}/").content.decode()
    assert f"{lead.tier.capitalize()}" in page
    tier = page.partition('class="tier')[2].partition("</span>")[0]
    assert str(lead.score) in tier  # in its title and for screen readers, not beside the word


def test_the_best_next_question_stands_in_the_call_script(opened: Opened, client: Client) -> None:
    lead = arrived(opened, STRONG | {"timeline_days": None})
    client.force_login(opened.user)
    with scope(opened.account):
        question = Receipt.objects.filter(lead=lead).latest("scored_at").body["question"]["text"]
    page = client.get("/acme/today/").content.decode()
    assert f"<strong>Ask:</strong> {question}" in page
