"""Signing in: one types at once, and after a mistake goes on where it was."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.checks import assert_good
from tests.factories import PASSWORD, an_account, the_cast

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def cast(transactional_db: None) -> SimpleNamespace:
    cast = the_cast(an_account("acme"))
    cast.rita.user.set_password(PASSWORD)
    cast.rita.user.save()
    return cast


def test_a_wrong_password_is_typed_again_and_nothing_else(page: Page, live_server: Any, cast: SimpleNamespace) -> None:
    page.goto(f"{live_server.url}/accounts/login/")
    expect(page.get_by_label("Work e-mail")).to_be_focused()
    page.keyboard.type(cast.rita.user.email)
    page.keyboard.press("Tab")
    page.keyboard.type("not this one")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("No member has this e-mail and this password.")
    expect(page.get_by_label("Work e-mail")).to_have_value(cast.rita.user.email)
    expect(page.get_by_label("Password", exact=True)).to_be_focused()
    assert_good(page, "signing-in")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Today")


def test_who_forgot_the_password_types_at_once(page: Page, live_server: Any, cast: SimpleNamespace) -> None:
    page.goto(f"{live_server.url}/accounts/password/reset/")
    expect(page.get_by_label("Work e-mail")).to_be_focused()
    expect(page.get_by_placeholder("Email address")).to_have_count(0)
