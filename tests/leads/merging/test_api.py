"""Merging over REST, and the page of a lead that was merged away."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from django.test import Client

from events.record import SYSTEM
from leads.merging import GONE
from leads.models import Lead
from leads.privacy.erasure import erase
from tenancy.models import Account
from tenancy.scope import scope
from tests.factories import a_key, a_lead
from tests.leads.test_api_leads import URL, Api


@pytest.fixture
def api(account: Account) -> Api:
    with scope(account):
        return Api(a_key())


@pytest.fixture
def pair(account: Account) -> tuple[str, str]:
    with scope(account):
        return a_lead(name="Ada", budget="9k").public_id, a_lead(name="Ada K", budget="").public_id


def test_a_merge_keeps_the_lead_that_is_named_and_says_what_undoes_it(api: Api, pair: tuple[str, str]) -> None:
    other, lead = pair
    answer = api.post(f"{URL}{other}/merge/", {"lead": lead, "take": ["name"]})
    assert answer.status_code == 200
    body = answer.json()
    assert (body["lead"]["id"], body["lead"]["budget"], body["lead"]["contact"]["name"]) == (lead, "9k", "Ada")
    assert body["merged"] == other
    assert api.get(f"{URL}{other}/").json()["status"] == "merged"
    undone = api.delete(f"/api/v1/merges/{body['id']}/")
    assert undone.status_code == 200
    assert undone.json()["lead"]["budget"] is None
    assert api.get(f"{URL}{other}/").json()["status"] == "open"


def test_undoing_twice_is_no_error(api: Api, pair: tuple[str, str]) -> None:
    made = api.post(f"{URL}{pair[0]}/merge/", {"lead": pair[1]}).json()["id"]
    assert [api.delete(f"/api/v1/merges/{made}/").status_code for _ in range(2)] == [200, 200]


def test_nothing_is_made_two_again_once_the_person_is_erased(
    api: Api, pair: tuple[str, str], account: Account, cast: SimpleNamespace
) -> None:
    made = api.post(f"{URL}{pair[0]}/merge/", {"lead": pair[1]}).json()["id"]
    with scope(account):
        erase(Lead.objects.by_public_id(pair[1]).contact, by=SYSTEM)
    answer = api.delete(f"/api/v1/merges/{made}/")
    assert (answer.status_code, answer.json()["detail"]) == (409, GONE)
    client = Client()
    client.force_login(cast.ada.user)
    page = client.post(f"/{account.slug}/merges/{made}/undoing/", follow=True)
    assert GONE in page.content.decode()
    assert "two leads again" not in page.content.decode()


def test_both_histories_are_one_timeline(api: Api) -> None:
    one, two = (api.post(URL, {"name": "Ada", "email": f"ada{n}@example.com"}).json()["id"] for n in (1, 2))
    api.post(f"{URL}{two}/merge/", {"lead": one})
    kinds = [line["kind"] for line in api.get(f"{URL}{one}/timeline/").json()["results"]]
    assert kinds == ["lead.merged", "lead.captured", "lead.captured"]


@pytest.mark.parametrize(
    ("body", "status", "pointer"),
    [
        ({}, 400, "/lead"),
        ({"lead": "lead_unknown"}, 400, "/lead"),
        ({"lead": "lead_unknown", "take": ["shoe_size"]}, 400, "/take"),
    ],
)
def test_a_merge_that_makes_no_sense_says_what(
    api: Api, pair: tuple[str, str], body: dict[str, Any], status: int, pointer: str
) -> None:
    answer = api.post(f"{URL}{pair[0]}/merge/", body)
    assert answer.status_code == status
    assert answer.json()["errors"][0]["pointer"].startswith(pointer)


def test_a_lead_is_not_merged_into_itself(api: Api, pair: tuple[str, str]) -> None:
    answer = api.post(f"{URL}{pair[0]}/merge/", {"lead": pair[0]})
    assert (answer.status_code, answer.json()["detail"]) == (422, "A lead cannot be merged into itself.")


def test_the_first_of_two_merges_up_a_chain_is_undone_first(api: Api, pair: tuple[str, str], account: Account) -> None:
    with scope(account):
        third = a_lead().public_id
    first = api.post(f"{URL}{pair[0]}/merge/", {"lead": pair[1]}).json()["id"]
    second = api.post(f"{URL}{pair[1]}/merge/", {"lead": third}).json()["id"]
    assert api.delete(f"/api/v1/merges/{first}/").status_code == 200
    assert [api.get(f"{URL}{lead}/").json()["status"] for lead in (*pair, third)] == ["open", "merged", "open"]
    assert api.delete(f"/api/v1/merges/{second}/").status_code == 200
    assert [api.get(f"{URL}{lead}/").json()["status"] for lead in (*pair, third)] == ["open", "open", "open"]
