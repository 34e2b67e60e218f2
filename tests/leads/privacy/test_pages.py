"""Firms and people as pages; the export and the erasure of one by an admin."""

from __future__ import annotations

import io
import json
import zipfile
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from events.record import PROSPECT
from leads.capture import capture
from leads.models import Contact, Lead
from leads.privacy.erasure import erase
from tenancy.models import Account
from tenancy.scope import scope
from tests.factories import a_lead, a_source
from tests.isolation.urls import urls_of
from tests.isolation.world import logged_in

CONSENT = {"basis": "consent", "text": "You may write to me.", "version": "2"}


@pytest.fixture
def lead(account: Account) -> Lead:
    with scope(account):
        facts = {"name": "Ada King", "email": "ada@kestrel.example", "company": "Kestrel", "consent": CONSENT}
        return capture(facts, source=a_source(), channel="form", by=PROSPECT).lead


@pytest.fixture
def ada(cast: SimpleNamespace) -> Client:
    return logged_in(cast.ada.user)


def test_a_firm_shows_its_people_and_leads(ada: Client, lead: Lead) -> None:
    assert "kestrel.example" in ada.get("/acme/companies/?q=kes").content.decode()
    assert "No company matches" in ada.get("/acme/companies/?q=zzz").content.decode()
    page = ada.get(f"/acme/companies/{lead.company.public_id}/").content.decode()
    for words in ("Kestrel", "Ada King", "1 open of 1 lead", "Website"):
        assert words in page
    assert ada.get("/acme/companies/?cursor=x").status_code == 302


def test_a_firm_is_corrected_in_place(ada: Client, lead: Lead) -> None:
    path = f"/acme/companies/{lead.company.public_id}/facts/headcount/"
    assert 'name="value"' in ada.get(path).content.decode()
    assert "Unknown" in ada.get(f"{path}?shown").content.decode()
    refused = ada.post(path, {"value": "many"})
    assert (refused.status_code, "field-error" in refused.content.decode()) == (422, True)
    assert "240" in ada.post(path, {"value": "240"}).content.decode()
    assert ada.get(path.replace("headcount", "colour")).status_code == 404


def test_the_list_takes_the_same_statements_for_any_number(ada: Client, account: Account) -> None:
    def count() -> int:
        with CaptureQueriesContext(connection) as captured:
            ada.get("/acme/companies/")
        return len(captured)

    with scope(account):
        a_lead(company="Kestrel")
    few = count()
    with scope(account):
        for _ in range(5):
            a_lead(company="Kestrel")
    assert count() == few


def test_consent_is_told_with_its_wording_time_and_withdrawal(ada: Client, lead: Lead, account: Account) -> None:
    with scope(account):
        lead.contact.unsubscribe(by=PROSPECT)
    page = ada.get(f"/acme/contacts/{lead.contact.public_id}/").content.decode()
    for words in ("Agreed: Consent", "You may write to me.", "Website", "No more mail wanted", "No mail since"):
        assert words in page
    assert page.index("No more mail wanted") < page.index("Agreed: Consent")


def test_everything_is_handed_over_as_an_archive(ada: Client, lead: Lead) -> None:
    response: Any = ada.post(f"/acme/contacts/{lead.contact.public_id}/export/")
    assert response["Cache-Control"] == "no-store"
    with zipfile.ZipFile(io.BytesIO(b"".join(response.streaming_content))) as archive:
        told = json.loads(archive.read("person.json"))
    assert told["person"]["email"] == "ada@kestrel.example"
    assert told["consents"][0]["version"] == "2"
    assert told["tables"]["submission"][0]["raw"]["name"] == "Ada King"


def test_an_erasure_is_confirmed_by_name(ada: Client, lead: Lead, account: Account) -> None:
    path = f"/acme/contacts/{lead.contact.public_id}/"
    assert "1 open lead" in ada.get(f"{path}erasure/").content.decode()
    assert ada.post(f"{path}erasure/", {"name": "Somebody"}).status_code == 422
    assert ada.post(f"{path}erasure/", {"name": "ada king"}).status_code == 302
    page = ada.get(path).content.decode()
    assert "Erased on" in page
    assert "Ada King" not in page
    assert "Ada King" not in ada.get("/acme/contacts/").content.decode()


def test_a_rep_sees_no_way_to_export_or_erase(cast: SimpleNamespace, lead: Lead) -> None:
    rita = logged_in(cast.rita.user)
    path = f"/acme/contacts/{lead.contact.public_id}/"
    assert "Erase" not in rita.get(path).content.decode()
    assert rita.get(f"{path}erasure/").status_code == 403
    assert rita.post(f"{path}export/").status_code == 403


def test_no_url_of_an_erased_persons_lead_fails_or_tells(ada: Client, lead: Lead, account: Account) -> None:
    """Pages and endpoints that read a lead, its person or its firm meet rows of which nothing is left."""
    with scope(account):
        lead.log_activity(kind="note", body="Ada King called", by=PROSPECT)
        erase(Contact.objects.get(pk=lead.contact_id), by=PROSPECT)
    ids = {"lead_id": lead.public_id, "contact_id": lead.contact.public_id, "company_id": lead.company.public_id}
    ids |= {"part": "head", "fact": "headcount", "person_fact": "job_title"}
    asked = 0
    for url in urls_of("config.account_urls"):
        for part in ("head", "next", "facts") if "part" in url.parameters else ("",):
            if url.parameters and set(url.parameters) <= set(ids):
                response = ada.get(f"/acme/{url.path(ids | {'part': part})}")
                assert response.status_code < 500, url
                assert b"Ada King" not in response.content, url
                asked += 1
    assert asked > 20
