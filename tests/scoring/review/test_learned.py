"""A review says of each model at work whether it keeps its word, where it does not, and whether other leads come."""

from __future__ import annotations

from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from events import drain
from events.record import SYSTEM
from leads.models import Lead
from scoring.learned import learning, promoting
from scoring.learned.past import past
from scoring.learned.weights import Weights
from scoring.models import LearnedModel, LearnedScore
from scoring.review import deciding
from scoring.review.learned import how_models_did
from scoring.review.looking import look
from tenancy import clock
from tenancy.scope import scope
from tests.scoring.learned.test_learning import a_history

pytestmark = pytest.mark.django_db(transaction=True)
FIELDS = ["industry", "headcount"]


@pytest.fixture
def acme(scored_account: SimpleNamespace) -> SimpleNamespace:
    """A model learned from 260 leads, scores leads, and 260 more were closed since; it had said its word on each."""
    with scope(scored_account.account):
        a_history()
        asked = learning.ask_for_model(FIELDS, by=SYSTEM)
    drain.drain()
    with scope(scored_account.account):
        promoting.promote(LearnedModel.objects.get(pk=asked.pk), by=SYSTEM)
        closed = list(Lead.objects.exclude(closed_at=None).values_list("pk", flat=True))
        a_history(seed=2)
        Lead.objects.exclude(closed_at=None).filter(pk__in=closed).update(closed_at=clock.now() - timedelta(days=50))
        Lead.objects.exclude(closed_at=None).exclude(pk__in=closed).update(closed_at=clock.now() - timedelta(days=1))
        LearnedModel.objects.update(trained_at=clock.now() - timedelta(days=40))
    return scored_account


def said_its_word(added: float = 0.0) -> None:
    model = LearnedModel.objects.get()
    weights = Weights.from_json(model.weights)
    rows = [(one.lead_id, min(weights.chance(one.facts) + added, 1)) for one in past()]
    LearnedScore.objects.bulk_create(
        [LearnedScore(model=model, lead_id=pk, chance=round(10_000 * chance), rules=30) for pk, chance in rows]
    )


def the_model() -> dict[str, Any]:
    [one] = how_models_did(past())
    return one


def test_a_model_that_does_as_it_promised_is_left_in_peace(acme: SimpleNamespace) -> None:
    with scope(acme.account):
        said_its_word()
        one = the_model()
    assert (one["promoted"], one["since"]["n"], one["since"]["broken"]) == (True, 260, [])
    assert (one["groups"], one["moved"]) == ([], [])


def test_a_model_that_promises_too_much_is_told_of_and_admins_hear_of_it(acme: SimpleNamespace) -> None:
    with scope(acme.account):
        said_its_word(added=0.25)
        [words] = the_model()["since"]["broken"]
        assert words.startswith("It promised that ")
    look(acme.account, acme.model.pk)
    with scope(acme.account):
        newest = deciding.newest_review()
        assert newest
        assert "model 1" in newest.findings["keys"]


def test_leads_of_another_kind_are_named_by_field_and_value(acme: SimpleNamespace) -> None:
    with scope(acme.account):
        logistics = Lead.objects.filter(company__industry="logistics", closed_at__gt=clock.now() - timedelta(days=2))
        logistics.filter(status="won").update(status="lost")
        one = the_model()
    assert ("Industry", "Logistics") in [(group["label"], group["value"]) for group in one["groups"]]


def test_a_new_market_shows_as_a_field_that_moved(acme: SimpleNamespace) -> None:
    with scope(acme.account):
        other = Lead.objects.filter(company__industry="retail").exclude(closed_at=None).first()
        assert other
        new = Lead.objects.filter(closed_at__gt=clock.now() - timedelta(days=2))
        new.update(company_id=other.company_id)
        one = the_model()
    assert "Industry" in [field["label"] for field in one["moved"]]


def test_before_anything_was_closed_it_says_that_it_is_too_early(acme: SimpleNamespace) -> None:
    with scope(acme.account):
        one = the_model()
    assert one["since"]["sentence"].startswith("0 won and 0 lost leads were closed since it was trained.")
