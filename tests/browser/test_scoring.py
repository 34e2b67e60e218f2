"""An admin changes a weight, sees who would change tier, publishes and rolls back; with the keyboard alone."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from events import drain
from leads.models import Lead
from scoring.jobs import score_leads
from tenancy.scope import scope
from tests.browser.checks import assert_good
from tests.browser.served import sign_in
from tests.factories import a_lead
from workspace.opening import Opened, open_account

pytestmark = pytest.mark.django_db(transaction=True)
PEOPLE = ("Jonas Weidmann", "Ines Carvalho", "Priya Raman")


@pytest.fixture
def opened(transactional_db: None) -> Opened:
    opened = open_account("Acme", "ada@acme.example", "correct-horse-7-battery")
    with scope(opened.account):
        leads = [a_lead(name=name, headcount=180, industry="logistics", job_title="Head of IT") for name in PEOPLE]
        score_leads([lead.pk for lead in leads])
    return opened


@pytest.fixture
def ada(page: Page, live_server: Any, opened: Opened) -> Page:
    sign_in(page, live_server, opened.user)
    page.goto(f"{live_server.url}/acme/settings/scoring/")
    return page


def press(page: Page, role: Any, name: str) -> None:
    """As somebody without a mouse does."""
    page.get_by_role(role, name=name).focus()
    page.keyboard.press("Enter")


def scores(opened: Opened) -> set[int | None]:
    with scope(opened.account):
        return set(Lead.objects.filter(contact__name__in=PEOPLE).values_list("score", flat=True))


def test_a_weight_is_changed_previewed_published_and_rolled_back_by_keyboard(ada: Page, opened: Opened) -> None:
    before = scores(opened)
    press(ada, "button", "Change the rules")
    expect(ada.locator("#preview")).to_contain_text("0 of the last")

    points = ada.get_by_label("Points of 50 to 1,000 people")
    points.focus()
    points.press("Control+a")
    ada.keyboard.type("40")
    expect(points).to_be_focused()
    cap = ada.get_by_role("spinbutton", name="Fit at most")
    cap.focus()
    cap.press("Control+a")
    ada.keyboard.type("60")
    expect(ada.locator("#preview")).to_contain_text("Jonas Weidmann")
    assert_good(ada, "scoring-draft")
    assert scores(opened) == before

    press(ada, "button", "Publish")
    expect(ada.locator("#toasts")).to_contain_text("The rules are live.")
    expect(ada.locator("#rescoring")).to_contain_text("Scoring all open leads again")
    drain.drain_inside()
    expect(ada.locator("#rescoring")).to_contain_text("scored again with version 2")
    assert min(score or 0 for score in scores(opened)) > max(score or 0 for score in before)

    press(ada, "button", "Roll back to version 1")
    expect(ada.locator("#toasts")).to_contain_text("Version 1 is live again.")
    drain.drain_inside()
    assert scores(opened) == before
    assert_good(ada, "scoring-live")


def test_a_rule_is_built_with_the_accounts_own_values(ada: Page, opened: Opened) -> None:
    ada.get_by_role("button", name="Change the rules").click()
    ada.get_by_role("link", name="Add a rule to Fit").click()
    ada.get_by_label("Name").fill("Hauliers of some size")
    ada.get_by_role("combobox", name="Fact").select_option("industry")
    expect(ada.locator("#when-0-list option").first).to_have_attribute("value", "logistics")
    ada.get_by_role("combobox", name="Comparison").select_option("is_any_of")
    ada.get_by_label("Values, with commas between").fill("Logistics, Haulage")
    press(ada, "button", "Add group")
    group = ada.locator("#when-1-group")
    group.get_by_role("combobox", name="Fact").select_option("headcount")
    group.get_by_role("combobox", name="Comparison").select_option("between")
    group.get_by_label("From").fill("100")
    group.get_by_label("To", exact=True).fill("lots")
    assert_good(ada, "scoring-rule")
    ada.locator("#keep").click()
    expect(ada.locator("#when-1-0-error")).to_contain_text("compared with a number")
    ada.get_by_label("To", exact=True).fill("900")
    ada.locator("#keep").press("Enter")

    expect(ada.locator("#toasts")).to_contain_text("Hauliers of some size is in the draft.")
    words = "Industry is Logistics or Haulage and company size is between 100 and 900"
    expect(ada.locator("#group-fit")).to_contain_text(words)


def test_criteria_come_from_a_set_and_are_changed(ada: Page) -> None:
    ada.get_by_role("button", name="Change the rules").click()
    ada.get_by_label("Begin anew with").select_option("meddic")
    press(ada, "button", "Use this set")
    expect(ada.locator("#qualification")).to_contain_text("Somebody there speaks for us")
    expect(ada.get_by_label("Criteria needed")).to_have_value("4")
    ada.get_by_role("link", name="Their pain is named").click()
    expect(ada.locator("#condition")).to_be_visible()
    assert_good(ada, "scoring-criterion")
