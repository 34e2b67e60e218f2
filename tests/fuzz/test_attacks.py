"""Capture as an attacker tries it: another's account, another's website, another's host name."""

from __future__ import annotations

import json
from types import SimpleNamespace

import pytest

from leads.models import Lead
from tenancy.models import Account
from tenancy.scope import scope
from tests.factories import a_key, an_account
from tests.fuzz.doors import SHOP, build
from tests.fuzz.wire import Answered, Asked, send

pytestmark = pytest.mark.django_db
ADA = json.dumps({"email": "ada@kestrel.example"}).encode()
EVIL = "evil.example"


@pytest.fixture
def world(account: Account) -> SimpleNamespace:
    return build(account)


def post(key: str, **headers: str) -> Answered:
    headers["Authorization"] = f"Bearer {key}"
    return send(Asked("POST", "/api/v1/leads/", ADA, "application/json", headers=headers))


def public(world: SimpleNamespace) -> list[str]:
    form = f"/f/{world.form.public_id}/"
    return [form, f"{form}embed.js", f"{form}thanks/", f"/t/{world.browser}.js"]


@pytest.mark.parametrize("host", [EVIL, f"testserver@{EVIL}", f"{EVIL}:80", f"testserver.{EVIL}"])
def test_another_host_name_is_not_answered(world: SimpleNamespace, host: str) -> None:
    for path in public(world):
        answer = send(Asked("GET", path, headers={"Host": host}))
        assert (answer.status, EVIL.encode() in answer.body) == (400, False), path


@pytest.mark.parametrize("header", ["X-Forwarded-Host", "X-Host", "X-Forwarded-Server", "Forwarded", "X-Original-URL"])
def test_no_other_header_names_the_host(world: SimpleNamespace, header: str) -> None:
    for path in public(world):
        answer = send(Asked("GET", path, headers={header: EVIL}))
        assert (answer.status, EVIL.encode() in answer.body) == (200, False), path


def test_an_idempotency_key_of_another_account_answers_nothing(world: SimpleNamespace) -> None:
    globex = an_account("globex")
    with scope(globex):
        theirs = a_key()
    first, second = post(world.key, **{"Idempotency-Key": "1"}), post(theirs, **{"Idempotency-Key": "1"})
    assert (first.status, second.status) == (201, 201)
    assert json.loads(first.body)["id"] != json.loads(second.body)["id"]
    assert "idempotent-replayed" not in second.headers
    for account in (world.account, globex):
        with scope(account):
            assert Lead.objects.count() == 1


@pytest.mark.parametrize(
    "origin", [f"https://{EVIL}", f"{SHOP}.{EVIL}", "null", "", SHOP.replace("https", "http"), f"{SHOP}:8443"]
)
def test_a_websites_key_works_on_that_website_only(world: SimpleNamespace, origin: str) -> None:
    assert post(world.browser, Origin=origin).status in (401, 403)
    with scope(world.account):
        assert not Lead.objects.exists()


def test_a_websites_key_reads_nothing(world: SimpleNamespace) -> None:
    headers = {"Authorization": f"Bearer {world.browser}", "Origin": SHOP}
    for path in ("leads/", "sources/", f"imports/{world.table.public_id}/", "leads/batch/"):
        for method in ("GET", "POST", "DELETE"):
            if (method, path) != ("POST", "leads/"):
                answer = send(Asked(method, f"/api/v1/{path}", b"{}", "application/json", headers=headers))
                assert answer.status in (401, 403, 404, 405), (method, path)


def test_what_a_website_is_told_is_kept_apart_by_origin(world: SimpleNamespace) -> None:
    answer = post(world.browser, Origin=SHOP)
    assert (answer.status, answer.headers["access-control-allow-origin"]) == (201, SHOP)
    assert "Origin" in answer.headers["vary"]
    assert "access-control-allow-credentials" not in answer.headers
