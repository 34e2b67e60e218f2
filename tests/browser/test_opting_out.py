"""The page behind “No more mails from us”."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from followups import opting_out
from tenancy.models import Account
from tenancy.scope import scope
from tests.browser.checks import assert_good
from tests.factories import a_lead

pytestmark = pytest.mark.django_db(transaction=True)


def test_one_press_ends_it_and_one_takes_it_back(page: Page, live_server: Any, account: Account) -> None:
    with scope(account):
        token = opting_out.token(account, a_lead().contact_id)
    page.goto(f"{live_server.url}/u/{token}/")
    assert_good(page, "unsubscribe")
    page.get_by_role("button", name="No more mails").click()
    expect(page.get_by_role("heading", name="No more mails")).to_be_visible()
    assert_good(page, "unsubscribed")
    page.get_by_role("button", name="Send them again").click()
    expect(page.get_by_role("heading", name="Mails from Acme")).to_be_visible()
