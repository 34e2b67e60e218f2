"""The settings of a source in a browser: what came is suggested, and saved by keyboard."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from events.record import PROSPECT
from leads.capture import capture
from leads.models import Source
from tenancy.scope import scope
from tests.browser.checks import assert_good
from tests.browser.served import sign_in
from workspace.opening import open_account


@pytest.mark.django_db(transaction=True)
def test_their_names_are_suggested_and_saved(page: Page, live_server: Any) -> None:
    opened = open_account("Acme", "ada@acme.example", "correct-horse-7-battery")
    with scope(opened.account):
        website = Source.objects.get(name="Website")
        said = {"name": "Jonas", "Telefonnummer": "040 123456", "lead": {"Standplatz": "Halle 7, Reihe B"}}
        capture(said, source=website, channel="api", by=PROSPECT)
    sign_in(page, live_server, opened.user)
    page.goto(f"{live_server.url}/acme/settings/sources/")
    assert_good(page, "sources")
    page.get_by_role("link", name="Website", exact=True).press("Enter")
    expect(page.get_by_label("What Telefonnummer is")).to_have_value("phone")
    assert_good(page, "source")

    page.get_by_label("What lead.Standplatz is").select_option("territory")
    page.get_by_label("Another name of theirs").first.fill("budget_eur")
    page.get_by_label("What it is").first.select_option("budget")
    page.get_by_label("Company size").focus()
    page.keyboard.press("Space")
    page.get_by_role("button", name="Save").press("Enter")

    expect(page.locator("#toasts")).to_contain_text("Website saved")
    with scope(opened.account):
        website.refresh_from_db()
    assert website.mapping == {"Telefonnummer": "phone", "lead.Standplatz": "territory", "budget_eur": "budget"}
    assert website.required == ["headcount"]
