"""The pages of own fields, providers and silent sources with something on them."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from events.record import SYSTEM
from leads.models import CustomField, Provider, Silence, Source
from tenancy import clock
from tenancy.scope import scope
from tests.browser.checks import assert_good
from tests.browser.served import sign_in
from workspace.opening import Opened, open_account

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def opened(transactional_db: None) -> Opened:
    return open_account("Acme", "ada@acme.example", "correct-horse-7-battery")


@pytest.fixture
def ada(page: Page, live_server: Any, opened: Opened) -> Page:
    sign_in(page, live_server, opened.user)
    return page


def test_fields_are_added_and_ordered(ada: Page, live_server: Any, opened: Opened) -> None:
    with scope(opened.account):
        for label in ("Contract end", "Old number"):
            field = CustomField.add(label=label, type="date", by=SYSTEM)
        field.archive(by=SYSTEM)
    ada.goto(f"{live_server.url}/acme/settings/fields/")
    ada.get_by_label("Label").fill("Region")
    ada.get_by_label("Type").select_option("choice")
    ada.get_by_label("Choices").fill("North\nSouth")
    ada.get_by_role("button", name="Add the field").click()
    expect(ada.get_by_role("row", name="Region")).to_contain_text("North, South")

    ada.get_by_role("button", name="Up with Region").click()
    expect(ada.locator("#fields tbody th").first).to_have_text("Region")
    assert_good(ada, "settings-fields-filled")


def test_a_provider_is_set_up_and_tried(ada: Page, live_server: Any, opened: Opened) -> None:
    with scope(opened.account):
        made = Provider.objects.create(
            name="Clearfacts", url="http://127.0.0.1:9/{domain}", last_error="It answered with status 503."
        )
    ada.goto(f"{live_server.url}/acme/settings/enrichment/")
    expect(ada.get_by_role("row", name="Clearfacts")).to_contain_text("failed last time")
    assert_good(ada, "settings-enrichment-filled")

    ada.goto(f"{live_server.url}/acme/settings/enrichment/{made.public_id}/")
    ada.get_by_label("E-mail").fill("jonas@kestrel.example.com")
    ada.get_by_role("button", name="Try it").click()
    expect(ada.get_by_role("status").filter(has_text="not a public address")).to_be_visible()
    assert_good(ada, "settings-provider")


def test_a_silent_source_is_named(ada: Page, live_server: Any, opened: Opened) -> None:
    with scope(opened.account):
        source = Source.objects.get(name="Website")
        Silence.objects.create(source=source, since=clock.now(), sentence="Nothing since 2 March, 09:00.")
    ada.goto(f"{live_server.url}/acme/settings/sources/")
    expect(ada.get_by_text("Website is silent for longer than it should be.")).to_be_visible()
    assert_good(ada, "settings-sources-silent")
