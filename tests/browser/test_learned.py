"""An admin trains a model, sees how it did on later leads, lets it score and takes it back."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from events import drain
from scoring.learned import learning
from tenancy.scope import scope
from tests.browser.checks import assert_good
from tests.browser.served import sign_in
from tests.scoring.learned.test_learning import a_history
from workspace.opening import Opened, open_account

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def opened(transactional_db: None) -> Opened:
    return open_account("Acme", "ada@acme.example", "correct-horse-7-battery")


def test_too_few_leads_are_refused_in_words(page: Page, live_server: Any, opened: Opened) -> None:
    sign_in(page, live_server, opened.user)
    page.goto(f"{live_server.url}/acme/settings/learned/")
    expect(page.locator("#train")).to_contain_text("100 won leads and 100 lost leads are still missing.")
    assert_good(page, "learned-refused")


def test_a_model_is_trained_tried_promoted_and_rolled_back(page: Page, live_server: Any, opened: Opened) -> None:
    with scope(opened.account):
        a_history()
    sign_in(page, live_server, opened.user)
    page.goto(f"{live_server.url}/acme/settings/learned/")
    expect(page.get_by_label("Industry")).to_be_checked()
    assert_good(page, "learned-fields")

    page.get_by_role("button", name="Train").click()
    expect(page.locator("#progress")).to_contain_text("Waiting for its turn")
    drain.drain()
    page.reload()
    expect(page.locator("#trial")).to_contain_text("tried on the 78 later ones")
    expect(page.get_by_role("img", name="Learned model: share won by promised chance")).to_be_visible()
    assert_good(page, "learned-trial")

    page.get_by_role("button", name="Let it score leads").click()
    page.get_by_role("dialog").get_by_role("button", name="Let it score").click()
    expect(page.locator("#model")).to_contain_text("Scores leads")
    expect(page.locator("#rescoring")).to_contain_text("You may leave this page")
    expect(page.locator("#since")).to_contain_text("0 won and 0 lost leads were closed since it was trained.")
    page.get_by_role("button", name="Roll back").click()
    page.get_by_role("dialog").get_by_role("button", name="Roll back").click()
    expect(page.locator("#model")).to_contain_text("Retired")


def test_its_progress_shows_while_it_trains(page: Page, live_server: Any, opened: Opened) -> None:
    with scope(opened.account):
        a_history()
        asked = learning.ask_for_model(["industry"], by=opened.member.by)
        asked.step, asked.percent = "Reading closed leads", 10
        asked.save()
    sign_in(page, live_server, opened.user)
    page.goto(f"{live_server.url}/acme/settings/learned/{asked.public_id}/")
    expect(page.locator("#progress")).to_contain_text("Reading closed leads")
    assert_good(page, "learned-progress")
