"""The review queue in a browser: two side by side, merged by choice, and taken apart again."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from events.record import PROSPECT
from leads.capture import capture
from leads.jobs import find_duplicates
from leads.models import Source
from tenancy.scope import scope
from tests.browser.checks import assert_good
from tests.browser.served import sign_in
from workspace.opening import open_account

# Labels of one word that stand in two lines.
BROKEN = """cells => cells.filter((cell) => {
  const range = document.createRange();
  range.selectNodeContents(cell);
  return !cell.textContent.trim().includes(" ") && range.getClientRects().length > 1;
}).map((cell) => cell.textContent.trim())"""
pytestmark = pytest.mark.django_db(transaction=True)


def test_a_person_decides_what_is_kept_and_may_take_it_back(
    page: Page, live_server: Any, transactional_db: None
) -> None:
    opened = open_account("Acme", "ada@acme.example", "correct-horse-7-battery")
    with scope(opened.account):
        source = Source.objects.get(name="Website")
        for email, title in (("jonas@kestrel.example", "Head of IT"), ("j.weidmann@kestrel.example", "CIO")):
            facts = {"name": "Jonas Weidmann", "email": email, "job_title": title, "phone": "+49 40 361110"}
            find_duplicates([capture(facts, source=source, channel="form", by=PROSPECT).lead.pk])
    sign_in(page, live_server, opened.user)
    page.goto(f"{live_server.url}/acme/duplicates/")
    expect(page.get_by_text("Different e-mail addresses")).to_be_visible()
    assert_good(page, "duplicates")

    page.get_by_role("radio", name="CIO").check()
    page.get_by_role("button", name="Merge").click()

    expect(page.get_by_role("heading", name="Nobody is here twice")).to_be_visible()
    assert_good(page, "duplicates-merged")
    page.get_by_role("link", name="Jonas Weidmann").first.click()
    expect(page.get_by_text("CIO").first).to_be_visible()
    page.goto(f"{live_server.url}/acme/duplicates/")
    page.get_by_role("button", name="Undo the merge of").click()
    expect(page.get_by_text("may be one person")).to_be_visible()


def test_long_values_stay_readable_side_by_side(page: Page, live_server: Any, transactional_db: None) -> None:
    opened = open_account("Acme", "ada@acme.example", "correct-horse-7-battery")
    with scope(opened.account):
        source = Source.objects.get(name="Website")
        for number in (1, 2):
            facts = {
                "name": "Maximiliane-Theodora von und zu Hohenstein-Wackersdorf",
                "email": f"{'maximiliane.theodora.' * 2}{number}@it-systemhaus-mitteldeutschland.example",
                "job_title": f"Head of Infrastructure, Procurement and Everything Else {number} " * 2,
                "business_problem": f"{number} " + "We replace every server, and nobody knows which ones. " * 8,
                "phone": "+49 40 361110",
                "message": "Please send a quote.",
                "company": "Systemhaus",
            }
            find_duplicates([capture(facts, source=source, channel="form", by=PROSPECT).lead.pk])
    sign_in(page, live_server, opened.user)
    page.goto(f"{live_server.url}/acme/duplicates/")
    assert_good(page, "duplicates-long")
    page.set_viewport_size({"width": 390, "height": 844})
    assert page.locator(".sides tbody th").evaluate_all(BROKEN) == []

    page.get_by_role("radio", name="Everything Else 1").focus()
    page.keyboard.press("ArrowRight")
    expect(page.get_by_role("radio", name="Everything Else 2")).to_be_checked()
