"""Leads get their owners in turn, once, and the record says why."""

from collections import Counter
from types import SimpleNamespace
from uuid import UUID

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.roles import Role
from events.kinds import Kind
from events.models import Event
from events.record import SYSTEM
from leads.models import Company, Lead
from routing import assignment
from routing.jobs import retry_unrouted_leads, route_unrouted_leads
from routing.models import Action, Decision, PoolMember
from tenancy import clock
from tests.factories import a_lead, a_member
from tests.routing.published import publish

pytestmark = pytest.mark.usefixtures("rules", "in_scope")


def owners(leads: list[Lead]) -> Counter[str]:
    fresh = Lead.objects.filter(pk__in=[lead.pk for lead in leads]).select_related("owner")
    return Counter(lead.owner.name if lead.owner else "nobody" for lead in fresh)


def route(*leads: Lead) -> list[Decision]:
    return assignment.route([lead.pk for lead in leads], by=SYSTEM)


def seats() -> dict[str, int]:
    return dict(PoolMember.objects.order_by("turns").values_list("member__name", "turns"))


def test_reps_take_turns_and_managers_take_none() -> None:
    leads = [a_lead() for _ in range(5)]
    route(*leads)
    assert owners(leads) == {"Rita": 3, "Raj": 2}
    assert seats() == {"Raj": 2, "Rita": 3}


def test_turns_go_on_where_the_last_batch_left_off() -> None:
    first, second = a_lead(), a_lead()
    route(first)
    route(second)
    assert owners([first, second]) == {"Rita": 1, "Raj": 1}


def test_the_decision_is_kept_with_the_event_and_the_lead() -> None:
    lead = a_lead()
    route(lead)
    lead.refresh_from_db()
    kept = Decision.objects.get()
    assert (kept.lead_id, kept.member_id, kept.reason) == (lead.pk, lead.owner_id, "routed")
    assert kept.sentence == "“Everybody in turn”: first in Everybody."
    assert (kept.body["version"], kept.body["rule"]) == (1, {"position": 1, "label": "Everybody in turn"})
    assert [one["name"] for one in kept.body["candidates"] if one["chosen"]] == [lead.owner.name]
    assert kept.body["milliseconds"] >= 0
    said = Event.objects.get(kind=Kind.LEAD_ASSIGNED)
    assert (said.lead_id, said.body["sentence"]) == (lead.pk, kept.sentence)
    assert lead.assigned_at is not None


def test_an_incomplete_lead_is_owned_like_any_other() -> None:
    lead = a_lead(incomplete=["email"])
    route(lead)
    assert owners([lead]).total() - owners([lead])["nobody"] == 1


def test_owned_and_closed_leads_are_left_alone(rules: SimpleNamespace) -> None:
    owned, lost = a_lead(owner=rules.max), a_lead(status="lost")
    assert route(owned, lost) == []
    assert owners([owned, lost]) == {"Max": 1, "nobody": 1}


def test_running_twice_assigns_once() -> None:
    lead = a_lead()
    for _ in range(2):
        route_unrouted_leads([lead.pk, lead.pk])
    assert Decision.objects.count() == Event.objects.filter(kind=Kind.LEAD_ASSIGNED).count() == 1
    assert sum(seats().values()) == 1


def test_the_admin_counts_as_a_rep_until_there_is_one(rules: SimpleNamespace) -> None:
    for rep in (rules.rita, rules.raj):
        rep.role = Role.MARKETER
        rep.save()
    first, second = a_lead(), a_lead()
    route(first)
    assert owners([first]) == {"Ada": 1}
    a_member("Jun")
    route(second)
    assert owners([second]) == {"Jun": 1}
    assert set(seats()) == {"Jun"}


def test_a_newcomer_is_not_flooded() -> None:
    route(*[a_lead() for _ in range(10)])
    a_member("Jun")
    leads = [a_lead() for _ in range(6)]
    route(*leads)
    assert owners(leads) == {"Rita": 2, "Raj": 2, "Jun": 2}


def test_who_left_or_is_paused_gets_nothing(rules: SimpleNamespace) -> None:
    route(a_lead())
    PoolMember.objects.filter(member=rules.rita).update(paused_at=clock.now())
    leads = [a_lead() for _ in range(3)]
    route(*leads)
    assert owners(leads) == {"Raj": 3}
    rules.raj.left_at = clock.now()
    rules.raj.save()
    late = a_lead()
    route(late)
    assert owners([late]) == {"nobody": 1}


def test_nobody_is_said_once_seen_and_tried_again_when_somebody_joins(rules: SimpleNamespace) -> None:
    for member in (rules.rita, rules.raj, rules.ada):
        member.left_at = clock.now()
        member.save()
    lead = a_lead()
    route(lead)
    route(lead)
    told = Event.objects.get(kind=Kind.LEAD_UNASSIGNED)
    assert told.body["reason"] == "nobody"
    assert Decision.objects.get().sentence.startswith("Nobody could take it.")
    jun = a_member("Jun")
    retry_unrouted_leads([jun.pk])
    assert owners([lead]) == {"Jun": 1}


def test_a_matching_rule_comes_before_the_fallback(rules: SimpleNamespace) -> None:
    german = {"all": [{"field": "country", "operator": "is", "value": "DE"}]}
    publish({"label": "Germany", "condition": german, "action": Action.MEMBER, "member": rules.max})
    there, elsewhere = a_lead(country="DE"), a_lead(country="US")
    route(there, elsewhere)
    assert owners([there]) == {"Max": 1}
    assert owners([elsewhere])["Max"] == 0
    kept = Decision.objects.get(lead=there)
    assert kept.sentence == "Rule 1, “Germany”: it names Max."
    assert kept.body["version"] == 2


def test_a_queue_and_nurture_leave_the_lead_without_an_owner_on_purpose() -> None:
    publish({"label": "By hand", "condition": {"all": []}, "action": Action.QUEUE})
    lead = a_lead()
    route(lead)
    assert owners([lead]) == {"nobody": 1}
    assert Event.objects.get(kind=Kind.LEAD_UNASSIGNED).body["reason"] == "queue"


def test_the_company_keeps_its_owner_even_within_one_batch() -> None:
    publish({"label": "Known", "condition": {"all": []}, "action": Action.COMPANY_OWNER})
    kestrel = Company.objects.create(name="Kestrel")
    leads = [a_lead() for _ in range(4)]
    Lead.objects.filter(pk__in=[lead.pk for lead in leads]).update(company=kestrel)
    route(*leads[:3])
    route(leads[3])
    assert sorted(owners(leads).values()) == [4]


def test_a_batch_takes_the_same_number_of_queries_whatever_its_size() -> None:
    route(a_lead())
    few, many = [a_lead() for _ in range(2)], [a_lead() for _ in range(40)]
    with CaptureQueriesContext(
        connection,
    ) as small:
        route(*few)
    with CaptureQueriesContext(connection) as large:
        route(*many)
    assert len(large) == len(small) <= 14


def test_a_seat_is_taken_by_whoever_waited_longest(rules: SimpleNamespace) -> None:
    late, early = a_lead(), a_lead(captured_at=clock.now().replace(year=2020))
    decisions = {one.lead_id: one for one in route(late, early)}
    first: UUID = early.pk
    assert decisions[first].sentence.endswith("first in Everybody.")
