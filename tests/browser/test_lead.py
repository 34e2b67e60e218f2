"""The lead page in a browser: looks, keys, and deeds that show without a reload."""

from __future__ import annotations

import re
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from events import drain
from leads.capture import capture
from leads.models import Lead, Source
from pipeline.tasks import add_task
from scoring.models import Signal
from tenancy import clock
from tenancy.scope import scope
from tests.browser.checks import assert_good
from tests.browser.served import sign_in
from workspace.opening import Opened, open_account

pytestmark = pytest.mark.django_db(transaction=True)
JONAS = {
    "name": "Jonas Weidmann",
    "email": "jonas@kestrel-logistics.example",
    "phone": "+49 40 555 0142",
    "company": "Kestrel Logistics",
    "industry": "Logistics",
    "country": "Germany",
    "job_title": "Head of IT",
    "message": "We need a 24/7 service desk for three sites, please send a quote.",
    "campaign": {"utm_source": "google", "utm_campaign": "managed service desk"},
}


@pytest.fixture
def jonas(page: Page, live_server: Any, transactional_db: None) -> SimpleNamespace:
    """Jonas has asked, was scored, routed to Ada and stands in the first stage; Ada looks at his page."""
    opened: Opened = open_account("Acme", "ada@acme.example", "correct-horse-7-battery")
    with scope(opened.account):
        source = Source.objects.get(name="Website")
        lead = capture(JONAS, source=source, channel="form", by=opened.member.by).lead
        at = clock.now() - timedelta(hours=2)
        Signal.objects.create(lead=lead, kind="page_view", url="https://acme.example/pricing", occurred_at=at)
    drain.drain()
    with scope(opened.account):
        add_task(lead, "Map the stakeholders", by=opened.member.by)
    drain.drain()
    sign_in(page, live_server, opened.user)
    page.goto(f"{live_server.url}/acme/leads/{lead.public_id}/")
    expect(page.get_by_role("heading", name="Why now")).to_be_visible()
    expect(page.locator("#receipt")).to_be_visible()
    expect(page.locator("#decision")).to_be_visible()
    return SimpleNamespace(opened=opened, lead=lead)


def now_of(jonas: SimpleNamespace) -> Lead:
    with scope(jonas.opened.account):
        found: Lead = Lead.objects.get(pk=jonas.lead.pk)
        return found


def test_it_is_good_at_every_size(page: Page, jonas: SimpleNamespace) -> None:
    expect(page.get_by_role("heading", level=1)).to_have_text("Jonas Weidmann")
    expect(page.locator("#lead-next")).to_contain_text("Map the stakeholders")
    expect(page.locator("#lead-facts")).to_contain_text("+49 40 5550142")
    assert_good(page, "lead")


def test_its_dialogs_are_good(page: Page, jonas: SimpleNamespace) -> None:
    for key, name in (("t", "Add a task"), ("d", "Disqualify")):
        page.keyboard.press(key)
        expect(page.get_by_role("dialog", name=name)).to_be_visible()
        assert_good(page, f"lead-{name.split()[0].lower()}")
        page.keyboard.press("Escape")
    page.locator("#lead-next").get_by_role("button", name=re.compile("^Book")).click()
    expect(page.locator("dialog#gate")).to_be_visible()


def test_the_receipt_adds_up(page: Page, jonas: SimpleNamespace) -> None:
    receipt = page.locator("#receipt")
    points = [int(text) for text in receipt.locator(".receipt-points:not(.muted)").all_inner_texts()]
    assert sum(points) == now_of(jonas).score
    expect(receipt).to_contain_text(f"= {now_of(jonas).score}")
    expect(receipt).to_contain_text("Model v1")


def test_answering_the_question_rescores_in_place(page: Page, jonas: SimpleNamespace) -> None:
    before = now_of(jonas).score
    assert before is not None
    question = page.locator("#lead-next .note form")
    expect(question).to_contain_text("Best next question")
    asked = question.locator("strong").inner_text()
    question.get_by_role("button", name="50 to 1,000").click()
    expect(page.locator("#toasts")).to_contain_text("Noted.")
    expect(page.locator("#receipt")).not_to_contain_text(f"= {before}")
    expect(page.locator("#lead-next")).not_to_contain_text(asked)
    after = now_of(jonas).score
    assert after is not None
    assert after > before
    expect(page.locator("#receipt")).to_contain_text(f"= {after}")


def test_logging_a_call_shows_at_once_and_stops_the_clock(page: Page, jonas: SimpleNamespace) -> None:
    expect(page.locator("#lead-head .sla-chip")).to_contain_text("left")
    page.get_by_label("What was said").fill("Wants it by March")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#lead-timeline")).to_contain_text("Wants it by March")
    expect(page.get_by_label("What was said")).to_have_value("")
    expect(page.locator("#lead-head .sla-chip")).to_have_count(0)
    assert now_of(jonas).first_response_at


def test_each_kind_has_its_own_outcomes(page: Page, jonas: SimpleNamespace) -> None:
    composer = page.locator("#composer")
    composer.get_by_text("Meeting", exact=True).click()
    expect(composer.get_by_text("Nobody came")).to_be_visible()
    expect(composer.get_by_text("Voicemail")).to_be_hidden()
    composer.get_by_text("Note", exact=True).click()
    expect(composer.get_by_text("stops the first-response clock")).to_be_hidden()
    composer.get_by_role("button", name=re.compile("^Log note")).click()
    expect(composer).to_contain_text("A note needs a word or two.")
    expect(page.get_by_label("What was said")).to_be_focused()
    page.keyboard.type("They rebuild in spring.")  # what was refused as a note is still one
    composer.get_by_role("button", name=re.compile("^Log note")).click()
    expect(page.locator("#lead-timeline")).to_contain_text("They rebuild in spring.")
    with scope(jonas.opened.account):
        assert [done.kind for done in jonas.lead.activities.filter(body="They rebuild in spring.")] == ["note"]


def test_an_unknown_fact_is_filled_in_its_place(page: Page, jonas: SimpleNamespace) -> None:
    page.get_by_role("button", name="Company size is unknown, fill in").click()
    page.locator("#fact-headcount").fill("180")
    page.keyboard.press("Enter")
    expect(page.locator("#lead-facts")).to_contain_text("180 people")
    expect(page.locator("#lead-next")).to_contain_text("2 of 3")


def test_timeline_shows_people_or_the_system(page: Page, jonas: SimpleNamespace) -> None:
    timeline = page.locator("#lead-timeline")
    expect(timeline).to_contain_text("Scored")
    timeline.get_by_role("link", name="People").click()
    expect(timeline).not_to_contain_text("Scored")


def test_disqualifying_asks_why(page: Page, jonas: SimpleNamespace) -> None:
    page.keyboard.press("d")
    dialog = page.get_by_role("dialog", name="Disqualify")
    dialog.get_by_role("button", name="Disqualify").click()
    expect(dialog).to_contain_text("Choose a reason.")  # none is given by itself
    dialog.get_by_label("Because").select_option("No budget")
    dialog.get_by_role("button", name="Disqualify").click()
    expect(page.locator("#lead-head")).to_contain_text("Disqualified: No budget")
    expect(dialog).to_be_hidden()


def test_a_dialog_that_was_closed_stays_so_whatever_comes_in(page: Page, jonas: SimpleNamespace) -> None:
    page.keyboard.press("d")
    expect(page.get_by_role("dialog", name="Disqualify")).to_be_visible()
    page.keyboard.press("Escape")
    page.get_by_label("What was said").fill("Wants it by March")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#lead-timeline")).to_contain_text("Wants it by March")
    expect(page.locator("dialog[open]")).to_have_count(0)
    page.keyboard.press("Escape")
    page.locator("#lead-head h1").click()
    page.keyboard.press("d")
    expect(page.get_by_role("dialog", name="Disqualify")).to_be_visible()


def test_a_task_is_ticked_off(page: Page, jonas: SimpleNamespace) -> None:
    page.get_by_role("button", name="Done: Map the stakeholders").click()
    expect(page.locator("#lead-next")).not_to_contain_text("Map the stakeholders")


def test_j_and_k_walk_through_the_queue(page: Page, jonas: SimpleNamespace) -> None:
    with scope(jonas.opened.account):
        source = Source.objects.get(name="Website")
        other = {"name": "Petra Keszthelyi", "email": "petra@donau.example", "company": "Donau"}
        capture(other, source=source, channel="form", by=jonas.opened.member.by)
    drain.drain()
    page.reload()
    key = "j" if page.get_by_role("link", name="Next lead").count() else "k"
    page.keyboard.press(key)
    expect(page.get_by_role("heading", level=1)).to_have_text("Petra Keszthelyi")
