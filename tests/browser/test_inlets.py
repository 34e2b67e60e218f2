"""Webhooks in a browser: an address is made, an example mapped by clicking its values, and taken again."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from events import drain
from leads.models import Inlet, Lead, Mailbox, Protocol
from tenancy import clock
from tenancy.scope import scope
from tests.browser.checks import assert_good, leave_by
from tests.browser.served import sign_in
from tests.factories import a_source
from tests.leads.inbound.stage import an_inlet, send
from workspace.opening import Opened, open_account

pytestmark = pytest.mark.django_db(transaction=True)
NESTED = {"data": {"person": [{"email": "ada@kestrel.example", "full": "Ada King"}]}, "note": "x" * 400}


@pytest.fixture
def opened(transactional_db: None) -> Opened:
    return open_account("Acme", "ada@acme.example", "correct-horse-7-battery")


@pytest.fixture
def ada(page: Page, live_server: Any, opened: Opened) -> Page:
    sign_in(page, live_server, opened.user)
    return page


def test_an_example_is_mapped_by_clicking_and_taken_again(ada: Page, live_server: Any, opened: Opened) -> None:
    with scope(opened.account):
        a_source("Partner", "webhook")
    ada.goto(f"{live_server.url}/acme/settings/inlets/")
    ada.get_by_label("Name").fill("Partner portal")
    ada.get_by_label("Protocol").select_option("generic")
    ada.get_by_label("Source").select_option(label="Partner")
    ada.get_by_role("button", name="Make it").click()
    expect(ada.locator("#address")).to_contain_text("/in/")

    with scope(opened.account):
        inlet = Inlet.objects.get()
    send(inlet, NESTED)
    ada.reload()
    ada.get_by_text("Ada King", exact=False).first.click()
    expect(ada.get_by_label("Ada King at data.person[0].full")).to_be_focused()
    ada.get_by_label("Ada King at data.person[0].full").select_option(label="Name")
    ada.get_by_role("button", name="Use this mapping").click()
    expect(ada.locator("#reads-as")).to_contain_text("ada@kestrel.example")
    assert_good(ada, "inlet")

    leave_by(ada.get_by_role("link", name="What it received"))
    assert_good(ada, "received")
    leave_by(ada.get_by_role("table", name="Received").get_by_role("link").first)
    assert_good(ada, "payload")
    leave_by(ada.get_by_role("button", name="Take it again"))
    drain.drain()
    ada.reload()
    expect(ada.get_by_role("link", name="Ada King")).to_be_visible()
    with scope(opened.account):
        assert Lead.objects.count() == 1


def test_the_pages_are_good(ada: Page, live_server: Any, opened: Opened) -> None:
    meta = an_inlet(opened.account, Protocol.META, token_refused_at=clock.now())
    with scope(opened.account):
        columns = {"host": "imap.example", "username": "sales", "problem": "The password was refused."}
        Mailbox.objects.create(source=a_source("Inbox", "email"), **columns)
    for path in ("inlets/", f"inlets/{meta.public_id}/", "mailboxes/", "received/"):
        ada.goto(f"{live_server.url}/acme/settings/{path}")
        expect(ada.get_by_role("heading", level=1)).to_have_text("Settings")
        assert_good(ada, path.strip("/").replace("/", "-"))
