"""REST: routing rules in a draft, published as versions, previewed and replayed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pytest

from accounts.roles import Scope
from events import drain
from leads.models import Lead
from pipeline import templates
from pipeline.models import Pipeline, Stage
from routing.defaults import publish_default_rules
from routing.models import Decision, Replay, RoutingRule, RoutingVersion
from tenancy import clock
from tenancy.models import Account
from tenancy.scope import scope
from tests.factories import a_key, a_lead
from tests.routing.test_config_api import call, refused

pytestmark = pytest.mark.django_db
GERMANY = {"all": [{"field": "country", "operator": "is", "value": "DE"}]}


@pytest.fixture(autouse=True)
def tuesday_morning() -> Iterator[None]:
    """At night Max would not be there."""
    with clock.at(datetime(2026, 3, 17, 9, 42, tzinfo=UTC)):
        yield


@pytest.fixture
def key(account: Account, cast: SimpleNamespace) -> str:
    with scope(account):
        publish_default_rules()
        return a_key(Scope.SETTINGS_WRITE)


def rule(cast: SimpleNamespace, **more: Any) -> dict[str, Any]:
    action = {"kind": "member", "id": cast.max.public_id}
    return {"label": "Germany", "condition": GERMANY, "action": action} | more


def listed(key: str, query: str = "") -> list[tuple[int, int, str]]:
    status, page = call(key, "get", f"routing-rules/{query}")
    assert status == 200
    return [(one["version"], one["position"], one["label"]) for one in page["results"]]


def test_a_rule_goes_into_the_draft_and_is_live_once_published(
    key: str, account: Account, cast: SimpleNamespace
) -> None:
    status, made = call(key, "post", "routing-rules/", rule(cast))
    assert (status, made["action"]) == (201, {"kind": "member", "id": cast.max.public_id})
    assert listed(key) == [(2, 1, "Germany"), (2, 2, "Everybody in turn")]
    status, version = call(key, "post", "routing-versions/", {})
    assert (status, version["number"], version["state"]) == (201, 2, "published")
    earlier = next(one for one in call(key, "get", "routing-versions/")[1]["results"] if one["number"] == 1)
    assert listed(key, f"?version={earlier['id']}") == [(1, 1, "Everybody in turn")]
    assert call(key, "post", "routing-versions/", {"version": earlier["id"]})[1]["number"] == 1
    assert listed(key) == [(1, 1, "Everybody in turn")]


def test_a_live_rule_is_changed_in_the_draft(key: str, account: Account, cast: SimpleNamespace) -> None:
    call(key, "post", "routing-rules/", rule(cast))
    call(key, "post", "routing-versions/", {})
    live = call(key, "get", "routing-rules/")[1]["results"][0]
    status, changed = call(key, "patch", f"routing-rules/{live['id']}/", {"label": "Deutschland", "position": 1})
    assert (status, changed["label"], changed["version"]) == (200, "Deutschland", 3)
    assert changed["id"] != live["id"]
    with scope(account):
        assert RoutingRule.objects.filter(label="Germany", version__state="published").exists()
    assert call(key, "delete", f"routing-rules/{changed['id']}/")[0] == 204
    assert call(key, "patch", f"routing-rules/{live['id']}/", {"label": "x"})[0] == 409
    draft = call(key, "get", "routing-versions/")[1]["results"][0]
    assert call(key, "delete", f"routing-versions/{draft['id']}/")[0] == 204
    assert listed(key)[0] == (2, 1, "Germany")


def test_the_fallback_changes_whom_it_gives_to_and_nothing_else(key: str, cast: SimpleNamespace) -> None:
    fallback = call(key, "get", "routing-rules/")[1]["results"][-1]
    path = f"routing-rules/{fallback['id']}/"
    action = {"kind": "member", "id": cast.max.public_id}
    status, changed = call(key, "patch", path, {"label": "On call", "action": action})
    assert (status, changed["fallback"], changed["action"]) == (200, True, action)
    assert refused(key, "patch", path, {"condition": GERMANY})
    assert call(key, "delete", path)[0] == 409


@pytest.mark.parametrize(
    ("said", "pointers"),
    [
        ({"condition": None}, ["/condition"]),
        ({"condition": {"all": [{"field": "luck", "operator": "is", "value": 1}]}}, ["/"]),
        ({"condition": "x"}, ["/"]),
        ({"condition": {"all": 5}}, ["/"]),
        ({"action": {"kind": "luck"}}, ["/action/kind"]),
        ({"action": {"kind": "pool", "id": "poo_none"}}, ["/action/id"]),
        ({"action": {"kind": "pool"}}, ["/"]),
        ({"label": ""}, ["/label"]),
        ({"position": 0}, ["/position"]),
        ({"pipeline": "pip_none"}, ["/pipeline"]),
    ],
)
def test_a_rule_that_makes_no_sense_is_refused(
    key: str, account: Account, cast: SimpleNamespace, said: dict[str, Any], pointers: list[str]
) -> None:
    assert refused(key, "post", "routing-rules/", rule(cast) | said) == pointers
    with scope(account):
        assert not RoutingRule.objects.filter(label="Germany").exists()


def test_a_rule_names_pipeline_and_stage_of_it(key: str, account: Account, cast: SimpleNamespace) -> None:
    with scope(account):
        templates.install("it_services")
        templates.install("simple", title="Partners")
        partners = Pipeline.objects.get(name="Partners")
        inside = Stage.objects.filter(pipeline=partners).order_by("position")[1]
        outside = Stage.objects.exclude(pipeline=partners).first()
    place = {"pipeline": partners.public_id, "stage": inside.public_id}
    assert (
        call(key, "post", "routing-rules/", rule(cast, **place))[1] | place
        == (call(key, "get", "routing-rules/")[1]["results"][0])
    )
    assert outside
    wrong = place | {"stage": outside.public_id}
    assert refused(key, "post", "routing-rules/", rule(cast, label="Other", **wrong)) == ["/stage"]


def test_the_policy_of_the_draft_is_changed(key: str, cast: SimpleNamespace) -> None:
    call(key, "post", "routing-rules/", rule(cast))
    draft, live = call(key, "get", "routing-versions/")[1]["results"]
    path = f"routing-versions/{draft['id']}/"
    status, changed = call(key, "patch", path, {"closed": "queue", "effort": {"low": 3}})
    assert (status, changed["closed"], changed["effort"]["low"], changed["effort"]["urgent"]) == (200, "queue", 3, 45)
    assert refused(key, "patch", path, {"effort": {"gold": 3}}) == ["/effort"]
    assert call(key, "patch", f"routing-versions/{live['id']}/", {"closed": "queue"})[0] == 409


def test_a_preview_of_a_lead_that_does_not_exist_and_of_one_that_does(
    key: str, account: Account, cast: SimpleNamespace
) -> None:
    call(key, "post", "routing-rules/", rule(cast))
    status, said = call(key, "post", "routing-rules/preview/", {"facts": {"country": "Germany", "tier": "high"}})
    assert (status, said["member"], said["sentence"]) == (200, "Max", "Rule 1, “Germany”: it names Max.")
    assert said["tried"][0]["clauses"] == [{"sentence": "Country is Germany", "holds": True}]
    assert call(key, "post", "routing-rules/preview/", {"country": "Germany"})[1]["member"] == "Max"
    with scope(account):
        lead, live = a_lead(country="DE"), RoutingVersion.objects.get(state="published")
    body = {"lead": lead.public_id, "version": live.public_id}
    assert call(key, "post", "routing-rules/preview/", body)[1]["rule"] == {"position": 1, "label": "Everybody in turn"}
    assert refused(key, "post", "routing-rules/preview/", {"facts": {"headcount": "many"}}) == ["/facts/headcount"]
    assert refused(key, "post", "routing-rules/preview/", {"headcount": "many"}) == ["/headcount"]
    assert refused(key, "post", "routing-rules/preview/", {"lead": "lead_none"}) == ["/lead"]
    with scope(account):
        assert not Decision.objects.exists()
        assert Lead.objects.get(pk=lead.pk).owner is None


def test_a_replay_is_asked_for_and_read(key: str, account: Account, cast: SimpleNamespace) -> None:
    with scope(account):
        for _ in range(4):
            a_lead(country="DE")
    call(key, "post", "routing-rules/", rule(cast))
    status, begun = call(key, "post", "routing-rules/replay/", {"days": 7})
    assert (status, begun["state"], begun["total"], begun["result"]) == (202, "running", 4, {})
    drain.drain_outside()
    status, done = call(key, "get", f"routing-rules/replay/{begun['id']}/")
    assert (status, done["state"], done["percent"]) == (200, "done", 100)
    assert {one["name"] for one in done["result"]["draft"]["members"]} == {"Max"}
    assert done["result"]["few"]
    assert refused(key, "post", "routing-rules/replay/", {"days": 0}) == ["/days"]
    with scope(account):
        assert Replay.objects.count() == 1


def test_without_a_draft_nothing_is_published(key: str) -> None:
    status, said = call(key, "post", "routing-versions/", {})
    assert (status, said["detail"]) == (409, "There is no draft any more.")
