"""Firms and people over REST, and what is held about one of them."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.roles import Scope
from events import drain
from events.models import Event
from leads.models import Company, Contact, Lead
from tenancy.models import Account
from tenancy.scope import scope
from tests.factories import a_key, a_lead
from tests.leads.test_api_leads import Api

URL = "/api/v1/"


@pytest.fixture
def api(account: Account) -> Api:
    with scope(account):
        return Api(a_key())


def sent(api: Api, name: str, host: str = "kestrel.example", **facts: Any) -> Any:
    body = {"name": name, "email": f"{name.partition(' ')[0].lower()}@{host}"} | facts
    return api.post(f"{URL}leads/", body).json()


def test_firms_are_listed_by_domain_with_their_people_and_leads(api: Api) -> None:
    first = sent(api, "Ada King", company="Kestrel Ltd")
    sent(api, "Grace Hopper")
    sent(api, "Bo Diddley", "other.example")
    [firm] = api.get(f"{URL}companies/", domain="Kestrel.example").json()["results"]
    assert (firm["name"], firm["leads"], firm["open_leads"], firm["people"]) == ("Kestrel", 2, 2, 2)
    assert firm["id"] == first["company"]["id"]
    people = api.get(f"{URL}contacts/", company=firm["id"]).json()["results"]
    assert {person["email"] for person in people} == {"ada@kestrel.example", "grace@kestrel.example"}
    assert people[0]["newest_lead"].startswith("lead_")


@pytest.mark.parametrize(("query", "found"), [("kes", 1), ("kestrel.ex", 1), ("king", 1), ("zzz", 0), ("estrel", 1)])
def test_firms_are_found_by_their_beginning_or_by_a_lead(api: Api, query: str, found: int) -> None:
    sent(api, "Ada King", company="Kestrel Ltd")
    sent(api, "Bib Diddley", "blue.example")
    assert len(api.get(f"{URL}companies/", q=query).json()["results"]) == found


def test_lists_go_on_by_cursor(api: Api) -> None:
    for number in range(3):
        sent(api, f"Person{number} X", f"firm{number}.example")
    for kind in ("companies", "contacts"):
        first = api.get(f"{URL}{kind}/", limit=2).json()
        second = api.client.get(first["next"]).json()
        ids = [row["id"] for row in first["results"] + second["results"]]
        assert len(set(ids)) == 3
        assert second["next"] is None


@pytest.mark.parametrize("kind", ["companies", "contacts"])
def test_the_lists_take_the_same_statements_for_any_number(api: Api, account: Account, kind: str) -> None:
    def count() -> int:
        with CaptureQueriesContext(connection) as captured:
            api.get(f"{URL}{kind}/")
        return len(captured)

    with scope(account):
        a_lead(company="Kestrel")
    count()  # the key is noted as used, once
    few = count()
    with scope(account):
        for _ in range(5):
            a_lead(company="Kestrel")
    assert count() == few


@pytest.mark.parametrize("query", [{"company": "nonsense"}, {"q": "a\x00"}, {"email": "x" * 400}, {"limit": "²"}])
def test_a_filter_that_makes_no_sense_is_400(api: Api, query: dict[str, str]) -> None:
    assert api.get(f"{URL}contacts/", **query).status_code == 400


def test_a_firm_is_corrected_for_all_of_its_leads(api: Api, account: Account) -> None:
    lead = sent(api, "Ada King", company="Kestrel Ltd")
    path = f"{URL}companies/{lead['company']['id']}/"
    changed = api.patch(path, {"name": "Kestrel Group GmbH", "headcount": "51-200", "country": "Germany"})
    assert changed.status_code == 200
    assert (changed.json()["name"], changed.json()["country"]) == ("Kestrel Group", "DE")
    assert api.get(f"{URL}leads/", q="kestrel group").json()["results"][0]["id"] == lead["id"]
    with scope(account):
        told = Event.objects.get(kind="lead.changed").body
    assert told["company"] == ["Kestrel", "Kestrel Group"]
    assert api.patch(path, {"country": ""}).json()["country"] is None


def test_nonsense_about_a_firm_is_refused_beside_its_name(api: Api) -> None:
    path = f"{URL}companies/{sent(api, 'Ada King')['company']['id']}/"
    sent(api, "Bo Diddley", "other.example")
    for body in ({"domain": "other.example"}, {"headcount": "many"}, {"country": "Atlantis"}, {"colour": "red"}):
        refused = api.patch(path, body)
        assert refused.status_code == 400
        assert refused.json()["errors"][0]["pointer"] == f"/{next(iter(body))}"


def test_a_person_is_corrected(api: Api) -> None:
    lead = sent(api, "Ada King")
    path = f"{URL}contacts/{lead['contact']['id']}/"
    changed = api.patch(path, {"job_title": "CTO", "email": "Ada.King@Kestrel.example"})
    assert (changed.json()["job_title"], changed.json()["seniority"]) == ("CTO", "c_level")
    assert changed.json()["email"] == "ada.king@kestrel.example"
    assert api.patch(path, {"product": "x"}).status_code == 400


def test_everything_is_handed_over_and_then_forgotten(api: Api, account: Account) -> None:
    lead = sent(api, "Ada King", consent={"text": "You may write.", "version": 3}, message="Secret plans")
    path = f"{URL}contacts/{lead['contact']['id']}/"
    told = api.get(f"{path}export/").json()
    assert told["consents"][0]["text"] == "You may write."
    assert told["tables"]["submission"][0]["raw"]["message"] == "Secret plans"
    assert {"contact", "lead", "submission", "event"} <= set(told["tables"])
    erased = api.post(f"{path}erasure/", {})
    assert (erased.status_code, erased.json()["state"]) == (202, "running")
    drain.drain()
    assert api.get(f"{path}erasure/").json()["state"] == "done"
    assert api.post(f"{path}erasure/", {}).json()["id"] == erased.json()["id"]
    for gone in (path, f"{path}export/"):
        assert api.get(gone).status_code == 404
    shell = api.get(f"{URL}leads/{lead['id']}/").json()
    assert (shell["contact"]["name"], shell["message"], shell["captured_at"]) == (None, None, lead["captured_at"])
    assert api.patch(f"{URL}leads/{lead['id']}/", {"message": "Back"}).status_code == 400
    with scope(account):
        assert Lead.objects.count() == Contact.objects.count() == Company.objects.count() == 1


def test_only_admins_keys_export_and_erase(account: Account, cast: SimpleNamespace) -> None:
    with scope(account):
        lead = a_lead()
        reader = Api(a_key(Scope.LEADS_READ, Scope.LEADS_WRITE))
    path = f"{URL}contacts/{lead.contact.public_id}/"
    assert reader.get(path).status_code == 200
    assert reader.get(f"{path}export/").status_code == 403
    assert reader.post(f"{path}erasure/", {}).status_code == 403
