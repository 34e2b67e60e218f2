from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from accounts.models import User
from tenancy.scope import scope
from tests.browser.checks import assert_good
from tests.browser.served import sign_in
from tests.factories import a_lead
from tests.workspace.test_settings import a_dead_job
from workspace.opening import Opened, open_account

pytestmark = pytest.mark.django_db(transaction=True)
PAGES = (
    *("", "members/", "keys/", "sources/", "forms/", "fields/", "enrichment/", "pipelines/", "scoring/", "routing/"),
    "jobs/",
    "duplicates/",
)


@pytest.fixture
def opened(transactional_db: None) -> Opened:
    return open_account("Acme", "ada@acme.example", "correct-horse-7-battery")


@pytest.fixture
def ada(page: Page, live_server: Any, opened: Opened) -> Page:
    sign_in(page, live_server, opened.user)
    return page


@pytest.mark.parametrize("path", PAGES)
def test_page_is_good_at_every_size(ada: Page, live_server: Any, opened: Opened, path: str) -> None:
    with scope(opened.account):
        a_dead_job()
    ada.goto(f"{live_server.url}/acme/settings/{path}")

    expect(ada.get_by_role("heading", level=1)).to_have_text("Settings")
    assert_good(ada, f"settings-{path.strip('/') or 'general'}")
    ada.set_viewport_size({"width": 390, "height": 844})
    expect(ada.locator(".views [aria-current]")).to_be_in_viewport(ratio=1)


def test_key_is_made_shown_and_revoked(ada: Page, live_server: Any) -> None:
    ada.goto(f"{live_server.url}/acme/settings/keys/")
    ada.get_by_label("Name").fill("Website")
    ada.get_by_role("button", name="Make the key").click()
    expect(ada.locator("#secret")).to_have_text(re.compile(r"tg_[0-9a-f]{8}_"))

    row = ada.get_by_role("row", name="Website")
    row.get_by_role("button", name="Revoke").click()
    ada.get_by_role("dialog").get_by_role("button", name="Revoke").click()

    expect(ada.get_by_role("row", name="Website")).to_contain_text("revoked")


def test_palette_finds_a_lead_and_goes_there_by_keys(ada: Page, live_server: Any, opened: Opened) -> None:
    with scope(opened.account):
        a_lead(name="Jonas Weidmann", company="Kestrel Logistics", tier="urgent", score=90)
    ada.goto(f"{live_server.url}/acme/settings/")

    ada.keyboard.press("Control+k")
    box = ada.get_by_role("combobox", name="Search leads and pages")
    expect(box).to_be_focused()
    ada.keyboard.type("kest")
    expect(ada.get_by_role("option", name="Jonas Weidmann")).to_have_attribute("aria-selected", "true")
    assert_good(ada, "palette")
    box.fill("repo")
    expect(ada.get_by_role("option", name="Reports")).to_have_attribute("aria-selected", "true")
    ada.keyboard.press("Enter")

    expect(ada).to_have_url(re.compile("/acme/reports/"))


def test_operators_page_is_good(ada: Page, live_server: Any, opened: Opened) -> None:
    User.objects.filter(pk=opened.user.pk).update(is_operator=True)
    with scope(opened.account):
        a_dead_job()
    ada.goto(f"{live_server.url}/operators/")

    expect(ada.get_by_role("heading", level=1)).to_have_text("Operators")
    assert_good(ada, "operators")


def test_chooser_is_good(ada: Page, live_server: Any, opened: Opened) -> None:
    open_account("Second", opened.user.email)
    ada.goto(f"{live_server.url}/")

    expect(ada.get_by_role("link", name="Acme")).to_be_visible()
    assert_good(ada, "accounts")
