"""Firms and people in a browser: found, corrected in place, and one of them erased."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from events import drain
from events.record import PROSPECT, SYSTEM
from leads.capture import capture
from leads.models import CustomField, Source
from tenancy.models import Account
from tenancy.scope import scope
from tests.browser.checks import assert_good, leave_by
from tests.browser.served import sign_in
from workspace.opening import open_account

pytestmark = pytest.mark.django_db(transaction=True)
CONSENT = {"basis": "consent", "text": "You may write to me about managed services.", "version": "2"}


def test_ada_corrects_a_firm_and_erases_a_person(page: Page, live_server: Any, transactional_db: None) -> None:
    opened = open_account("Acme", "ada@acme.example", "correct-horse-7-battery")
    two_of_kestrel(opened.account)
    sign_in(page, live_server, opened.user)
    page.goto(f"{live_server.url}/acme/companies/")
    assert_good(page, "companies")
    page.get_by_role("link", name="Kestrel", exact=True).click()

    page.get_by_role("button", name="Size, change").click()
    page.get_by_role("textbox", name="Size").fill("240")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("button", name="Size, change")).to_contain_text("240")
    assert_good(page, "company")

    page.get_by_role("region", name="People").get_by_role("link", name="Jonas Weidmann").click()
    expect(page.get_by_text("You may write to me")).to_be_visible()
    assert_good(page, "contact")
    note_a_withdrawal(page)
    with page.expect_download() as download:
        page.get_by_role("button", name="Export everything").click()
    assert download.value.suggested_filename.endswith(".zip")

    leave_by(page.get_by_role("link", name="Erase"))
    assert_good(page, "erasure")
    page.get_by_role("textbox", name="to confirm").fill("Jonas Weidmann")
    page.get_by_role("button", name="Erase for good").click()
    expect(page.get_by_text("Looking for traces elsewhere")).to_be_visible()
    drain.drain()
    expect(page.get_by_text("All places were searched")).to_be_visible()
    assert_good(page, "erased")
    page.get_by_role("link", name="Erased person").first.click()
    expect(page.get_by_role("heading", name="Erased on")).to_be_visible()
    page.goto(f"{live_server.url}/acme/contacts/")
    assert_good(page, "contacts")
    expect(page.get_by_text("Jonas")).to_have_count(0)


def two_of_kestrel(account: Account) -> None:
    with scope(account):
        source = Source.objects.get(name="Website")
        for name, email in (("Jonas Weidmann", "jonas@kestrel.example"), ("Mira Holt", "mira@kestrel.example")):
            facts = {"name": name, "email": email, "company": "Kestrel GmbH", "value": "25000 EUR", "consent": CONSENT}
            capture(facts, source=source, channel="form", by=PROSPECT)
    drain.drain()


def note_a_withdrawal(page: Page) -> None:
    page.get_by_role("button", name="Record a withdrawal").click()
    assert_good(page, "contact-withdrawal")
    page.get_by_label("Note").fill("Called, wants no letters")
    page.get_by_role("button", name="Record it").click()
    expect(page.get_by_text("Consent withdrawn by phone")).to_be_visible()
    expect(page.get_by_role("button", name="Mail is wanted again")).to_be_visible()
    assert_good(page, "contact-withdrawn")


def test_ada_chooses_columns_of_her_own(page: Page, live_server: Any, transactional_db: None) -> None:
    opened = open_account("Acme", "ada@acme.example", "correct-horse-7-battery")
    with scope(opened.account):
        CustomField.add(label="Sites", type="number", by=SYSTEM)
        facts = {"name": "Jonas Weidmann", "email": "jonas@kestrel.example", "sites": 17}
        capture(facts, source=Source.objects.get(name="Website"), channel="form", by=PROSPECT)
    sign_in(page, live_server, opened.user)
    page.goto(f"{live_server.url}/acme/leads/")
    page.get_by_text("Columns", exact=True).click()
    page.get_by_role("checkbox", name="Sites").check()
    expect(page.get_by_role("columnheader", name="Sites")).to_be_visible()
    expect(page.get_by_role("cell", name="17", exact=True)).to_be_visible()
    assert_good(page, "own-columns")
