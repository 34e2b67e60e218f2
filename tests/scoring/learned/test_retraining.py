"""What was learned grows old: a new model every month, in the shadow until somebody lets it score."""

from __future__ import annotations

from datetime import datetime, timedelta
from types import SimpleNamespace

import pytest

from events import drain
from events.models import Job, JobState, Notification
from events.record import SYSTEM
from leads.models import Lead
from scoring.learned import promoting
from scoring.learned.jobs import retrain_models
from scoring.models import LearnedModel, LearnedScore, ModelState
from tenancy import clock
from tenancy.scope import scope
from tests.factories import a_lead
from tests.scoring.learned.test_learning import a_history, trained

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def acme(scored_account: SimpleNamespace) -> SimpleNamespace:
    with scope(scored_account.account):
        a_history()
    return scored_account


def next_training() -> datetime:
    timer = Job.objects.get(kind="scoring.retrain_models", state=JobState.PENDING)
    at: datetime = timer.run_at
    return at


def a_month_later(acme: SimpleNamespace) -> None:
    with scope(acme.account):
        retrain_models([acme.account.pk])
    drain.drain()


def test_it_is_learned_anew_every_month_and_the_new_one_waits_in_the_shadow(acme: SimpleNamespace) -> None:
    model = trained(acme)
    with scope(acme.account):
        promoting.promote(model, by=SYSTEM)
        assert timedelta(days=29) < next_training() - clock.now() <= timedelta(days=30)
    a_month_later(acme)
    with scope(acme.account):
        states = dict(LearnedModel.objects.values_list("number", "state"))
        assert states == {1: ModelState.PROMOTED, 2: ModelState.SHADOW}
        assert LearnedModel.objects.get(number=2).fields == model.fields
        told = Notification.objects.filter(member_id=acme.ada.pk).order_by("created_at")
        assert [notice.path for notice in told] == ["settings/learned/"] * 2
        assert told[1].text.startswith("Learned model 2 is trained.")
        assert timedelta(days=29) < next_training() - clock.now()  # one clock, and it goes on


def test_a_shadow_that_never_scored_is_learned_anew_too_and_without_a_model_nothing_is(acme: SimpleNamespace) -> None:
    trained(acme)
    a_month_later(acme)
    with scope(acme.account):
        assert list(LearnedModel.objects.at_work().values_list("number", flat=True)) == [2]
        LearnedModel.objects.update(state=ModelState.RETIRED)
    a_month_later(acme)
    with scope(acme.account):
        assert LearnedModel.objects.count() == 2


def test_what_a_shadow_said_goes_with_it_and_the_new_one_says_its_word_on_every_open_lead(
    acme: SimpleNamespace,
) -> None:
    with scope(acme.account):
        leads = {a_lead().pk for _ in range(3)}
    trained(acme)
    a_month_later(acme)
    with scope(acme.account):
        assert set(LearnedScore.objects.values_list("lead_id", "model__number")) == {(lead, 2) for lead in leads}


def test_a_model_that_scores_again_after_a_roll_back_is_learned_anew(acme: SimpleNamespace) -> None:
    first = trained(acme)
    with scope(acme.account):
        promoting.promote(first, by=SYSTEM)
    second = trained(acme, ["industry"])
    with scope(acme.account):
        promoting.promote(second, by=SYSTEM)
        second.refresh_from_db()
        promoting.roll_back(second, by=SYSTEM)
    a_month_later(acme)
    with scope(acme.account):
        assert LearnedModel.objects.get(state=ModelState.SHADOW).fields == first.fields


def test_where_nothing_can_be_learned_any_more_the_next_month_comes_all_the_same(acme: SimpleNamespace) -> None:
    trained(acme)
    with scope(acme.account):
        Lead.objects.filter(status="lost").update(status="open", closed_at=None)
        retrain_models([acme.account.pk])
        assert LearnedModel.objects.count() == 1
        assert next_training() > clock.now()
