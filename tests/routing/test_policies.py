"""Which promise a lead has: for each clock the first policy in order whose condition it meets."""

from __future__ import annotations

from importlib import import_module
from types import SimpleNamespace
from typing import Any

import pytest

from events.record import SYSTEM
from leads.catalogue import catalogue
from leads.conditions import matches, validate
from leads.models import Lead
from routing import policies
from routing.jobs import renew_timers, start_timers, stop_timers
from routing.models import Clock, SlaPolicy, Timer
from tenancy import clock
from tenancy.scope import scope
from tests.factories import a_lead, a_source
from tests.routing.promises import MINUTE, TUESDAY, pending, promised, timer_of

pytestmark = pytest.mark.usefixtures("rules", "in_scope")


def a_policy(name: str, **columns: Any) -> SlaPolicy:
    made: SlaPolicy = SlaPolicy.objects.create(name=name, **{"position": 0, "due_minutes": 30, **columns})
    return made


def is_(field: str, value: Any) -> dict[str, Any]:
    return {"field": field, "operator": "is", "value": value}


def test_the_first_in_order_that_matches_counts_for_each_clock() -> None:
    a_policy("Referrals", condition=is_("source_kind", "referral"), due_minutes=15)
    a_policy("First try", clock=Clock.FIRST_ATTEMPT, condition=is_("tier", "urgent"), due_minutes=2)
    referred = promised("urgent", source=a_source("Friends", "referral"))
    other = promised("urgent")
    assert timer_of(referred).due_at == TUESDAY + 15 * MINUTE
    assert timer_of(other).due_at == TUESDAY + 5 * MINUTE
    assert timer_of(referred, Clock.FIRST_ATTEMPT).due_at == TUESDAY + 2 * MINUTE
    assert timer_of(referred, Clock.FIRST_ATTEMPT).policy.name == "First try"


def test_a_try_keeps_the_attempt_and_not_the_answer(rules: SimpleNamespace) -> None:
    a_policy("First try", clock=Clock.FIRST_ATTEMPT, due_minutes=10)
    lead = promised("urgent", owner=rules.rita)
    with clock.at(TUESDAY + MINUTE):
        lead.log_activity(kind="call", outcome="no_answer", by=rules.rita.by)
        stop_timers([lead.pk])
    tried, answer = timer_of(lead, Clock.FIRST_ATTEMPT), timer_of(lead)
    assert (tried.kept_at, tried.owner, answer.kept_at) == (TUESDAY + MINUTE, rules.rita, None)
    assert pending() == [answer.risk_at]


def test_who_spoke_has_tried(rules: SimpleNamespace) -> None:
    a_policy("First try", clock=Clock.FIRST_ATTEMPT, due_minutes=10)
    lead = promised("urgent", owner=rules.rita)
    with clock.at(TUESDAY + MINUTE):
        lead.log_activity(kind="call", direction="in", outcome="spoke", by=rules.rita.by)
        stop_timers([lead.pk])
    assert [timer.kept_at for timer in Timer.objects.all()] == [TUESDAY + MINUTE] * 2


def test_what_is_promised_by_a_change_is_promised_from_then_on() -> None:
    a_policy("Germans", condition=is_("country", "DE"), due_minutes=60)
    lead = promised("low")
    assert not Timer.objects.exists()
    lead.change({"country": "DE"}, by=SYSTEM)
    with clock.at(TUESDAY + 20 * MINUTE):
        renew_timers([lead.pk])
    assert timer_of(lead).due_at == TUESDAY + 80 * MINUTE


def test_a_change_just_after_capture_is_part_of_it() -> None:
    a_policy("Germans", condition=is_("country", "DE"), due_minutes=60)
    lead = a_lead(tier="low", captured_at=TUESDAY, country="DE")
    with clock.at(TUESDAY + MINUTE / 2):
        renew_timers([lead.pk])
    assert timer_of(lead).due_at == TUESDAY + 60 * MINUTE


def test_a_retired_policy_promises_no_more_and_its_promises_run_on(rules: SimpleNamespace) -> None:
    urgent = SlaPolicy.objects.get(name="Answer within 5 minutes")
    before = promised("urgent")
    policies.retire(urgent, by=rules.ada.by)
    after = promised("urgent")
    assert timer_of(before).is_running
    assert not Timer.objects.filter(lead=after).exists()
    policies.bring_back(urgent, by=rules.ada.by)
    with clock.at(TUESDAY):
        start_timers([after.pk])
    assert timer_of(after).due_at == TUESDAY + 5 * MINUTE


def test_policies_keep_their_order(rules: SimpleNamespace) -> None:
    new = policies.put(SlaPolicy(name="Last", due_minutes=1), by=rules.ada.by)
    assert [one.name for one in policies.in_order()][-1] == "Last"
    policies.put_at(new, 2, by=rules.ada.by)
    assert [one.name for one in policies.in_order()][:3] == [
        "Answer within 5 minutes",
        "Last",
        "Answer by the end of the working day",
    ]
    assert [one.position for one in policies.in_order()] == [1, 2, 3, 4, 5]


def test_an_account_without_working_time_promises_nothing(rules: SimpleNamespace) -> None:
    rules.account.working = {"week": [[]] * 7}
    rules.account.save()
    with scope(rules.account):
        lead = promised("urgent")
        assert not Timer.objects.filter(lead=lead).exists()
    assert Lead.objects.count() == 1


def test_promises_of_tiers_become_promises_by_condition() -> None:
    before = import_module("routing.migrations.0005_promises_by_condition")
    urgent, high = before.condition_of("urgent"), before.condition_of("high")
    known = catalogue()
    validate(urgent, known)
    validate(high, known)
    strong = dict.fromkeys(("fit", "intent", "authority", "timing"), 60)
    assert [matches(tree, {"tier": "medium", **strong}, TUESDAY) for tree in (urgent, high)] == [False, True]
    timer = promised("urgent").timers.get()
    assert [rung["do"] for rung in before.rungs_of(timer)] == ["remind", "break", "tell_manager"]
