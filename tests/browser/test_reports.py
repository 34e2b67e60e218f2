from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from pipeline.models import Pipeline
from reports.catalogue import REPORTS
from tenancy.scope import scope
from tests.browser.checks import assert_good
from tests.browser.served import sign_in
from tests.reports.golden import golden_world
from workspace.opening import Opened, open_account

pytestmark = pytest.mark.django_db(transaction=True)
MARCH = "period=custom&first=2026-03-01&last=2026-03-31"


@pytest.fixture
def opened(transactional_db: None) -> Opened:
    opened = open_account("Golden", "ada@golden.example", "correct-horse-7-battery", "blank")
    with scope(opened.account):
        golden_world(opened.account)
    return opened


@pytest.fixture
def reports(page: Page, live_server: Any, opened: Opened) -> Page:
    """Ada looks at the worked data."""
    sign_in(page, live_server, opened.user)
    with scope(opened.account):
        golden = Pipeline.objects.get(name="Golden").public_id
    page.goto(f"{live_server.url}/golden/reports/?{MARCH}&pipeline={golden}")
    return page


def wait_for_panels(page: Page) -> None:
    for name in REPORTS:
        expect(page.locator(f"#{name} .panel-text")).to_be_visible()


def test_panels_arrive_with_the_golden_figures_and_are_good_at_every_size(reports: Page) -> None:
    wait_for_panels(reports)

    expect(reports.locator("#funnel")).to_contain_text("n = 6")
    expect(reports.locator("#funnel")).to_contain_text("67 %")
    expect(reports.locator("#velocity")).to_contain_text("€4,667")
    assert_good(reports, "reports")


def test_number_opens_its_leads(reports: Page) -> None:
    wait_for_panels(reports)
    reports.locator("#funnel").get_by_role("link", name="1 lost").first.click()

    expect(reports.get_by_role("heading", level=1)).to_contain_text("Funnel: A, lost")
    expect(reports.get_by_role("row", name="Deal 3")).to_be_visible()
    assert_good(reports, "reports-leads")


def test_definition_opens_on_demand(reports: Page) -> None:
    wait_for_panels(reports)
    reports.locator("#funnel summary").click()

    expect(reports.get_by_text("A deal that re-enters a stage counts once")).to_be_visible()


def test_filter_changes_the_figures_and_the_address(reports: Page) -> None:
    wait_for_panels(reports)
    reports.get_by_label("Tier").select_option("urgent")

    expect(reports.locator("#funnel")).to_contain_text("No deals match these filters")
    assert "tier=urgent" in reports.url


def test_panel_that_fails_says_so_and_is_asked_again(browser: Browser, live_server: Any, opened: Opened) -> None:
    with browser.new_page() as page:  # its console may complain
        sign_in(page, live_server, opened.user)
        page.context.route("**/velocity/panel/**", refuse)
        page.goto(f"{live_server.url}/golden/reports/?{MARCH}")
        expect(page.locator("#velocity")).to_contain_text("This report did not arrive")

        page.context.unroute("**/velocity/panel/**")
        page.locator("#velocity").get_by_role("button", name="Try again").click()

        expect(page.locator("#velocity .panel-text")).to_be_visible()


def refuse(route: Route) -> None:
    route.fulfill(status=404, body="")
