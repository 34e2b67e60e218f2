"""A draft of the routing rules is changed freely, nothing is live until published, and what was live can be again."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from django.core.exceptions import ValidationError

from events.kinds import Kind
from events.models import Event
from leads.catalogue import catalogue
from routing import assignment, drafting, versions
from routing.hits import hits_of
from routing.models import Action, Closed, Decision, RoutingRule, RoutingVersion
from routing.reasons import Reason
from routing.reassignment import reassign
from tenancy.models import Account
from tests.factories import a_lead
from tests.routing.published import a_pool

pytestmark = pytest.mark.usefixtures("rules", "in_scope")
GERMANY: dict[str, Any] = {"all": [{"field": "country", "operator": "is", "value": "DE"}]}


def put(account: Account, draft: RoutingVersion, label: str, **columns: Any) -> RoutingRule:
    said = {"label": label, "condition": GERMANY, "action": Action.QUEUE} | columns
    return drafting.put_rule(draft, RoutingRule(), said, catalogue())


def order(version: RoutingVersion) -> list[tuple[int, str]]:
    return [(rule.position, rule.label) for rule in drafting.rules_of(version)]


def test_a_draft_is_a_copy_and_there_is_one(account: Account) -> None:
    live, draft = versions.live_version(), versions.begin_draft()
    assert live
    assert versions.begin_draft().pk == draft.pk
    assert (draft.number, draft.based_on) == (2, 1)
    assert [rule.key for rule in draft.rules.all()] == [rule.key for rule in live.rules.all()]


def test_rules_go_before_the_fallback_and_move(account: Account) -> None:
    draft = versions.begin_draft()
    one, two, three = (put(account, draft, label) for label in ("One", "Two", "Three"))
    assert order(draft) == [(1, "One"), (2, "Two"), (3, "Three"), (4, "Everybody in turn")]
    drafting.move_rule(draft, three, 1)
    assert order(draft)[:3] == [(1, "Three"), (2, "One"), (3, "Two")]
    drafting.move_rule(draft, three, 99)
    assert order(draft) == [(1, "One"), (2, "Two"), (3, "Three"), (4, "Everybody in turn")]
    drafting.remove_rule(two)
    assert order(draft) == [(1, "One"), (2, "Three"), (3, "Everybody in turn")]
    assert one.pk


def test_the_fallback_stays_last_and_stays(account: Account) -> None:
    draft = versions.begin_draft()
    rule = put(account, draft, "One")
    fallback = drafting.rules_of(draft)[-1]
    with pytest.raises(ValidationError, match="fallback stays"):
        drafting.move_rule(draft, fallback, 1)
    with pytest.raises(ValidationError, match="fallback stays"):
        drafting.remove_rule(fallback)
    with pytest.raises(ValidationError, match="asks for nothing"):
        drafting.put_rule(draft, fallback, {"condition": GERMANY}, catalogue())
    with pytest.raises(ValidationError, match="which leads"):
        drafting.put_rule(draft, rule, {"condition": None}, catalogue())


@pytest.mark.parametrize(
    ("columns", "why"),
    [
        ({"label": " "}, "needs a name"),
        ({"action": "luck"}, "Choose who"),
        ({"action": Action.MEMBER}, "Choose a member"),
        ({"action": Action.POOL}, "Choose a pool"),
        ({"condition": {"all": [{"field": "luck", "operator": "is", "value": "x"}]}}, "no fact called"),
        ({"condition": {"all": [{"field": "owner", "operator": "is_set"}]}}, "no fact called"),
        ({"stage_id": "01900000-0000-7000-8000-000000000000"}, "needs its pipeline"),
    ],
)
def test_a_rule_that_makes_no_sense_is_refused(account: Account, columns: dict[str, Any], why: str) -> None:
    draft = versions.begin_draft()
    with pytest.raises(ValidationError, match=why):
        put(account, draft, **{"label": "One", **columns})
    assert order(draft) == [(1, "Everybody in turn")]


def test_a_pool_without_members_and_a_member_who_left_are_no_targets(account: Account, rules: SimpleNamespace) -> None:
    draft = versions.begin_draft()
    with pytest.raises(ValidationError, match="no members yet"):
        put(account, draft, "Empty", action=Action.POOL, pool=a_pool("Empty"))
    rules.raj.left_at = rules.raj.joined_at
    rules.raj.save()
    with pytest.raises(ValidationError, match="has left"):
        put(account, draft, "Raj", action=Action.MEMBER, member=rules.raj)


def test_what_an_action_does_not_need_is_left_out(account: Account, rules: SimpleNamespace) -> None:
    draft = versions.begin_draft()
    rule = put(account, draft, "Max", action=Action.MEMBER, member=rules.max, pool=a_pool("Desk", rules.rita))
    assert (rule.member, rule.pool_id) == (rules.max, None)


def test_publishing_makes_it_live_and_rolling_back_undoes_it(account: Account, rules: SimpleNamespace) -> None:
    first = versions.live_version()
    put(account, versions.begin_draft(), "Germany", action=Action.MEMBER, member=rules.max)
    second = versions.publish_draft(by=rules.ada.by)
    lead = a_lead(country="DE")
    assignment.route([lead.pk], by=rules.ada.by)
    assert Decision.objects.get().body["member"] == "Max"
    assert first
    versions.roll_back(RoutingVersion.objects.get(pk=first.pk), by=rules.ada.by)
    assert [one.number for one in versions.earlier_versions()] == [second.number]
    said = Event.objects.filter(kind=Kind.RULES_PUBLISHED).order_by("recorded_at", "id").last()
    assert said
    assert (said.body["number"], said.body["rolled_back"], said.body["rules"]) == (1, True, "routing")


def test_only_what_was_live_is_rolled_back_to(rules: SimpleNamespace) -> None:
    with pytest.raises(ValidationError, match="live once"):
        versions.roll_back(versions.begin_draft(), by=rules.ada.by)
    versions.discard_draft()
    assert versions.draft_version() is None
    with pytest.raises(ValidationError, match="no draft any more"):
        versions.publish_draft(by=rules.ada.by)


def test_a_draft_whose_rules_broke_meanwhile_is_not_published(account: Account, rules: SimpleNamespace) -> None:
    put(account, versions.begin_draft(), "Raj", action=Action.MEMBER, member=rules.raj)
    rules.raj.left_at = rules.raj.joined_at
    rules.raj.save()
    with pytest.raises(ValidationError, match="Raj: Raj has left"):
        versions.publish_draft(by=rules.ada.by)


@pytest.mark.parametrize(
    ("closed", "effort", "why"),
    [("later", {}, "Choose one of"), ("queue", {"gold": 3}, "no tier"), ("queue", {"urgent": 481}, "0 to 480 minutes")],
)
def test_a_policy_that_makes_no_sense_is_refused(closed: str, effort: dict[str, int], why: str) -> None:
    with pytest.raises(ValidationError, match=why):
        drafting.change_policy(versions.begin_draft(), closed=closed, effort=effort)


def test_the_policy_is_part_of_the_version(rules: SimpleNamespace) -> None:
    drafting.change_policy(versions.begin_draft(), closed=Closed.QUEUE, effort={"urgent": 60})
    live = versions.publish_draft(by=rules.ada.by)
    assert (live.closed, live.effort) == ("queue", {"urgent": 60, "high": 30, "medium": 20, "low": 10})


def test_hits_are_counted_across_versions_and_corrections_against_them(
    account: Account, rules: SimpleNamespace
) -> None:
    put(account, versions.begin_draft(), "Germany", action=Action.MEMBER, member=rules.max)
    versions.publish_draft(by=rules.ada.by)
    leads = [a_lead(country="DE"), a_lead(country="DE"), a_lead(country="US")]
    assignment.route([lead.pk for lead in leads], by=rules.ada.by)
    reassign(leads[0], rules.rita, reason=Reason.WRONG_LANGUAGE, by=rules.max.by)
    reassign(leads[1], rules.rita, reason=Reason.LOAD, by=rules.max.by)
    draft = versions.begin_draft()
    found = {rule.label: hits_of(draft)[rule.key] for rule in draft.rules.all()}
    assert (found["Germany"].leads, found["Germany"].stayed) == (2, 50)
    assert (found["Everybody in turn"].leads, found["Everybody in turn"].stayed) == (1, 100)
