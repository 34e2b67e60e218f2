"""Sources over REST: their names for things, what they must bring, and whether all of theirs arrived."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from accounts.roles import Scope
from leads.models import CustomField, Source
from tenancy import clock
from tenancy.models import Account
from tenancy.scope import scope
from tests.factories import a_key, a_source
from tests.leads.test_api_leads import Api

URL = "/api/v1/sources/"
FAIR: dict[str, Any] = {"name": "Fair", "kind": "event", "mapping": {"mail": "email"}, "required": ["phone"]}


@pytest.fixture
def api(account: Account) -> Api:
    with scope(account):
        return Api(a_key())


def test_a_source_is_added_read_changed_and_removed(api: Api) -> None:
    added = api.post(URL, FAIR)
    assert added.status_code == 201
    path = f"{URL}{added.json()['id']}/"
    assert api.get(path).json() == added.json() == FAIR | {"id": added.json()["id"]}
    assert api.patch(path, {"required": ["email", "email"]}).json()["required"] == ["email"]
    assert [one["name"] for one in api.get(URL).json()["results"]] == ["Fair"]
    assert api.client.delete(path).status_code == 204
    assert api.get(path).status_code == 404


def test_what_it_says_counts_from_then_on(api: Api) -> None:
    api.post(URL, FAIR)
    lead = api.post("/api/v1/leads/", {"mail": "ada@example.com", "source": "Fair"}).json()
    assert (lead["contact"]["email"], lead["incomplete"], lead["ignored"]) == ("ada@example.com", ["phone"], [])


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"mapping": {"mail": "shoe_size"}}, "/mapping"),
        ({"mapping": {"mail": "custom.nope"}}, "/mapping"),
        ({"mapping": {"a\x00": "email"}}, "/mapping"),
        ({"mapping": {str(n): "email" for n in range(101)}}, "/mapping"),
        ({"required": ["shoe_size"]}, "/required"),
        ({"kind": "pigeon"}, "/kind"),
        ({"name": "Website"}, "/name"),
    ],
)
def test_nonsense_is_refused_beside_its_field(api: Api, account: Account, change: Any, pointer: str) -> None:
    with scope(account):
        a_source("Website")
    response = api.post(URL, FAIR | change)
    assert response.status_code == 400
    assert response.json()["errors"][0]["pointer"] == pointer


def test_own_fields_are_facts_too(api: Api, account: Account) -> None:
    with scope(account):
        CustomField.objects.create(key="sites", label="Sites", type="number")
    said = FAIR | {"mapping": {"Standorte": "custom.sites"}, "required": ["custom.sites"]}
    assert api.post(URL, said).status_code == 201


def test_a_source_with_leads_stays(api: Api) -> None:
    path = f"{URL}{api.post(URL, FAIR).json()['id']}/"
    api.post("/api/v1/leads/", {"name": "Ada", "source": "Fair"})
    assert api.client.delete(path).status_code == 409


def test_a_key_without_the_scope_may_not(account: Account) -> None:
    with scope(account):
        api = Api(a_key(Scope.LEADS_WRITE))
    assert (api.get(URL).status_code, api.post(URL, FAIR).status_code) == (403, 403)


def test_the_senders_count_is_compared_with_ours(api: Api, account: Account) -> None:
    path = f"{URL}{api.post(URL, FAIR).json()['id']}/reconciliation/"
    for number in "123":
        api.post("/api/v1/leads/", {"name": "Ada", "source": "Fair", "external_id": number})
    now = clock.now()
    hour = {"from": (now - timedelta(hours=1)).isoformat(), "to": (now + timedelta(hours=1)).isoformat()}
    assert api.post(path, hour | {"count": 3}).json() == {"theirs": 3, "ours": 3, "missing": 0, "missing_ids": []}
    told = api.post(path, hour | {"count": 5, "external_ids": ["2", "9", "9"]}).json()
    assert (told["missing"], told["missing_ids"]) == (2, ["9"])
    for number in "45":
        api.post("/api/v1/leads/", {"email": "bo@example.com", "source": "Fair", "external_id": number})
    told = api.post(path, hour | {"count": 5, "external_ids": ["4", "5"]}).json()
    assert told["missing_ids"] == [], "the second asked again, and its lead has the first one's id"
    before = {"from": (now - timedelta(hours=2)).isoformat(), "to": hour["from"]}
    assert api.post(path, before | {"count": 0}).json()["ours"] == 0
    assert api.post(path, {"from": hour["to"], "to": hour["from"], "count": 1}).status_code == 400
    assert api.post(path, {"count": -1}).status_code == 400
    with scope(account):
        assert Source.objects.filter(name="Fair").count() == 1


@pytest.mark.parametrize(
    "shape", [{"mapping": {"\ud800": "email"}}, {"mapping": {"a": "\ud800"}}, {"required": ["\ud800"]}]
)
def test_what_no_database_can_keep_is_refused(api: Api, shape: dict[str, Any]) -> None:
    assert api.post("/api/v1/sources/", {"name": "Fair", "kind": "event"} | shape).status_code == 400
