"""Who is told what: one notice for each news."""

from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from accounts.models import Member
from events.kinds import Kind
from events.models import Notification
from events.record import SYSTEM, record
from leads.models import Lead
from routing import assignment
from routing.jobs import tell_owners
from routing.notices import FRESH
from routing.reasons import Reason
from routing.reassignment import reassign
from tenancy import clock
from tests.factories import a_lead

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


def test_a_broken_promise_reaches_owner_and_manager(rules: SimpleNamespace) -> None:
    lead = jonas(owner=rules.rita)
    record(Kind.PROMISE_BROKEN, lead, by=SYSTEM, lead_id=lead.pk)
    tell_owners([lead.pk])
    assert told(rules.rita) == told(rules.max) == [f"{JONAS} waited longer than promised."]
    assert told(rules.raj) == told(rules.ada) == []


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
