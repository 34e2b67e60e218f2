"""Up the ladder: reminded, broken, told, given away; each rung once, at its minute, in order."""

from __future__ import annotations

from datetime import timedelta
from types import SimpleNamespace

import pytest

from events.models import Job, JobState
from leads.models import Lead
from routing.jobs import climb_timers, stop_timers
from routing.models import Breach, Decision, Pool, PoolMember, SlaPolicy
from routing.reasons import Reason
from routing.reassignment import reassign
from tenancy import clock
from tests.routing.promises import MINUTE, TUESDAY, happened, pending, promised, ring, timer_of, until

pytestmark = pytest.mark.usefixtures("rules", "in_scope")
HOUR = 60 * MINUTE


def owner_of(lead: Lead) -> str:
    return str(Lead.objects.select_related("owner").get(pk=lead.pk).owner)


def test_nobody_answers(rules: SimpleNamespace) -> None:
    lead = promised(owner=rules.rita)
    until(TUESDAY + HOUR)
    assert happened(lead) == [
        ("promise.reminded", 3.75),
        ("promise.broken", 5),
        ("promise.escalated", 5),
        ("promise.escalated", 10),
        ("lead.assigned", 10),
        ("lead.assigned", 15),
    ]
    assert pending() == []
    assert timer_of(lead).climbed == 6


def test_the_lead_goes_to_who_has_not_had_it_and_back_only_when_there_is_nobody_else(rules: SimpleNamespace) -> None:
    lead = promised(owner=rules.rita)
    until(TUESDAY + 12 * MINUTE)
    assert owner_of(lead) == "Raj"
    until(TUESDAY + HOUR)
    assert owner_of(lead) == "Rita"
    first, second = Decision.objects.filter(lead=lead).order_by("decided_at")
    assert first.sentence.startswith("Rita had not answered in time. “Everybody in turn”:")
    assert (first.body["because"], second.body["because"]) == ("unanswered", "unanswered")
    assert (first.reason, first.body["before"], second.body["before"]) == ("routed", "Rita", "Raj")
    had = {one["name"]: one["why"] for one in second.body["candidates"]}
    assert had["Raj"] == "had it already"


def test_a_lead_stays_where_it_is_while_nobody_can_take_it(rules: SimpleNamespace) -> None:
    lead = promised(owner=rules.rita)
    with clock.at(TUESDAY):
        PoolMember.objects.create(pool=Pool.objects.get(), member=rules.raj, paused_at=TUESDAY)
    until(TUESDAY + HOUR)
    assert owner_of(lead) == "Rita"
    assert not Decision.objects.filter(lead=lead).exists()


def test_an_answer_stops_the_ladder_before_and_after_the_breach(rules: SimpleNamespace) -> None:
    early, late = promised(owner=rules.rita), promised(owner=rules.raj)
    for lead, minutes in ((early, 3), (late, 7)):
        until(TUESDAY + minutes * MINUTE)
        with clock.at(TUESDAY + minutes * MINUTE):
            lead.log_activity(kind="call", outcome="spoke", by=rules.rita.by)
            stop_timers([lead.pk])
    until(TUESDAY + HOUR)
    assert happened(early) == []
    assert [kind for kind, _ in happened(late)] == ["promise.reminded", "promise.broken", "promise.escalated"]
    assert (timer_of(early).working_minutes, timer_of(early).wall_minutes) == (3, 3)
    assert (timer_of(late).working_minutes, timer_of(late).broken_at) == (7, TUESDAY + 5 * MINUTE)
    breach = Breach.objects.get()
    assert (breach.settled, breach.lead_id) == ("answered", late.pk)


def test_an_answer_that_is_not_settled_yet_stops_it_too(rules: SimpleNamespace) -> None:
    lead = promised(owner=rules.rita)
    with clock.at(TUESDAY + 2 * MINUTE):
        lead.log_activity(kind="call", outcome="spoke", by=rules.rita.by)
    ring(TUESDAY + 5 * MINUTE)
    assert happened(lead) == []


def test_attempts_and_automatic_mail_stop_no_ladder(rules: SimpleNamespace) -> None:
    lead = promised(owner=rules.rita)
    with clock.at(TUESDAY + MINUTE):
        lead.log_activity(kind="call", outcome="no_answer", by=rules.rita.by)
        lead.log_activity(kind="email", automatic=True, by=rules.rita.by)
        stop_timers([lead.pk])
    until(TUESDAY + 5 * MINUTE)
    assert [kind for kind, _ in happened(lead)] == ["promise.reminded", "promise.broken", "promise.escalated"]


def test_a_rung_is_never_climbed_early_nor_twice(rules: SimpleNamespace) -> None:
    lead = promised(owner=rules.rita)
    timer = timer_of(lead)
    for at in (timer.risk_at - timedelta(microseconds=1), timer.risk_at, timer.risk_at, timer.risk_at + MINUTE):
        with clock.at(at):
            climb_timers([timer.pk])
    assert happened(lead) == [("promise.reminded", 3.75)]
    assert Job.objects.filter(kind=climb_timers.name, state=JobState.PENDING).count() == 1


def test_after_an_outage_what_was_missed_comes_in_order_and_the_next_owner_has_a_whole_window(
    rules: SimpleNamespace,
) -> None:
    lead = promised(owner=rules.rita)
    ring(TUESDAY + 60 * MINUTE)  # nobody was there to ring for an hour
    assert happened(lead) == [
        ("promise.broken", 60),  # who would be reminded of what is broken is not
        ("promise.escalated", 60),
        ("promise.escalated", 60),
        ("lead.assigned", 60),
    ]
    assert timer_of(lead).broken_at == TUESDAY + 5 * MINUTE
    assert pending() == [TUESDAY + 65 * MINUTE]
    until(TUESDAY + 2 * HOUR)
    assert happened(lead)[-1] == ("lead.assigned", 65)


def test_two_missed_windows_reach_the_manager_also_by_a_ladder_without_rungs(rules: SimpleNamespace) -> None:
    SlaPolicy.objects.update(ladder=[])
    lead = promised(owner=rules.rita)
    until(TUESDAY + HOUR)
    assert happened(lead) == [("promise.broken", 5), ("promise.escalated", 10)]
    assert Breach.objects.get().windows == 2


def test_who_was_given_the_lead_by_a_person_has_a_whole_window_before_it_goes_on(rules: SimpleNamespace) -> None:
    lead = promised(owner=rules.rita)
    until(TUESDAY + 9 * MINUTE)
    with clock.at(TUESDAY + 9 * MINUTE):
        reassign(lead, rules.raj, reason=Reason.LOAD, by=rules.max.by)
    until(TUESDAY + HOUR)
    assert [at for kind, at in happened(lead) if kind == "lead.assigned"] == [9, 14, 19]
    assert timer_of(lead).due_at == TUESDAY + 5 * MINUTE


def test_before_it_is_due_a_new_owner_changes_nothing(rules: SimpleNamespace) -> None:
    lead = promised(owner=rules.rita)
    until(TUESDAY + 4 * MINUTE)
    with clock.at(TUESDAY + 4 * MINUTE):
        reassign(lead, rules.raj, reason=Reason.LOAD, by=rules.max.by)
    until(TUESDAY + HOUR)
    assert [at for kind, at in happened(lead) if kind == "lead.assigned"] == [4, 10, 15]


def test_many_at_once_cost_a_constant_number_of_statements(
    rules: SimpleNamespace, django_assert_max_num_queries: object
) -> None:
    for _ in range(2):  # the first seats everybody
        promised(owner=rules.rita)
        few = statements(django_assert_max_num_queries, TUESDAY + 10 * MINUTE)
    for _ in range(30):
        promised(owner=rules.rita)
    assert statements(django_assert_max_num_queries, TUESDAY + 10 * MINUTE) == few


def statements(counting: object, at: object) -> int:
    with counting(60) as counted:  # type: ignore[operator]
        ring(at)  # type: ignore[arg-type]
    return len(counted)
