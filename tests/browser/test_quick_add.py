"""A rep pastes a signature, sees whom we know already, and adds the lead."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tenancy.scope import scope
from tests.browser.checks import assert_good
from tests.browser.served import sign_in
from tests.factories import a_lead
from workspace.opening import open_account

pytestmark = pytest.mark.django_db(transaction=True)


def test_paste_look_over_and_add(page: Page, live_server: Any) -> None:
    opened = open_account("Acme", "ada@acme.example", "correct-horse-7-battery")
    with scope(opened.account):
        a_lead(name="Lena Krug", email="lena@kestrel.example", company="Kestrel Logistics")
    sign_in(page, live_server, opened.user)
    page.goto(f"{live_server.url}/acme/leads/new/")
    page.get_by_label("Work e-mail").fill("j@kestrel.example")
    page.get_by_label("What do they want?").fill("Met at the fair")
    page.get_by_label("Paste a signature").fill("Jonas Weidmann\nHead of IT at Kestrel Logistics\njw@kestrel.example")
    page.get_by_role("button", name="Read it").click()
    expect(page.get_by_label("Job title")).to_have_value("Head of IT")
    expect(page.get_by_label("What do they want?")).to_have_value("Met at the fair")
    expect(page.get_by_label("Work e-mail")).to_have_value("j@kestrel.example")
    expect(page.locator("#known")).to_contain_text("Lena Krug, Kestrel Logistics")
    assert_good(page, "quick-add")

    page.get_by_label("Company", exact=True).fill("Kestrel")
    expect(page.locator("#known li")).to_have_count(0)
    page.get_by_label("Work e-mail").fill("lena@kestrel.example")
    expect(page.locator("#known")).to_contain_text("Lena Krug")
    page.get_by_label("Work e-mail").fill("jonas@kestrel.example")
    page.get_by_role("button", name="Add lead").click()

    expect(page).to_have_url(re.compile("/leads/lead_"))
    expect(page.get_by_role("heading", level=1)).to_contain_text("Jonas Weidmann")
