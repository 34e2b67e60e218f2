"""A promise waits for the customer, for so long and no longer."""

from __future__ import annotations

from datetime import datetime, timedelta
from types import SimpleNamespace

import pytest

from leads.models import Lead
from routing import pausing
from routing.jobs import start_timers, stop_timers
from routing.models import Breach, SlaPolicy
from tenancy import clock
from tests.routing.promises import MINUTE, TUESDAY, happened, pending, promised, timer_of, until

pytestmark = pytest.mark.usefixtures("rules", "in_scope")
DAY = timedelta(days=1)


def pause(lead: Lead, by: SimpleNamespace, minutes: float, until: datetime | None = None) -> datetime:
    with clock.at(TUESDAY + minutes * MINUTE):
        return pausing.pause(lead, by=by.rita.by, until=until, reason="They are asked for the seats")


def go_on(lead: Lead, minutes: float) -> None:
    with clock.at(TUESDAY + minutes * MINUTE):
        pausing.resume(lead)


def test_the_clock_stands_still_and_goes_on_with_what_was_left(rules: SimpleNamespace) -> None:
    lead = promised(owner=rules.rita)
    pause(lead, rules, 2)
    until(TUESDAY + 60 * MINUTE)
    assert happened(lead) == []
    lead.refresh_from_db()
    assert lead.first_response_due_at is None
    go_on(lead, 62)
    lead.refresh_from_db()
    assert lead.first_response_due_at == timer_of(lead).due_at == TUESDAY + 65 * MINUTE
    assert pending() == [TUESDAY + 63.75 * MINUTE]
    until(TUESDAY + 65 * MINUTE)
    assert happened(lead) == [("promise.reminded", 63.75), ("promise.broken", 65), ("promise.escalated", 65)]


def test_it_goes_on_by_itself_after_three_working_days(rules: SimpleNamespace) -> None:
    lead = promised(owner=rules.rita)
    assert pause(lead, rules, 2) == TUESDAY + 3 * DAY + 2 * MINUTE
    until(TUESDAY + 3 * DAY + 5 * MINUTE)
    assert happened(lead, "promise.resumed", "promise.broken") == [
        ("promise.resumed", 3 * 24 * 60 + 2),
        ("promise.broken", 3 * 24 * 60 + 5),
    ]


def test_pauses_add_up_to_the_limit(rules: SimpleNamespace) -> None:
    lead = promised(owner=rules.rita)
    pause(lead, rules, 1, until=TUESDAY + DAY + MINUTE)
    until(TUESDAY + DAY + MINUTE)
    assert timer_of(lead).paused_minutes == 8 * 60
    again = 24 * 60 + 2
    assert pause(lead, rules, again) == TUESDAY + 3 * DAY + 2 * MINUTE
    until(TUESDAY + 3 * DAY + 2 * MINUTE)
    with pytest.raises(pausing.CannotPause, match="as long as it may"):
        pause(lead, rules, 3 * 24 * 60 + 2)


def test_without_a_promise_there_is_nothing_to_pause(rules: SimpleNamespace) -> None:
    with pytest.raises(pausing.CannotPause, match="Nothing is promised"):
        pause(promised("low"), rules, 1)


def test_a_policy_may_forbid_it(rules: SimpleNamespace) -> None:
    SlaPolicy.objects.update(pause_days=0)
    lead = promised(owner=rules.rita)
    with pytest.raises(pausing.CannotPause, match="as long as it may"):
        pause(lead, rules, 1)


def test_an_answer_during_the_pause_keeps_the_promise_and_the_wait_is_not_counted(rules: SimpleNamespace) -> None:
    lead = promised(owner=rules.rita)
    pause(lead, rules, 2)
    with clock.at(TUESDAY + 30 * MINUTE):
        lead.log_activity(kind="call", outcome="spoke", by=rules.rita.by)
        stop_timers([lead.pk])
    timer = timer_of(lead)
    assert (timer.working_minutes, timer.wall_minutes, timer.broken_at) == (2, 30, None)
    assert not Breach.objects.exists()


def test_a_broken_promise_can_wait_too_and_its_ladder_waits_with_it(rules: SimpleNamespace) -> None:
    lead = promised(owner=rules.rita)
    until(TUESDAY + 6 * MINUTE)
    pause(lead, rules, 6)
    until(TUESDAY + 60 * MINUTE)
    go_on(lead, 66)
    timer = timer_of(lead)
    assert (timer.due_at, pending()) == (TUESDAY + 5 * MINUTE, [TUESDAY + 70 * MINUTE])


def test_another_tier_does_not_wake_it(rules: SimpleNamespace) -> None:
    lead = promised("high", owner=rules.rita)
    pause(lead, rules, 2)
    Lead.objects.filter(pk=lead.pk).update(tier="urgent")
    with clock.at(TUESDAY + 5 * MINUTE):
        start_timers([lead.pk])
    assert timer_of(lead).paused_at == TUESDAY + 2 * MINUTE
