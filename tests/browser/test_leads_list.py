"""The list of leads: many are passed on at once."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tenancy.scope import scope
from tests.browser.served import sign_in
from tests.factories import an_account, the_cast
from tests.pipeline.deals import a_deal

pytestmark = pytest.mark.django_db(transaction=True)


def test_what_is_chosen_is_passed_on_and_nothing_without_an_error(
    page: Page, live_server: Any, transactional_db: None
) -> None:
    cast = the_cast(an_account("acme"))
    with scope(cast.account):
        a_deal(cast.rita, company="Kestrel Logistics", name="Jonas Weidmann")
    sign_in(page, live_server, cast.max.user)
    page.goto(f"{live_server.url}/acme/leads/")
    page.get_by_role("button", name="Pass on").click()
    dialog = page.get_by_role("dialog", name="Pass on leads")
    expect(dialog).to_contain_text("Choose leads in the list first.")
    page.keyboard.press("Escape")
    page.get_by_label("Choose Jonas Weidmann").check()
    page.get_by_role("button", name="Pass on").click()
    expect(page.get_by_role("dialog", name="Pass on 1 lead")).to_be_visible()
