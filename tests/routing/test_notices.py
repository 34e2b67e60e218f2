"""Who is told what: one notice for each news."""

from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from accounts.models import Member, Team
from accounts.roles import Role
from events.kinds import Kind
from events.models import Notification
from events.record import SYSTEM, record
from leads.models import Lead
from routing import assignment
from routing.jobs import carry_notices, tell_owners
from routing.notices import FRESH
from routing.reasons import Reason
from routing.reassignment import reassign
from tenancy import clock
from tests.factories import a_lead, a_member, a_source

pytestmark = pytest.mark.usefixtures("rules", "in_scope")


JONAS = "Jonas Weidmann of Kestrel Logistics"


def jonas(**columns: Any) -> Lead:
    return a_lead(name="Jonas Weidmann", company="Kestrel Logistics", **columns)


def told(member: Member) -> list[str]:
    return list(Notification.objects.filter(member_id=member.pk).order_by("created_at").values_list("text", flat=True))


def test_the_owner_is_told_once_of_a_new_lead(rules: SimpleNamespace) -> None:
    lead = jonas(tier="urgent")
    assignment.route([lead.pk], by=SYSTEM)
    for _ in range(2):
        tell_owners([lead.pk])
    lead.refresh_from_db()
    assert told(lead.owner) == [f"{JONAS} is yours now. Urgent."]
    assert Notification.objects.count() == 1


def test_whoever_gave_a_lead_away_or_took_it_is_not_told(rules: SimpleNamespace) -> None:
    lead = jonas(owner=rules.rita)
    reassign(lead, rules.raj, reason=Reason.LOAD, by=rules.rita.by)
    reassign(lead, rules.max, reason=Reason.COVER, by=rules.max.by)
    tell_owners([lead.pk])
    assert Notification.objects.count() == 0


def test_a_broken_promise_reaches_the_owner_and_what_is_escalated_the_manager(rules: SimpleNamespace) -> None:
    lead = jonas(owner=rules.rita)
    record(Kind.PROMISE_BROKEN, lead, by=SYSTEM, lead_id=lead.pk, clock="first_response")
    record(Kind.PROMISE_ESCALATED, lead, by=SYSTEM, lead_id=lead.pk, clock="first_response", windows=2.0, why="Off.")
    tell_owners([lead.pk])
    assert told(rules.rita) == [f"{JONAS} waited longer than promised."]
    assert told(rules.max) == [f"{JONAS}, Rita’s, still waits for an answer after twice the time. Off."]
    assert told(rules.raj) == told(rules.ada) == []


def test_the_manager_of_the_owners_team_is_told(rules: SimpleNamespace) -> None:
    team = Team.objects.create(name="North")
    nora = a_member("Nora", Role.MANAGER)
    Member.objects.filter(pk__in=[rules.rita.pk, nora.pk]).update(team=team)
    lead = jonas(owner=Member.objects.get(pk=rules.rita.pk))
    record(Kind.PROMISE_ESCALATED, lead, by=SYSTEM, lead_id=lead.pk, clock="next_step", windows=1)
    tell_owners([lead.pk])
    assert told(nora) == [f"{JONAS}, Rita’s, has no next step."]
    assert told(rules.max) == []


def test_a_lead_without_anybody_reaches_managers_and_admins(rules: SimpleNamespace) -> None:
    lead = jonas()
    record(Kind.LEAD_UNASSIGNED, lead, by=SYSTEM, lead_id=lead.pk, reason="nobody")
    tell_owners([lead.pk])
    assert told(rules.ada) == told(rules.max) == [f"{JONAS} has no owner: nobody is available."]


def test_a_repeat_reaches_the_owner_and_old_news_nobody(rules: SimpleNamespace) -> None:
    lead = jonas(owner=rules.rita)
    record(Kind.LEAD_REPEATED, lead, by=SYSTEM, lead_id=lead.pk)
    record(Kind.LEAD_REPEATED, lead, by=SYSTEM, lead_id=lead.pk, occurred_at=clock.now() - 2 * FRESH)
    tell_owners([lead.pk])
    assert told(rules.rita) == [f"{JONAS} asks again."]
    assert Lead.objects.count() == 1


def test_somebody_who_asks_again_and_again_is_news_once(rules: SimpleNamespace) -> None:
    lead, now = jonas(owner=rules.rita), clock.now()
    for minutes in (90, 85, 80, 30, 29):
        asked_at = now - timedelta(minutes=minutes)
        record(Kind.LEAD_REPEATED, lead, by=SYSTEM, lead_id=lead.pk, occurred_at=asked_at)
        tell_owners([lead.pk])
    assert told(rules.rita) == [f"{JONAS} asks again."] * 2


def test_a_new_owner_hears_of_the_lead_and_not_of_what_it_asked_before(rules: SimpleNamespace) -> None:
    lead = jonas()
    for _ in range(3):
        record(Kind.LEAD_REPEATED, lead, by=SYSTEM, lead_id=lead.pk)
    assignment.route([lead.pk], by=SYSTEM)
    record(Kind.LEAD_REPEATED, lead, by=SYSTEM, lead_id=lead.pk)
    tell_owners([lead.pk])
    lead.refresh_from_db()
    assert told(lead.owner) == [f"{JONAS} is yours now."]


def test_what_an_app_upstream_says_leaves_the_house_once(cast: SimpleNamespace) -> None:
    source = a_source()
    event = record(Kind.SOURCE_SILENT, source, by=SYSTEM)
    Notification.objects.create(member_id=cast.ada.pk, text="Website form is silent.", event_id=event.pk)
    Notification.objects.create(member_id=cast.ada.pk, text="Something else.")
    carry_notices([source.pk])
    waiting = Notification.objects.filter(to_mail=True)
    assert [notice.text for notice in waiting] == ["Website form is silent."]
    waiting.update(to_mail=False)  # it went
    carry_notices([source.pk])
    assert not Notification.objects.filter(to_mail=True).exists()
