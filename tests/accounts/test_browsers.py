"""A key in a web page: it sends leads and signals from its own websites, and learns nothing."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from django.test import Client

from accounts.browsers import origin
from accounts.models import ApiKey
from accounts.roles import BROWSER_SCOPES, Scope
from leads.models import Lead
from scoring.models import Signal
from tenancy.models import Account
from tenancy.scope import scope
from tests.factories import a_key, a_lead, a_source
from tests.leads.test_api_leads import ADA, URL, Api

HOME = "https://www.acme.example"
SIGNALS = "/api/v1/signals/"


@pytest.fixture
def page(account: Account) -> Api:
    with scope(account):
        return Api(a_key(*BROWSER_SCOPES, origins=[HOME]))


def test_a_page_may_send_and_read_the_answer(page: Api, account: Account) -> None:
    response = page.post(URL, ADA, Origin=HOME)
    assert (response.status_code, response["Access-Control-Allow-Origin"], response["Vary"]) == (201, HOME, "Origin")
    assert page.post(SIGNALS, {"kind": "page_view", "visitor": "v1"}, Origin=HOME).status_code == 202
    with scope(account):
        assert (Lead.objects.count(), Signal.objects.count()) == (1, 1)


def test_it_learns_nothing_of_people(page: Api, account: Account) -> None:
    with scope(account):
        lead = a_lead(email=ADA["email"], phone="+44 20 7183 8750")
        Lead.objects.filter(pk=lead.pk).update(external_id="7")
    answers = [page.post(URL, ADA | more, Origin=HOME) for more in ({}, {"email": "new@x.example"})]
    assert [answer.status_code for answer in answers] == [201, 201]
    assert [set(answer.json()) for answer in answers] == [{"submission", "problems", "ignored"}] * 2
    sent = page.post(SIGNALS, {"kind": "chat", "email": ADA["email"]}, Origin=HOME).json()["results"]
    assert (sent[0]["status"], sent[0]["errors"][0]["code"]) == ("invalid", "not_allowed")


def test_it_changes_no_lead_by_guessing_its_id(page: Api, account: Account) -> None:
    page.post(URL, {"external_id": "7", "name": "Ada"}, Origin=HOME)
    assert page.post(URL, {"external_id": "7"}, Origin=HOME).status_code == 400
    with scope(account):
        assert Lead.objects.get().external_id == ""


@pytest.mark.parametrize("headers", [{}, {"Origin": "https://evil.example"}, {"Origin": "null"}])
def test_it_is_worth_nothing_elsewhere(page: Api, account: Account, headers: Any) -> None:
    response = page.post(URL, ADA, **headers)
    assert response.status_code == 403
    assert "Access-Control-Allow-Origin" not in response
    with scope(account):
        assert not Lead.objects.exists()


def test_it_does_nothing_but_send(page: Api, account: Account) -> None:
    with scope(account):
        lead = a_lead()
    home = {"Origin": HOME}
    assert page.client.get(URL, headers=home).status_code == 403
    assert page.patch(f"{URL}{lead.public_id}/", {"name": "Eve"}, **home).status_code == 403
    assert page.post(f"{URL}batch/", [ADA], **home).status_code == 403
    assert page.post(f"{URL}{lead.public_id}/activities/", {"kind": "note"}, **home).status_code == 403


def test_a_browser_asks_first(db: None) -> None:
    asks = {"Origin": HOME, "Access-Control-Request-Method": "POST"}
    response = Client().options(URL, headers=asks)
    assert (response.status_code, response["Access-Control-Allow-Origin"]) == (204, HOME)
    assert "Authorization" in response["Access-Control-Allow-Headers"]
    assert "Access-Control-Allow-Credentials" not in response


def test_a_systems_key_answers_no_page(account: Account) -> None:
    with scope(account):
        api = Api(a_key())
    assert "Access-Control-Allow-Origin" not in api.post(URL, ADA, Origin=HOME)


@pytest.mark.usefixtures("in_scope")
def test_such_a_key_has_no_other_scope() -> None:
    with pytest.raises(ValueError, match="only send"):
        a_key(Scope.LEADS_READ, origins=[HOME])
    assert a_key(Scope.LEADS_WRITE, origins=[HOME]).startswith("tgp_")


@pytest.mark.parametrize("text", ["HTTPS://WWW.acme.example/", " https://www.acme.example "])
def test_an_origin_is_written_in_one_way(text: str) -> None:
    assert origin(text) == HOME


@pytest.mark.parametrize(
    "text",
    ["acme.example", "https://", "ftp://acme.example", f"{HOME}/page", "https://a@b.example", "https://a b", "*"],
)
def test_what_is_no_origin_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="origin"):
        origin(text)


def test_it_is_made_in_settings(cast: SimpleNamespace) -> None:
    client, url = Client(), f"/{cast.account.slug}/settings/keys/"
    client.force_login(cast.ada.user)
    said = {"name": "Site", "scopes": ["leads:write"], "origins": f"{HOME}/\n", "expires_on": "2100-01-31"}
    wrong = client.post(url, said | {"scopes": ["leads:read"]}).content.decode()
    assert "may only send leads and signals" in wrong
    assert "is no origin" in client.post(url, said | {"origins": "acme"}).content.decode()
    assert "from today on" in client.post(url, said | {"expires_on": "2001-01-01"}).content.decode()
    page = client.post(url, said).content.decode()
    assert "tgp_" in page
    with scope(cast.account):
        key = ApiKey.objects.get()
        assert (key.origins, key.has_expired, key.expires_at.year) == ([HOME], False, 2100)


@pytest.mark.parametrize("source", ["API", "Partner"])
def test_not_by_another_systems_name_for_the_id_either(page: Api, account: Account, source: str) -> None:
    with scope(account):
        theirs = a_source(source, "api", mapping={"Ref": "external_id"})
        lead = a_lead(email="jonas@kestrel.example", source=theirs, external_id="7")
    page.post(URL, {"Ref": "7", "source": source, "email": "m@evil.example"}, Origin=HOME)
    with scope(account):
        assert Lead.objects.with_people().get(pk=lead.pk).contact.email == "jonas@kestrel.example"
        assert Lead.objects.count() == 2


@pytest.mark.parametrize("body", [ADA, {"name": "Mallory"}])
def test_its_idempotency_keys_are_its_own(page: Api, account: Account, body: Any) -> None:
    page.post(URL, body, **{"Origin": HOME, "Idempotency-Key": "order-1"})
    with scope(account):
        partner = Api(a_key(Scope.LEADS_WRITE))
    answer = partner.post(URL, ADA, **{"Idempotency-Key": "order-1"})
    assert answer.status_code in (200, 201), "who reads a page's key must not stand in a partner's way"
    assert "id" in answer.json()
    hers = page.post(URL, ADA, **{"Origin": HOME, "Idempotency-Key": "order-1"})
    assert "contact" not in hers.json()
