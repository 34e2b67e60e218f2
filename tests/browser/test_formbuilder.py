"""The form builder in a browser: by keyboard, with a preview that follows, and without any script."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from leads.models import Form
from scoring.jobs import score_leads
from tenancy.scope import scope
from tests.browser.checks import assert_good
from tests.browser.served import sign_in
from tests.factories import a_lead
from workspace.opening import Opened, open_account

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def opened(transactional_db: None) -> Opened:
    """With a lead of whom nobody knows by when he needs it."""
    opened = open_account("Acme", "ada@acme.example", "correct-horse-7-battery")
    with scope(opened.account):
        score_leads([a_lead(headcount=180, industry="Logistics", job_title="Head of IT").pk])
    return opened


def the_form(opened: Opened) -> Form:
    with scope(opened.account):
        form: Form = Form.objects.get()
        return form


def fields_of(page: Page) -> list[str]:
    return page.locator(".builder-row strong").all_inner_texts()


def test_fields_are_arranged_by_keyboard_and_the_preview_follows(page: Page, live_server: Any, opened: Opened) -> None:
    sign_in(page, live_server, opened.user)
    page.goto(f"{live_server.url}/acme/settings/forms/")
    page.get_by_role("link", name="Contact us", exact=True).click()
    expect(page.locator("#preview")).to_contain_text("How can we help?")
    expect(page.locator("#suggested")).to_contain_text("Days until the need is the best next question")
    assert_good(page, "builder")

    page.get_by_role("button", name="Ask for it").press("Enter")
    expect(page.locator("#suggested")).to_have_count(0)
    page.get_by_role("button", name="Days until the need: remove").press("Enter")
    expect(page.locator("#suggested")).to_be_visible()
    page.get_by_role("button", name="Work e-mail: up").focus()
    page.keyboard.press("Enter")
    expect(page.locator(".builder-row strong").first).to_have_text("Work e-mail")
    expect(page.get_by_role("button", name="Work e-mail: up")).to_be_focused()
    page.get_by_label("Another field").select_option("budget")
    page.get_by_role("button", name="Add field").press("Enter")
    expect(page.locator("#preview")).to_contain_text("Budget")
    page.locator("#field-budget").get_by_label("Label").fill("What may it cost?")
    expect(page.locator("#preview")).to_contain_text("What may it cost?")
    page.get_by_role("button", name="Save").press("Enter")

    page.wait_for_load_state()
    expect(page.locator("#toasts")).to_contain_text("Contact us saved.")
    saved = the_form(opened).fields
    assert [spec["field"] for spec in saved] == ["email", "name", "phone", "company", "message", "budget"]
    assert saved[-1]["label"] == "What may it cost?"


def test_the_builder_works_without_javascript(browser: Browser, live_server: Any, opened: Opened) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    sign_in(page, live_server, opened.user)
    page.goto(f"{live_server.url}/acme/settings/forms/{the_form(opened).public_id}/")
    page.get_by_role("button", name="Phone: remove").click()
    assert "Phone" not in fields_of(page)
    page.get_by_role("button", name="Save").click()
    expect(page).to_have_url(re.compile("/settings/forms/frm_"))
    context.close()
    assert [spec["field"] for spec in the_form(opened).fields] == ["name", "email", "company", "message"]
