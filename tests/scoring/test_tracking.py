"""The tracking script and its door: only listed websites, only visitors, nothing that breaks it."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.test import Client

from accounts.models import ApiKey
from accounts.roles import Scope
from events.record import SYSTEM
from scoring.models import Signal
from tenancy.models import Account
from tenancy.scope import scope
from tests.factories import a_key, a_lead

pytestmark = pytest.mark.django_db
ORIGIN = "https://www.acme.example"
SEEN = {"kind": "page_view", "visitor": "v1", "url": f"{ORIGIN}/pricing"}


@pytest.fixture
def key(account: Account) -> str:
    with scope(account):
        return ApiKey.issue("Website", [Scope.SIGNALS_WRITE], by=SYSTEM, origins=[ORIGIN])[1]


def send(key: str, body: Any, origin: str = ORIGIN) -> int:
    said = body if isinstance(body, str | bytes) else json.dumps(body)
    return Client().post(f"/t/{key}/", said, content_type="text/plain", headers={"Origin": origin}).status_code


def kept(account: Account) -> list[Signal]:
    with scope(account):
        return list(Signal.objects.order_by("id"))


def test_the_script_knows_where_to_send_and_sets_no_cookie(key: str) -> None:
    answer = Client().get(f"/t/{key}.js")
    assert (answer.status_code, answer["Content-Type"]) == (200, "text/javascript; charset=utf-8")
    assert f"http://testserver/t/{key}/" in answer.content.decode()
    assert "Set-Cookie" not in answer


def test_a_page_view_waits_for_its_visitor(account: Account, key: str) -> None:
    assert send(key, [SEEN, SEEN | {"kind": "custom", "seconds": 30}]) == 204
    assert [(row.kind, row.visitor, row.seconds, row.lead_id) for row in kept(account)] == [
        ("page_view", "v1", None, None),
        ("custom", "v1", 30, None),
    ]


@pytest.mark.parametrize("origin", ["", "https://evil.example", "null"])
def test_other_websites_are_passed_over(account: Account, key: str, origin: str) -> None:
    assert (send(key, [SEEN], origin), kept(account)) == (204, [])


def test_a_page_cannot_speak_for_a_lead(account: Account, key: str) -> None:
    with scope(account):
        lead = a_lead()
    send(key, [SEEN | {"lead": lead.public_id, "email": lead.contact.email}, {"kind": "reply", "lead": lead.public_id}])
    assert [row.lead_id for row in kept(account)] == [None]


@pytest.mark.parametrize(
    "body", ["", "{", b"\xff", "{}", "[1, null, []]", "[" * 60_000, [{"kind": "x", "visitor": "v"}]]
)
def test_nonsense_is_passed_over(account: Account, key: str, body: Any) -> None:
    assert (send(key, body), kept(account)) == (204, [])


def test_only_a_browsers_key_opens_it(account: Account, key: str) -> None:
    with scope(account):
        other = a_key()
        leads_only = ApiKey.issue("Forms", [Scope.LEADS_WRITE], by=SYSTEM, origins=[ORIGIN])[1]
    for wrong in (other, leads_only, "tgp_1_2"):
        assert (send(wrong, [SEEN]), Client().get(f"/t/{wrong}.js").status_code) == (404, 404)
    with scope(account):
        ApiKey.objects.get(name="Website").revoke(by=SYSTEM)
    assert send(key, [SEEN]) == 404
