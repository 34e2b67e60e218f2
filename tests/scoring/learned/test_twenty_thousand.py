"""A long history is learned from in seconds: values are looked at once each, and leads are read by the thousand."""

from __future__ import annotations

from datetime import timedelta
from time import process_time
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st

from events.record import SYSTEM
from scoring.current import starting_model
from scoring.learned import learning, past
from scoring.learned.encoding import matrix, plan
from scoring.learned.leaks import leaks
from scoring.learned.training import train
from scoring.learned.trial import try_out
from scoring.learned.values import Coded
from scoring.models import LearnedModel, ModelState
from scoring.scorecard import points
from tenancy import clock
from tenancy.scope import scope
from tests.scoring.learned.history import generated
from tests.scoring.learned.test_learning import FIELDS, a_history

values = st.one_of(
    st.none(), st.booleans(), st.integers(0, 5), st.sampled_from([1.0, 2.5, "a", "A ", "b", "1", ""]),
    st.lists(st.sampled_from("abc"), max_size=3),
)  # fmt: skip


def test_twenty_thousand_closed_leads_are_learned_from_within_the_limits_of_a_job() -> None:
    """Jobs are stopped after 50 seconds. What is measured is our own time, not that of others on the machine."""
    rows, won = generated(20_000)
    fields, began = list(rows[0]), process_time()
    leaks(rows, won, fields)
    trial = try_out(rows, won, fields)
    train(rows, won, fields)
    assert process_time() - began < 15
    assert trial.tried_on == 6000


@given(st.lists(values, min_size=1, max_size=40))
def test_looking_at_each_value_once_changes_nothing(known: list[Any]) -> None:
    coded = Coded.of(known)
    back = [coded.values[code] for code in coded.codes]
    assert [(value.__class__, value) for value in back] == [(value.__class__, value) for value in known]
    assert coded.counts.sum() == len(known)


@given(st.lists(st.tuples(values, values), min_size=2, max_size=40))
def test_the_matrix_is_each_leads_own_shares(told: list[tuple[Any, Any]]) -> None:
    rows = [{"one": one, "two": two} for one, two in told]
    plans = [made for name in ("one", "two") if (made := plan(name, [row[name] for row in rows], 2))]
    wanted = [[one.shares(row).get(column, 0.0) for one in plans for column in one.columns] for row in rows]
    assert np.array_equal(matrix(plans, rows), np.array(wanted).reshape(len(rows), -1))


@pytest.mark.django_db(transaction=True)
class TestInTheDatabase:
    def test_a_thousand_leads_are_read_in_a_few_statements(
        self, scored_account: SimpleNamespace, monkeypatch: pytest.MonkeyPatch, django_assert_max_num_queries: Any
    ) -> None:
        monkeypatch.setattr(past, "CHUNK", 100)
        with scope(scored_account.account):
            a_history(250)
            with django_assert_max_num_queries(3 * 4 + 4):
                assert len(past.past()) == 250

    def test_rules_say_the_same_of_each_lead_as_if_it_were_the_only_one(self, scored_account: SimpleNamespace) -> None:
        with scope(scored_account.account):
            a_history(40)
            model = starting_model()
            assert model
            history = past.past(also=model.asks)
            alone = [points(model, one.facts, {}, one.life.closed_at) for one in history]
            assert learning.scores_by(model, history) == alone
            assert len(set(alone)) > 3

    def test_a_training_that_came_to_no_end_is_in_nobodys_way(self, scored_account: SimpleNamespace) -> None:
        with scope(scored_account.account):
            a_history(260)
            stuck = learning.ask_for_model(FIELDS, by=SYSTEM)
            with clock.at(clock.now() + timedelta(minutes=59)), pytest.raises(ValidationError, match="trained already"):
                learning.ask_for_model(FIELDS, by=SYSTEM)
            with clock.at(clock.now() + timedelta(minutes=61)):
                anew = learning.ask_for_model(FIELDS, by=SYSTEM)
            stuck.refresh_from_db()
            assert (stuck.state, stuck.refusal) == (ModelState.REFUSED, learning.NO_END)
            assert LearnedModel.objects.get(state=ModelState.TRAINING) == anew
