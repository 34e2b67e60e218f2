"""Cover and departure in a browser: planned, ended, looked at; where a leaver's leads would go."""

from __future__ import annotations

from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from events import drain
from leads.models import Lead
from routing.defaults import publish_default_rules
from tenancy import clock
from tenancy.scope import scope
from tests.browser.checks import assert_good
from tests.browser.served import sign_in
from tests.factories import a_lead

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def acme(transactional_db: None, cast: SimpleNamespace) -> SimpleNamespace:
    with scope(cast.account):
        publish_default_rules()
        for name, company in (("Jonas Weidmann", "Kestrel Logistics"), ("Petra Falk", "Pinecrest Credit Union")):
            a_lead(name=name, company=company, owner=cast.rita)
    return cast


def test_rita_goes_away_and_comes_back_early(page: Page, live_server: Any, acme: SimpleNamespace) -> None:
    sign_in(page, live_server, acme.rita.user)
    page.goto(f"{live_server.url}/acme/covers/")
    page.get_by_label("Acts for them").select_option(label="Raj")
    today = clock.now().date()
    page.get_by_label("From").fill(f"{today}")
    page.get_by_label("Until").fill(f"{today + timedelta(days=4)}")
    page.get_by_role("button", name="Plan it").click()
    expect(page.get_by_role("link", name="Raj acts for Rita")).to_be_visible()
    drain.drain()
    page.reload()
    assert_good(page, "covers")
    page.set_viewport_size({"width": 1440, "height": 900})
    page.get_by_role("button", name="End it now").click()
    expect(page.get_by_text("2 leads are back; nothing happened to them.")).to_be_visible()
    assert_good(page, "cover")
    with scope(acme.account):
        assert set(Lead.objects.values_list("owner__name", flat=True)) == {"Rita"}


def test_ada_sees_where_ritas_leads_would_go(page: Page, live_server: Any, acme: SimpleNamespace) -> None:
    sign_in(page, live_server, acme.ada.user)
    page.goto(f"{live_server.url}/acme/settings/members/")
    page.get_by_role("link", name="Deactivate Rita").click()
    expect(page.get_by_role("heading", name="Where their 2 open leads would go")).to_be_visible()
    assert_good(page, "departure")
    page.set_viewport_size({"width": 1440, "height": 900})
    page.get_by_role("button", name="Deactivate Rita").click()
    expect(page.locator("#moving")).to_contain_text("2 leads of people who left are moving on.")
    drain.drain()
    expect(page.locator("#moving")).to_have_count(0)
