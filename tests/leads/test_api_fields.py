"""An account's own fields over REST."""

from __future__ import annotations

from typing import Any

import pytest

from accounts.roles import Scope
from leads.models import CustomField, Source
from tenancy.models import Account
from tenancy.scope import scope
from tests.factories import a_key, a_lead, a_source
from tests.leads.test_api_leads import Api

URL = "/api/v1/custom-fields/"
REGION: dict[str, Any] = {"label": "Region", "type": "choice", "choices": ["North", "South"]}


@pytest.fixture
def api(account: Account) -> Api:
    with scope(account):
        return Api(a_key())


@pytest.fixture
def website(account: Account) -> Source:
    with scope(account):
        return a_source(required=["phone"])


def test_a_field_is_added_read_changed_and_archived(api: Api) -> None:
    added = api.post(URL, REGION)
    made = added.json()
    assert (added.status_code, made["key"], made["required_in"], made["archived"]) == (201, "region", [], False)
    path = f"{URL}{made['id']}/"
    assert api.get(path).json() == made
    changed = api.patch(path, {"label": "Area", "choices": ["North", "West"]}).json()
    assert (changed["label"], changed["choices"], changed["key"]) == ("Area", ["North", "West"], "region")
    assert api.client.delete(path).status_code == 204
    assert api.get(path).json()["archived"] is True


def test_fields_come_in_their_order(api: Api) -> None:
    for label in ("Zebra", "Apple"):
        api.post(URL, {"label": label, "type": "text"})
    assert [one["label"] for one in api.get(URL).json()["results"]] == ["Zebra", "Apple"]


def test_sources_that_must_bring_it_are_named_and_what_else_they_require_stays(
    api: Api, website: Source, account: Account
) -> None:
    made = api.post(URL, REGION | {"required_in": [website.public_id]}).json()
    assert made["required_in"] == [website.public_id]
    with scope(account):
        assert Source.objects.get(pk=website.pk).required == ["phone", "custom.region"]
    assert api.patch(f"{URL}{made['id']}/", {"required_in": []}).json()["required_in"] == []
    with scope(account):
        assert Source.objects.get(pk=website.pk).required == ["phone"]


@pytest.mark.parametrize(
    ("wrong", "pointer"),
    [
        ({"label": ""}, "/label"),
        ({"type": "colour"}, "/type"),
        ({"choices": []}, "/choices"),
        ({"type": "text"}, "/choices"),
        ({"key": "email"}, "/key"),
        ({"key": "Not a key"}, "/key"),
        ({"required_in": ["src_x"]}, "/required_in/0"),
        ({"required_in": "all"}, "/required_in"),
    ],
)
def test_what_makes_no_sense_is_named(api: Api, account: Account, wrong: dict[str, Any], pointer: str) -> None:
    refused = api.post(URL, REGION | wrong)
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (400, pointer)
    with scope(account):
        assert not CustomField.objects.exists()


def test_a_choice_that_leads_have_stays(api: Api, account: Account) -> None:
    made = api.post(URL, REGION).json()
    with scope(account):
        a_lead(custom={"region": "South"})
    refused = api.patch(f"{URL}{made['id']}/", {"choices": ["North"]})
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (400, "/choices")


def test_a_field_needs_the_scope_of_settings(account: Account) -> None:
    with scope(account):
        api = Api(a_key(Scope.LEADS_WRITE))
    assert api.get(URL).status_code == api.post(URL, REGION).status_code == 403
