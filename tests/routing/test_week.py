"""A virtual week: every lead owned in its second, every rung of every promise at its minute, nothing twice.

All of it (two thousand leads): ROUTING_WEEK=2000x20 bin/test tests/routing/test_week.py
"""

from __future__ import annotations

import os
from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest

from accounts.models import Member
from events.kinds import Kind
from events.models import Event, Job, JobState, Notification
from leads.models import Lead
from reports.period import Period
from reports.question import Question
from reports.sla import sla
from routing.models import Blame, Breach, Clock, Decision, Timer
from tenancy import clock
from tenancy.scope import scope
from tests.routing.minutes import MINUTE
from tests.routing.week import CLOSING, END, REPS, START, Week, minutes_of, open_office, plan_of, promise_minutes
from tests.routing.week_ladders import Said, Told, answers, next_steps

LEADS, TOGETHER = (int(number) for number in os.environ.get("ROUTING_WEEK", "150x25").split("x"))
SECOND = timedelta(seconds=1)
PROMISES = {Kind.PROMISE_REMINDED: "reminded", Kind.PROMISE_BROKEN: "broken", Kind.PROMISE_ESCALATED: "escalated"}


@pytest.fixture(autouse=True)
def working_hours() -> None:
    """The week has a clock of its own."""


@dataclass(frozen=True)
class History:
    """All that the database knows of the week, by lead; `told` is what the oracle is told."""

    leads: dict[UUID, Lead]
    events: dict[UUID, list[Event]]
    decisions: dict[UUID, list[Decision]]
    told: dict[UUID, list[Told]]

    def said(self, lead_id: UUID, wanted: str) -> list[Said]:
        """What happened to one promise of a lead."""
        return [
            Said(PROMISES[Kind(one.kind)], one.recorded_at, float(one.body.get("windows", 1)))
            for one in self.events[lead_id]
            if one.kind in PROMISES and one.body["clock"] == wanted
        ]

    def due(self, lead_id: UUID, wanted: str) -> list[Said]:
        """What had to happen to it."""
        told = self.told[lead_id]
        return next_steps(told) if wanted == Clock.NEXT_STEP else answers(wanted, told)


def history_of(week: Week) -> History:
    events, decisions = defaultdict[UUID, list[Event]](list), defaultdict[UUID, list[Decision]](list)
    for event in Event.objects.exclude(lead_id=None).order_by("recorded_at", "id"):
        events[event.lead_id].append(event)
    for decision in Decision.objects.select_related("member", "rule").order_by("decided_at", "id"):
        decisions[decision.lead_id].append(decision)
    told = {lead_id: [*_told(events[lead_id])] for lead_id in week.leads.values()}
    for act in week.done:
        told[week.leads[act.lead]].append(Told(act.at, act.verb))
    for rows in told.values():
        rows.sort(key=lambda one: one.at)
    return History({lead.pk: lead for lead in Lead.objects.select_related("company")}, events, decisions, told)


def _told(events: list[Event]) -> list[Told]:
    """New tiers, and when a deal was opened."""
    tiers = [one for one in events if one.kind == Kind.LEAD_SCORED and one.body["tier"] != one.body["tier_before"]]
    deals = [one for one in events if one.kind == Kind.DEAL_OPENED]
    return [
        *(Told(one.recorded_at, one.body["tier"]) for one in tiers),
        *(Told(one.recorded_at, "deal") for one in deals),
    ]


@pytest.mark.django_db(transaction=True)  # in one transaction no row that is over could be cleared away
def test_a_virtual_week() -> None:
    week = Week(open_office(), {}, [])
    week.live(plan_of(LEADS, TOGETHER))
    with clock.at(END), scope(week.account):
        history = history_of(week)
        assert not Job.objects.exclude(last_error="").exists()
        assert not Job.objects.filter(state__in=[JobState.LEASED, JobState.DEAD]).exists()
        assert len(history.leads) == LEADS
        everybody_is_owned_in_the_same_second(history)
        only_those_on_shift_are_chosen(history)
        every_rung_is_climbed_at_its_minute_in_order(history)
        unanswered_leads_change_hands(history)
        two_missed_windows_reach_the_manager(history)
        blame_adds_up(history)


def everybody_is_owned_in_the_same_second(history: History) -> None:
    outcomes: Counter[str] = Counter()
    for lead_id, lead in history.leads.items():
        first = history.decisions[lead_id][0]
        assert timedelta() <= first.decided_at - lead.captured_at < SECOND
        assert first.sentence
        assert (first.member_id is None) == (first.reason in ("queue", "nurture", "waiting")), first.sentence
        outcomes[first.reason] += 1
    assert set(outcomes) >= {"routed", "queue", "nurture"}


def only_those_on_shift_are_chosen(history: History) -> None:
    """Each candidate of each decision, by the minutes of their own calendar."""
    for made in (one for rows in history.decisions.values() for one in rows if one.body.get("candidates")):
        for one in made.body["candidates"]:
            at_work = minutes_of(one["name"]).works(made.decided_at)
            assert not one["available"] or at_work, (one, made.decided_at)
            if not one["available"] and not one["why"].startswith(("full", "had it")):
                assert not at_work, (one, made.decided_at)
        if made.member_id and made.reason == "routed":
            chosen = minutes_of(made.member.name)
            back = made.body["back_at"]
            assert chosen.works(made.decided_at) or back, made.sentence
            assert (
                back is None
                or datetime.fromisoformat(back) == chosen.when(chosen.passed(made.decided_at) + MINUTE) - MINUTE
            )


def every_rung_is_climbed_at_its_minute_in_order(history: History) -> None:
    seen: Counter[str] = Counter()
    for lead_id in history.leads:
        for wanted in Clock.values:
            said = history.said(lead_id, wanted)
            due = [one for one in history.due(lead_id, wanted) if one.what != "moved"]
            assert [one.what for one in said] == [one.what for one in due], (history.told[lead_id], said, due)
            for real, right in zip(said, due, strict=True):
                assert -MINUTE / 60000 <= real.at - right.at < SECOND, (history.told[lead_id], real, right)
                assert real.what != "escalated" or int(real.windows) == right.windows
            seen.update(f"{wanted} {one.what}" for one in said)
    assert len(seen) == len(Clock.values) * len(PROMISES), seen  # each kind of rung was there
    timers = Timer.objects.exclude(broken_at=None).count()
    assert timers == Breach.objects.count() == sum(seen[f"{wanted} broken"] for wanted in Clock.values)


def unanswered_leads_change_hands(history: History) -> None:
    """At the rungs that say so, at most twice by each promise, to somebody else; or there was nobody at work."""
    for lead_id, lead in history.leads.items():
        rungs = [history.due(lead_id, wanted) for wanted in Clock.values]
        wanted = sorted(one.at for rung in rungs for one in rung if one.what == "moved")
        made = [one for one in history.decisions[lead_id] if one.body.get("because") == "unanswered"]
        for one in made:
            assert one.body["before"] != one.member.name
            assert any(abs(one.decided_at - at) < SECOND for at in wanted), (one.decided_at, wanted)
        for at in wanted:
            there = any(minutes_of(name).works(at) for name in REPS)
            waits = lead.tier == "low" or lead.company.industry == "government"  # a rule says so before the fallback
            moved = any(abs(one.decided_at - at) < SECOND for one in made)
            assert waits or moved or (at > CLOSING and not there), (at, made, history.told[lead_id])


def two_missed_windows_reach_the_manager(history: History) -> None:
    twice = [
        one
        for events in history.events.values()
        for one in events
        if one.kind == Kind.PROMISE_ESCALATED and one.body["windows"] == 2
    ]
    manager = Member.objects.get(name="Max")
    told = set(Notification.objects.filter(member_id=manager.pk).values_list("event_id", flat=True))
    assert twice
    assert {one.pk for one in twice} <= told
    assert Breach.objects.filter(windows=2).count() == len(twice)


def blame_adds_up(history: History) -> None:
    """Each breach has one cause; a person only where they had it, on shift, for a fair share of the time."""
    by_cause = Counter(Breach.objects.values_list("blame", flat=True))
    assert by_cause.total() == Breach.objects.count()
    assert set(by_cause) >= {Blame.PERSON, Blame.CALENDAR, Blame.SYSTEM}
    for breach in Breach.objects.select_related("timer"):
        assert (breach.blame == Blame.PERSON) == had_a_chance(breach, history), (breach.why, breach.body)
    report = sla(Question(Period(START.date(), END.date(), zone=ZoneInfo("UTC"))))
    assert report.broken == by_cause.total() == sum(report.blame.values())
    assert {cause: count for cause, count in report.blame.items() if count} == dict(by_cause)


def had_a_chance(breach: Breach, history: History) -> bool:
    """Whether whoever had the lead when it was due had it for half the time, or half an hour, on their own shift."""
    timer = breach.timer
    given = [one for one in history.decisions[breach.lead_id] if one.member and one.decided_at < timer.due_at]
    if not given:
        return False
    owned = promise_minutes().passed(timer.due_at) - promise_minutes().passed(
        max(timer.started_at, given[0].decided_at)
    )
    shift = minutes_of(given[-1].member.name)
    there = shift.passed(timer.due_at) - shift.passed(max(timer.started_at, given[-1].decided_at))
    fair = min(timedelta(minutes=timer.minutes) / 2, 30 * MINUTE)
    return bool(min(owned, there) >= fair - SECOND)
