"""Pipelines, stages and criteria over REST."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from accounts.roles import Scope
from pipeline.models import Deal, Move, Stage
from tenancy.models import Account
from tenancy.scope import scope
from tests.factories import a_key
from tests.leads.test_api_leads import Api
from tests.pipeline.deals import a_deal, a_ready_deal, criterion, stage

pytestmark = pytest.mark.django_db
PIPELINES, STAGES, CRITERIA = (f"/api/v1/{name}/" for name in ("pipelines", "stages", "criteria"))


@pytest.fixture
def api(account: Account, cast: SimpleNamespace) -> Api:
    with scope(account):
        a_deal(cast.rita)
        return Api(a_key())


def pointers(answer: Any) -> list[str]:
    assert answer.status_code == 400, answer.content
    return [error["pointer"] for error in answer.json()["errors"]]


def test_a_pipeline_by_a_template_is_changed_archived_and_deleted(api: Api) -> None:
    made = api.post(PIPELINES, {"name": "Renewals", "template": "simple"})
    assert made.status_code == 201
    one = f"{PIPELINES}{made.json()['id']}/"
    assert made.json() == api.get(one).json()
    assert (made.json()["position"], made.json()["archived"]) == (2, False)
    changed = api.patch(one, {"name": "Extensions", "position": 1, "archived": True}).json()
    assert (changed["name"], changed["archived"]) == ("Extensions", True)
    assert len(api.get(STAGES, pipeline=made.json()["id"]).json()["results"]) == 5
    api.patch(one, {"archived": False})
    assert api.delete(one).status_code == 204
    assert api.get(one).status_code == 404


def test_pipelines_that_have_deals_or_are_the_last_stay(api: Api) -> None:
    [only] = api.get(PIPELINES).json()["results"]
    one = f"{PIPELINES}{only['id']}/"
    assert api.delete(one).status_code == 409
    assert api.patch(one, {"archived": True}).status_code == 409
    assert pointers(api.post(PIPELINES, {"name": only["name"].upper()})) == ["/name"]
    assert pointers(api.post(PIPELINES, {"name": "New", "template": "banking"})) == ["/template"]


def test_a_stage_is_added_in_its_place_changed_and_removed(api: Api) -> None:
    [pipeline] = api.get(PIPELINES).json()["results"]
    body = {"pipeline": pipeline["id"], "name": "Legal", "position": 2, "wip": 5, "back": "reason", "colour": "plum"}
    made = api.post(STAGES, body)
    assert made.status_code == 201
    assert {**made.json(), **body} == made.json()
    order = [row["name"] for row in api.get(STAGES, pipeline=pipeline["id"]).json()["results"]]
    assert order[:3] == ["Initial interest", "Legal", "Discovery complete"]
    one = f"{STAGES}{made.json()['id']}/"
    assert api.patch(one, {"limit_working_days": 4, "skip": False}).json()["limit_working_days"] == 4
    assert api.delete(one).status_code == 204
    assert api.get(one).status_code == 404
    assert pointers(api.post(STAGES, {"name": "Alone"})) == ["/pipeline"]
    assert pointers(api.post(STAGES, body | {"name": "closed"})) == ["/name"]


def test_deals_of_a_removed_stage_need_a_place(api: Api, account: Account, cast: SimpleNamespace) -> None:
    with scope(account):
        deal = a_ready_deal(cast.rita)
        deal.move(stage("Discovery"), by=cast.rita.by)
        here, first, closed = stage("Discovery"), stage("Initial"), stage("Closed")
    one = f"{STAGES}{here.public_id}/"
    assert api.delete(one).status_code == 409
    assert pointers(api.delete(f"{one}?to={closed.public_id}")) == ["/to"]
    assert api.delete(f"{one}?to={first.public_id}").status_code == 204
    with scope(account):
        assert Deal.objects.get(pk=deal.pk).stage == first
        assert Move.objects.filter(deal=deal).latest("moved_at").actor_kind == "key"
        assert Stage.objects.get(pk=here.pk).removed_at


def test_a_criterion_is_added_said_what_it_means_changed_and_removed(api: Api, account: Account) -> None:
    with scope(account):
        first = stage("Initial")
    body = {"stage": first.public_id, "kind": "field", "params": {"field": "budget"}}
    made = api.post(CRITERIA, body)
    assert made.status_code == 201
    said = made.json()
    assert (said["label"], said["when"], said["required"], said["lacking"]) == ("Budget is known", "exit", True, 1)
    one = f"{CRITERIA}{said['id']}/"
    assert api.get(one).json() == {name: value for name, value in said.items() if name != "lacking"}
    assert api.patch(one, {"required": False}).json()["lacking"] == 0
    assert api.patch(one, {"position": 1, "label": "Money"}).json()["position"] == 1
    assert api.get(CRITERIA, stage=first.public_id).json()["results"][0]["label"] == "Money"
    assert api.delete(one).status_code == 204
    assert api.get(one).status_code == 404


@pytest.mark.parametrize(
    ("body", "where"),
    [
        ({"kind": "field", "params": {}}, "/params/field"),
        ({"kind": "field", "params": {"field": "nothing"}}, "/params/field"),
        ({"kind": "field", "params": {"field": "budget", "least": "many"}}, "/params/least"),
        ({"kind": "condition", "params": {"condition": {"all": [{"field": "x"}]}}}, "/params/condition"),
        ({"kind": "condition", "params": {"condition": {"all": []}}}, "/params/condition"),
        ({"kind": "activity", "params": {"kind": "fax"}}, "/params/kind"),
        ({"kind": "activity", "params": {"kind": "call", "count": 0}}, "/params/count"),
        ({"kind": "activity", "params": {"kind": "call", "count": True}}, "/params/count"),
        ({"kind": "meeting", "params": {"kind": "party"}}, "/params/kind"),
        ({"kind": "stakeholder", "params": {"roles": []}}, "/params/roles"),
        ({"kind": "stakeholder", "params": {"roles": ["boss"]}}, "/params/roles"),
        ({"kind": "stakeholder", "params": {"roles": [{}]}}, "/params/roles"),
        ({"kind": "document", "params": {"kind": ["proposal"]}}, "/params/kind"),
        ({"kind": "approval", "params": {"role": "rep"}}, "/params/role"),
        ({"kind": "checklist", "params": {"question": ["?"]}}, "/params/question"),
        ({"kind": "score", "params": {"minimum": 101}}, "/params/minimum"),
        ({"kind": "score"}, "/params/minimum"),
        ({"kind": "score", "params": [1]}, "/params"),
        ({"kind": "magic", "params": {}}, "/kind"),
        ({"params": {}}, "/kind"),
    ],
)
def test_what_cannot_be_asked_is_pointed_at(api: Api, account: Account, body: Any, where: str) -> None:
    with scope(account):
        first = stage("Initial")
    assert pointers(api.post(CRITERIA, {"stage": first.public_id, **body})) == [where]


def test_who_may_read_leads_may_read_stages_and_only_settings_change_them(account: Account, api: Api) -> None:
    with scope(account):
        reader = Api(a_key(Scope.LEADS_READ))
        row = criterion("Company size")
    for url in (PIPELINES, STAGES, CRITERIA):
        assert reader.get(url).status_code == 200
        assert reader.post(url, {}).status_code == 403
    assert reader.delete(f"{CRITERIA}{row}/").status_code == 403
