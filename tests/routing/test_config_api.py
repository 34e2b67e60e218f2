"""REST: pools and territories."""

from __future__ import annotations

import json
from types import SimpleNamespace
from typing import Any

import pytest
from django.test import Client

from accounts.roles import Scope
from routing.models import Pool, PoolMember, Territory
from tenancy.models import Account
from tenancy.scope import scope
from tests.factories import a_key

pytestmark = pytest.mark.django_db


@pytest.fixture
def key(account: Account, rules: SimpleNamespace) -> str:
    with scope(account):
        return a_key(Scope.SETTINGS_WRITE)


def call(key: str, method: str, path: str, body: Any = None) -> Any:
    answer = getattr(Client(), method)(
        f"/api/v1/{path}",
        *([json.dumps(body)] if body is not None else []),
        content_type="application/json",
        headers={"Authorization": f"Bearer {key}"},
    )
    return answer.status_code, answer.json() if answer.content else None


def refused(key: str, method: str, path: str, body: Any) -> list[str]:
    status, said = call(key, method, path, body)
    assert status in (400, 422), said
    return [error["pointer"] for error in said["errors"]]


def test_a_pool_is_made_changed_and_removed(key: str, account: Account, rules: SimpleNamespace) -> None:
    seat = {"member": rules.rita.public_id, "weight": 2, "capacity_day": 5}
    status, pool = call(key, "post", "pools/", {"name": "Desk", "strategy": "weighted", "members": [seat]})
    assert status == 201
    (made,) = pool["members"]
    assert made == {
        "member": rules.rita.public_id,
        "name": "Rita",
        "weight": 2,
        "turns": 0,
        "capacity_open": 30,
        "capacity_day": 5,
        "capacity_minutes": None,
        "paused": False,
    }
    path = f"pools/{pool['id']}/"
    status, pool = call(key, "patch", path, {"credits": ["no_show"], "members": [{"member": rules.raj.public_id}]})
    assert (status, [one["name"] for one in pool["members"]], pool["credits"]) == (200, ["Raj"], ["no_show"])
    assert [one["name"] for one in call(key, "get", "pools/")[1]["results"]] == ["Desk", "Everybody"]
    assert call(key, "delete", path)[0] == 204
    assert call(key, "get", path)[0] == 404


@pytest.mark.parametrize(
    ("said", "pointers"),
    [
        ({"name": "Everybody"}, ["/name"]),
        ({"name": "x", "strategy": "luck"}, ["/strategy"]),
        ({"name": "x", "members": [{"member": "mem_none"}]}, ["/members/0/member"]),
        ({"name": "x", "members": [{"member": "RITA", "weight": 0}]}, ["/members/0/weight"]),
        ({"name": "x", "members": [{"member": "RITA"}, {"member": "RITA"}]}, ["/members"]),
        ({"name": "x", "credits": ["rain"]}, ["/credits/0"]),
        ({}, ["/name"]),
    ],
)
def test_a_pool_that_makes_no_sense_is_refused_and_nothing_kept(
    key: str, account: Account, rules: SimpleNamespace, said: Any, pointers: list[str]
) -> None:
    body = json.loads(json.dumps(said).replace("RITA", rules.rita.public_id))
    assert refused(key, "post", "pools/", body) == pointers
    with scope(account):
        assert [pool.name for pool in Pool.objects.all()] == ["Everybody"]
        assert not PoolMember.objects.exists()


def test_the_pool_of_everybody_and_one_that_rules_need_stay(key: str, account: Account) -> None:
    with scope(account):
        everybody = Pool.objects.get()
    path = f"pools/{everybody.public_id}/"
    assert refused(key, "patch", path, {"members": []}) == ["/members"]
    status, said = call(key, "delete", path)
    assert (status, "stays" in said["detail"]) == (409, True)


def test_leaving_a_pool_and_coming_back_begins_where_the_pool_stands(
    key: str, account: Account, rules: SimpleNamespace
) -> None:
    rita, raj = ({"member": one.public_id} for one in (rules.rita, rules.raj))
    _, pool = call(key, "post", "pools/", {"name": "Desk", "strategy": "weighted", "members": [rita, raj]})
    with scope(account):
        PoolMember.objects.update(passed=4000)
    call(key, "patch", f"pools/{pool['id']}/", {"members": [rita]})
    call(key, "patch", f"pools/{pool['id']}/", {"members": [rita, raj]})
    with scope(account):
        assert set(PoolMember.objects.values_list("passed", flat=True)) == {4000}


def test_territories_are_in_order_and_say_where_they_overlap(key: str, rules: SimpleNamespace) -> None:
    berlin = {"name": "Berlin", "countries": ["de"], "postal_prefixes": ["10", "1 2"], "member": rules.rita.public_id}
    status, first = call(key, "post", "territories/", berlin)
    assert (status, first["countries"], first["postal_prefixes"], first["position"]) == (201, ["DE"], ["10", "12"], 1)
    _, second = call(key, "post", "territories/", {"name": "DACH", "regions": ["DACH"]})
    assert (second["position"], second["overlaps"], second["regions"]) == (2, ["Berlin"], ["dach"])
    call(key, "patch", f"territories/{second['id']}/", {"position": 1})
    found = call(key, "get", "territories/")[1]["results"]
    assert [(one["name"], one["position"]) for one in found] == [("DACH", 1), ("Berlin", 2)]
    assert call(key, "delete", f"territories/{first['id']}/")[0] == 204


@pytest.mark.parametrize(
    ("said", "pointers"),
    [
        ({"name": "x"}, ["/countries"]),
        ({"name": "x", "countries": ["Germany"]}, ["/countries"]),
        ({"name": "x", "regions": ["mars"]}, ["/regions"]),
        ({"name": "x", "accounts": ["kestrel"]}, ["/accounts"]),
        ({"name": "x", "headcount_from": 9, "headcount_to": 3}, ["/headcount_to"]),
        ({"name": " ", "countries": ["DE"]}, ["/name"]),
        ({"name": "x", "countries": ["DE"], "pool": "poo_none"}, ["/pool"]),
    ],
)
def test_a_territory_that_makes_no_sense_is_refused(key: str, account: Account, said: Any, pointers: list[str]) -> None:
    assert refused(key, "post", "territories/", said) == pointers
    with scope(account):
        assert not Territory.objects.exists()


def test_only_admins_and_keys_for_settings_may(account: Account, rules: SimpleNamespace) -> None:
    with scope(account):
        other = a_key(Scope.LEADS_WRITE, Scope.LEADS_READ)
    assert call(other, "get", "pools/")[0] == 403
    client = Client()
    client.force_login(rules.max.user)
    assert client.get("/acme/api/v1/territories/").status_code == 403
