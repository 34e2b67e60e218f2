"""A model that learns from engagement: as it was before the outcome, and with a score that follows it by itself."""

from __future__ import annotations

from datetime import timedelta
from types import SimpleNamespace

import pytest

from events import drain
from events.models import Job, JobState
from events.record import PROSPECT, SYSTEM
from leads.models import Lead
from scoring.engagement import Sent, join_visitor, receive
from scoring.jobs import score_leads
from scoring.learned import learning, promoting
from scoring.learned.past import past
from scoring.learned.showing import choices
from scoring.learned.weights import as_score
from scoring.models import LearnedModel, LearnedScore, Signal
from tenancy import clock
from tenancy.scope import scope
from tests.factories import a_lead
from tests.scoring.learned.test_learning import BEGAN, FIELDS, a_history, newest_receipt

pytestmark = pytest.mark.django_db(transaction=True)
ENGAGED = [*FIELDS, "seen.pricing_page", "seen.last"]
CLOSED = BEGAN + timedelta(days=30)


def a_closed_lead() -> Lead:
    lead = a_lead(captured_at=BEGAN)
    Lead.objects.filter(pk=lead.pk).update(status="won", closed_at=CLOSED)
    return lead


def test_what_was_seen_is_learned_as_it_was_before_the_outcome(scored_account: SimpleNamespace) -> None:
    with scope(scored_account.account):
        lead = a_closed_lead()
        for days in (-5, -3, 0, 4):  # two before it was closed, one while, one after
            at = CLOSED + timedelta(days=days)
            Signal.objects.create(lead=lead, kind="page_view", url="/pricing", occurred_at=at)
        Signal.objects.create(lead=lead, kind="download", bot=True, occurred_at=CLOSED - timedelta(days=1))
        [one] = past()
    assert (one.facts["seen.pricing_page"], one.facts["seen.download"]) == (2, 0)
    assert one.facts["seen.last"] == "within a week"


def test_a_browser_that_we_met_after_the_outcome_tells_nothing_of_before(scored_account: SimpleNamespace) -> None:
    with scope(scored_account.account):
        lead = a_closed_lead()
        before = CLOSED - timedelta(days=2)
        receive([Sent("page_view", before, visitor=name, url="/pricing") for name in ("early", "late")], by=PROSPECT)
        for name, met_at in (("early", before), ("late", CLOSED + timedelta(days=1))):
            with clock.at(met_at):
                join_visitor(name, lead)
        assert Signal.objects.filter(lead=lead).count() == 2
        [one] = past()
    assert one.facts["seen.pricing_page"] == 1


def test_a_thousand_closed_leads_take_as_few_statements_as_one(
    scored_account: SimpleNamespace, django_assert_max_num_queries: object
) -> None:
    with scope(scored_account.account):
        a_history(30)
        with django_assert_max_num_queries(6):  # type: ignore[operator]
            assert len(past()) == 30


@pytest.fixture
def engaged(scored_account: SimpleNamespace) -> SimpleNamespace:
    """Who looked at the pricing page bought, mostly; of those who did not a few."""
    with scope(scored_account.account):
        a_history()
        looked = [
            Signal(lead=lead, kind="page_view", url="/pricing", occurred_at=lead.closed_at - timedelta(days=3))
            for at, lead in enumerate(Lead.objects.exclude(closed_at=None))
            if (lead.status == "won") == (at % 10 > 2)
        ]
        Signal.objects.bulk_create(looked)
        scored_account.model = learning.ask_for_model(ENGAGED, by=SYSTEM)
    drain.drain()
    with scope(scored_account.account):
        scored_account.model = LearnedModel.objects.get()
    return scored_account


def test_admins_choose_engagement_among_the_fields(engaged: SimpleNamespace) -> None:
    with scope(engaged.account):
        offered = {one.name: one for one in choices()}
        assert offered["seen.pricing_page"].label == "Views of the pricing page in 90 days"
        assert offered["seen.pricing_page"].chosen
        assert "seen.call" not in offered  # nobody ever called


def test_a_signal_moves_the_learned_score_and_the_receipt_says_so_in_words(engaged: SimpleNamespace) -> None:
    with scope(engaged.account):
        promoting.promote(engaged.model, by=SYSTEM)
        lead = a_lead(industry="Logistics", headcount=200, country="DE")
        score_leads([lead.pk])
        before = Lead.objects.get(pk=lead.pk).score or 0
        receive([Sent("page_view", clock.now(), lead=lead.public_id, url="https://acme.example/pricing")], by=PROSPECT)
    drain.drain()
    with scope(engaged.account):
        after, body = Lead.objects.get(pk=lead.pk), newest_receipt(lead).body
        assert (after.score or 0) > before + 10
        assert after.score == as_score(round(sum(line["points"] for line in body["contributions"]), 4))
        labels = [line["label"] for line in body["contributions"]]
        assert "Views of the pricing page in 90 days" in labels
        assert LearnedScore.objects.get(lead=lead).chance > 100 * before


def test_time_alone_moves_it_too_and_a_job_is_due_at_that_moment(engaged: SimpleNamespace) -> None:
    with scope(engaged.account):
        promoting.promote(engaged.model, by=SYSTEM)
        lead, seen_at = a_lead(industry="Logistics", message=""), clock.now()
        Signal.objects.create(lead=lead, kind="reply", occurred_at=seen_at)  # which no rule gives points for
        with clock.at(seen_at):
            score_leads([lead.pk])
        timer = Job.objects.get(kind="scoring.score_leads", subject_id=lead.pk, state=JobState.PENDING)
        assert timer.run_at == seen_at + timedelta(days=2)
        before = newest_receipt(lead).body["contributions"]
        with clock.at(timer.run_at):
            score_leads([lead.pk])
        assert newest_receipt(lead).body["contributions"] != before
