"""The cadence panel on the lead page."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from playwright.sync_api import Page, expect

from followups.defaults import install
from followups.jobs import enrol_leads
from tenancy.scope import scope
from tests.browser.checks import assert_accessible, screenshot
from tests.factories import a_lead
from tests.followups.stage import a_deal

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def lead_page(page: Page, live_server: Any, transactional_db: None, cast: SimpleNamespace) -> Page:
    with scope(cast.account):
        install()
        lead = a_lead(owner=cast.rita, tier="medium", name="Jonas Weidmann", company="Kestrel Logistics")
        a_deal(lead)
        enrol_leads([lead.pk])
    client = Client()
    client.force_login(cast.rita.user)
    cookie = client.cookies[settings.SESSION_COOKIE_NAME]
    page.context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": live_server.url}])
    page.goto(f"{live_server.url}/acme/leads/{lead.public_id}/")
    return page


def test_a_cadence_is_stopped_and_another_started(lead_page: Page) -> None:
    panel = lead_page.locator("#cadence")
    expect(panel).to_contain_text("First contact. 5 steps. Next: e-mail on")
    panel.get_by_text("All steps").click()
    expect(panel.get_by_text("Break-up e-mail")).to_be_visible()
    assert_accessible(lead_page)
    screenshot(lead_page, "cadence")
    panel.get_by_role("button", name="Stop the cadence").click()
    expect(panel).to_contain_text("stopped by hand")
    panel.get_by_label("Cadence").select_option(label="Re-engage")
    panel.get_by_role("button", name="Start").click()
    expect(panel).to_contain_text("Re-engage. 2 steps.")
