from __future__ import annotations

from types import SimpleNamespace

import pytest
from django.test import Client

from tenancy.scope import scope
from tests.factories import a_lead

pytestmark = pytest.mark.django_db


@pytest.fixture
def rita(client: Client, cast: SimpleNamespace) -> Client:
    client.force_login(cast.rita.user)
    with scope(cast.account):
        a_lead(name="Jonas Weidmann", company="Kestrel Logistics")
        a_lead(name="Petra Keszthelyi", company="100% Verlag")
    return client


def found(client: Client, words: str) -> str:
    response = client.get("/acme/search/", {"q": words})
    assert response.status_code == 200
    return response.content.decode()


def test_leads_are_found_by_person_and_firm(rita: Client) -> None:
    assert "Jonas Weidmann" in found(rita, "kestrel")
    assert "Petra" not in found(rita, "kestrel")
    assert "Jonas Weidmann" in found(rita, "KES")


def test_wildcards_are_letters(rita: Client) -> None:
    assert "Petra" in found(rita, "100%")
    assert "Jonas" not in found(rita, "%s%")


def test_pages_are_found_by_name(rita: Client) -> None:
    assert 'href="/acme/reports/"' in found(rita, "rep")


def test_nothing_found_says_so(rita: Client) -> None:
    assert "Nothing matches" in found(rita, "zzz\x00zzz<script>")


def test_eve_finds_nothing_of_acme(rita: Client, eve: SimpleNamespace) -> None:
    rita.force_login(eve.user)

    assert "Jonas" not in rita.get("/globex/search/", {"q": "jonas"}).content.decode()
    assert rita.get("/acme/search/", {"q": "jonas"}).status_code == 404
