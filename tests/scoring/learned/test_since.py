"""Whether a model keeps its word, by the leads that were closed since it was trained."""

from __future__ import annotations

import random
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from leads.models import Lead
from scoring.jobs import score_leads
from scoring.learned.since import Since, TooEarly, broken_words, judged, since
from scoring.models import LearnedModel, LearnedScore
from tenancy import clock
from tenancy.scope import scope
from tests.factories import a_lead

TRIAL: dict[str, Any] = {"model": {"auc": {"value": 0.8}}}


def leads(count: int, honest: float = 1.0, seed: int = 3) -> tuple[list[float], list[int], list[bool]]:
    """Promised chances, scores by rules that know nothing, and outcomes of which `honest` follow the promises."""
    dice = random.Random(seed)
    promised = [dice.random() ** 2 for _ in range(count)]
    won = [dice.random() < (chance if dice.random() < honest else 1 / 3) for chance in promised]
    return promised, [dice.randint(0, 100) for _ in range(count)], won


def test_a_model_that_keeps_its_word_is_said_to() -> None:
    found = judged(*leads(600))
    assert isinstance(found, Since)
    assert (found.n, found.won) == (600, sum(leads(600)[2]))
    assert found.auc.value > 0.75 > found.rules
    assert broken_words(found, TRIAL) == []


def test_one_that_promises_too_much_is_told_of() -> None:
    promised, rules, won = leads(600)
    found = judged([min(chance + 0.2, 1) for chance in promised], rules, won)
    assert isinstance(found, Since)
    [words] = broken_words(found, None)
    assert words.startswith("It promised that ")


def test_one_that_tells_buyers_apart_no_more_is_told_of() -> None:
    found = judged(*leads(600, honest=0))
    assert isinstance(found, Since)
    [words] = broken_words(found, TRIAL)
    assert "worse than in its trial" in words


@pytest.mark.parametrize(("won", "lost"), [(19, 300), (300, 19), (0, 0)])
def test_too_few_outcomes_say_nothing(won: int, lost: int) -> None:
    found = judged([0.5] * (won + lost), [50] * (won + lost), [True] * won + [False] * lost)
    assert found == TooEarly(won, lost)
    assert f"{won} won and {lost} lost leads" in found.sentence


@pytest.mark.django_db(transaction=True)
def test_only_leads_that_were_closed_since_count_each_by_what_was_said_of_it_last(
    scored_account: SimpleNamespace,
) -> None:
    with scope(scored_account.account):
        now = clock.now()
        weights: dict[str, Any] = {"intercept": 0.0, "terms": []}
        model = LearnedModel.objects.create(number=1, state="shadow", weights=weights, tiers={}, trained_at=now)
        old, new, open_one = a_lead(), a_lead(), a_lead()
        score_leads([lead.pk for lead in (old, new, open_one)])
        assert LearnedScore.objects.count() == 3
        Lead.objects.filter(pk=old.pk).update(status="won", closed_at=now - timedelta(days=1))
        Lead.objects.filter(pk=new.pk).update(status="lost", closed_at=now + timedelta(days=1))
        assert since(model) == TooEarly(0, 1)
