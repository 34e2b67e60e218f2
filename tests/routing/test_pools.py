"""Pools in the database: capacity, weights, calendars and credits as routing meets them."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from events.jobs import HANDLERS
from events.kinds import Kind
from events.models import Event, Job, JobState, Notification
from events.record import SYSTEM, record
from leads.models import Lead
from routing import assignment
from routing.jobs import credit_turns, raise_alarms, route_unrouted_leads
from routing.models import Action, Closed, Decision, Leave, PoolMember, Roster, Territory
from tenancy import clock
from tests.factories import a_lead, a_member
from tests.routing.published import EVERY_LEAD, a_pool, publish, to_pool

pytestmark = pytest.mark.usefixtures("rules", "in_scope")
NIGHT = datetime(2026, 3, 17, 23, 0, tzinfo=UTC)


def route(*leads: Lead) -> list[Decision]:
    return assignment.route([lead.pk for lead in leads], by=SYSTEM)


def some(number: int, **facts: Any) -> list[Lead]:
    return [a_lead(**facts) for _ in range(number)]


def owners(decisions: list[Decision]) -> Counter[str]:
    return Counter(one.body["member"] or one.reason for one in decisions)


def test_open_leads_fill_a_seat_and_the_fallback_alarms(rules: SimpleNamespace) -> None:
    for lead in some(2):
        Lead.objects.filter(pk=lead.pk).update(owner=rules.rita)
    desk = a_pool("Desk", (rules.rita, {"capacity_open": 3}), (rules.raj, {"capacity_open": 1}))
    publish(to_pool("Desk", desk), fallback={"label": "On call", "action": Action.MEMBER, "member": rules.max})
    made = route(*some(4))
    assert owners(made) == {"Rita": 1, "Raj": 1, "Max": 2}
    fell = Event.objects.filter(kind=Kind.LEAD_FELL_THROUGH)
    assert {event.lead_id for event in fell} == {one.lead_id for one in made if one.body["member"] == "Max"}
    assert fell[0].body == {"rule": "On call", "member": "Max", "why": "“Desk”: nobody in Desk is free"}


def test_one_alarm_an_hour_tells_managers_and_admins(rules: SimpleNamespace) -> None:
    desk = a_pool("Desk", (rules.rita, {"capacity_open": 0}))
    publish(to_pool("Desk", desk), fallback={"label": "On call", "action": Action.MEMBER, "member": rules.max})
    for _ in range(2):
        leads = some(2)
        route(*leads)
        raise_alarms([lead.pk for lead in leads])
    told = Counter(Notification.objects.values_list("member_id", flat=True))
    assert told == {rules.ada.pk: 1, rules.max.pk: 1}
    assert "the fallback “On call” helped out" in Notification.objects.first().text


def test_a_daily_capacity_counts_what_was_given_that_day(rules: SimpleNamespace) -> None:
    desk = a_pool("Desk", (rules.rita, {"capacity_day": 2, "capacity_open": None}))
    publish(to_pool("Desk", desk), fallback={"label": "Queue", "action": Action.QUEUE})
    assert owners(route(*some(1)) + route(*some(2))) == {"Rita": 2, "queue": 1}
    with clock.at(clock.now() + timedelta(days=1)):
        assert owners(route(*some(1))) == {"Rita": 1}


def test_a_capacity_in_minutes_counts_what_leads_of_their_tier_take(rules: SimpleNamespace) -> None:
    desk = a_pool("Desk", (rules.rita, {"capacity_minutes": 100, "capacity_open": None}))
    publish(to_pool("Desk", desk), fallback={"label": "Queue", "action": Action.QUEUE})
    made = route(*some(3, tier="urgent"))
    assert owners(made) == {"Rita": 2, "queue": 1}
    assert [one.minutes for one in made] == [45, 45, 45]
    assert owners(route(*some(1, tier="low"))) == {"Rita": 1}


def test_weights_go_on_from_batch_to_batch(rules: SimpleNamespace) -> None:
    desk = a_pool("Desk", (rules.rita, {"weight": 3}), rules.raj, strategy="weighted")
    publish(to_pool("Desk", desk))
    assert owners([one for lead in some(8) for one in route(lead)]) == {"Rita": 6, "Raj": 2}
    assert dict(PoolMember.objects.filter(pool=desk).values_list("member__name", "turns")) == {"Rita": 6, "Raj": 2}


def test_the_lightest_load_and_the_best_fit_look_at_what_is_kept(rules: SimpleNamespace) -> None:
    Lead.objects.filter(pk=a_lead().pk).update(owner=rules.rita)
    lightest = a_pool("Lightest", rules.rita, rules.raj, strategy="least_loaded")
    publish(to_pool("Lightest", lightest))
    assert owners(route(*some(1))) == {"Raj": 1}
    Roster.objects.create(member=rules.rita, skills=["azure"], languages=["de"])
    fitting = a_pool("Fitting", rules.raj, rules.rita, strategy="best_fit")
    publish(to_pool("Fitting", fitting))
    (made,) = route(*some(1, tech_stack=["Azure"], language="de"))
    assert made.sentence == "Rule 1, “Fitting”: the best fit: speaks de and knows azure, in Fitting."


def test_leave_a_pause_and_hours_keep_a_lead_away_with_a_reason(rules: SimpleNamespace) -> None:
    Leave.objects.create(member=rules.rita, first_day=date(2026, 3, 16), last_day=date(2026, 3, 20))
    Roster.objects.create(member=rules.raj, paused_until=clock.now() + timedelta(hours=2))
    jun = a_member("Jun")
    Roster.objects.create(member=jun, week=[[[0, 60]]] * 7)
    ola = a_member("Ola")
    (made,) = route(a_lead())
    assert made.member_id == ola.pk
    assert {one["name"]: one["why"] for one in made.body["candidates"]} == {
        "Rita": "on leave, back Mon 09:00",
        "Raj": "paused until 11:42",
        "Jun": "out of hours, back Wed 00:00",
        "Ola": "0 turns so far",
    }


def test_at_night_whoever_is_back_first_owns_it_at_once(rules: SimpleNamespace) -> None:
    Roster.objects.create(member=rules.raj, week=[[[420, 900]]] * 7)
    with clock.at(NIGHT):
        (made,) = route(a_lead())
    assert made.sentence.startswith("Nobody is at work; Raj is back first, Wed 07:00.")
    assert made.body["back_at"] == "2026-03-18T07:00:00+00:00"
    assert not Event.objects.filter(kind=Kind.LEAD_FELL_THROUGH).exists()


def test_leads_may_wait_for_the_morning_instead_and_are_routed_then(rules: SimpleNamespace) -> None:
    publish(closed=Closed.QUEUE)
    lead = a_lead()
    with clock.at(NIGHT):
        (made,) = route(lead)
        assert (made.reason, made.member_id) == ("waiting", None)
        due = Job.objects.get(kind=route_unrouted_leads.name, subject_id=lead.pk, state=JobState.PENDING)
    assert due.run_at == datetime(2026, 3, 18, 9, tzinfo=UTC)
    with clock.at(due.run_at):
        HANDLERS[due.kind]([lead.pk])
        assert Lead.objects.get(pk=lead.pk).owner is not None


def test_where_everybody_is_full_it_is_tried_again_later(rules: SimpleNamespace) -> None:
    desk = a_pool("Desk", (rules.rita, {"capacity_open": 0}))
    publish(fallback={"label": "Desk", "action": Action.POOL, "pool": desk})
    lead = a_lead()
    (made,) = route(lead)
    assert made.reason == "nobody"
    due = Job.objects.get(kind=route_unrouted_leads.name, subject_id=lead.pk, state=JobState.PENDING)
    assert due.run_at == clock.now() + assignment.TRY_AGAIN


def test_a_disqualified_lead_and_a_no_show_give_the_turn_back_once(rules: SimpleNamespace) -> None:
    desk = a_pool("Desk", rules.rita, rules.raj, credits=["disqualified", "no_show"])
    publish(to_pool("Desk", desk))
    first, second = some(2)
    route(first, second)
    Lead.objects.get(pk=first.pk).disqualify(reason="Student", by=SYSTEM)
    record(Kind.MEETING_CHANGED, second, by=SYSTEM, lead_id=second.pk, outcome="no_show")
    for _ in range(2):
        credit_turns([first.pk, second.pk])
    assert set(Decision.objects.values_list("credit", flat=True)) == {"disqualified", "no_show"}
    assert set(PoolMember.objects.filter(pool=desk).values_list("credit", flat=True)) == {1}
    assert owners(route(*some(4))) == {"Rita": 2, "Raj": 2}
    assert set(PoolMember.objects.filter(pool=desk).values_list("credit", flat=True)) == {0}


def test_by_weight_a_turn_given_back_counts_as_not_taken(rules: SimpleNamespace) -> None:
    desk = a_pool("Desk", rules.rita, rules.raj, strategy="weighted", credits=["disqualified"])
    publish(to_pool("Desk", desk))
    first, second = some(2)
    made = route(first, second)
    Lead.objects.get(pk=first.pk).disqualify(reason="Student", by=SYSTEM)
    credit_turns([first.pk])
    assert [one.member_id for one in route(*some(1))] == [made[0].member_id]


def test_a_pool_that_gives_no_credit_gives_none(rules: SimpleNamespace) -> None:
    lead = a_lead()
    route(lead)
    Lead.objects.get(pk=lead.pk).disqualify(reason="Student", by=SYSTEM)
    credit_turns([lead.pk])
    assert Decision.objects.get().credit == ""


def test_a_lead_is_told_its_territory_and_goes_to_its_owner(rules: SimpleNamespace) -> None:
    Territory.objects.create(name="DACH", regions=["dach"], member=rules.raj)
    publish({"label": "By territory", "condition": EVERY_LEAD, "action": Action.TERRITORY})
    there, named, elsewhere = a_lead(country="CH"), a_lead(country="US", territory="dach"), a_lead(country="US")
    made = {one.lead_id: one for one in route(there, named, elsewhere)}
    assert made[there.pk].sentence == "Rule 1, “By territory”: Raj owns DACH."
    assert made[named.pk].member_id == rules.raj.pk
    assert made[elsewhere.pk].sentence.startswith("“Everybody in turn”")
    kept = dict(Lead.objects.values_list("pk", "territory"))
    assert kept == {there.pk: "DACH", named.pk: "dach", elsewhere.pk: ""}


def test_the_record_keeps_score_and_tier_as_they_were(rules: SimpleNamespace) -> None:
    (made,) = route(a_lead(score=74, tier="high"))
    assert (made.body["score"], made.body["tier"], made.minutes, made.body["pool"]) == (74, "high", 30, "Everybody")
