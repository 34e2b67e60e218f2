"""A rep's whole day by keyboard alone: no mouse, no script that puts the focus anywhere."""

from __future__ import annotations

import re
from types import SimpleNamespace
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from leads.models import Activity, Lead
from pipeline.models import Comment, Objection, Task
from tenancy.scope import scope
from tests.browser.rep import Keys, a_days_work, deal_of
from tests.browser.test_board import column
from tests.factories import PASSWORD

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def acme(live_server: Any, transactional_db: None) -> SimpleNamespace:
    return a_days_work(live_server)


def test_a_rep_s_day_by_keyboard_alone(page: Page, acme: SimpleNamespace) -> None:
    keys = Keys(page)
    signs_in(page, keys, acme)
    works_through_today(page, keys)
    sorts_the_board(page, keys, acme)
    talks_with_a_lead(page, keys, acme)
    keeps_its_desk(page, keys, acme)
    lets_it_go_and_takes_it_up(page, keys, acme)
    finds_another(page, keys)


def signs_in(page: Page, keys: Keys, acme: SimpleNamespace) -> None:
    page.goto(acme.url)
    keys.tab_to(page.get_by_label("Work e-mail"))
    keys.type("rita@acme.example")
    keys.tab_to(page.get_by_label("Password", exact=True))
    keys.type(PASSWORD)
    keys.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Today")
    page.wait_for_load_state()


def works_through_today(page: Page, keys: Keys) -> None:
    toasts, card = page.locator("#toasts"), page.locator(".answer-card")
    expect(card).to_contain_text("Kestrel Logistics")
    keys.press("2")  # no answer
    expect(card).to_contain_text("Pinecrest Credit Union")
    expect(card.get_by_role("link", name="Pinecrest Credit Union")).to_be_focused()
    keys.press("1")  # spoke
    expect(page.locator(".row-done").first).to_contain_text("Spoke: Jonas of Pinecrest")
    keys.has_a_place()
    keys.walk_to(page.locator(".task", has_text="Send the licence questions"))
    keys.press("x")
    expect(toasts).to_contain_text("Done: Send the licence questions")
    keys.has_a_place()
    keys.press("z")
    expect(page.locator(".task", has_text="Send the licence questions")).to_be_visible()
    keys.has_a_place()
    keys.walk_to(page.locator(".task", has_text="Call with voicemail"))
    keys.press("x")
    expect(page.locator(".task", has_text="Call with voicemail")).to_have_count(0)
    keys.has_a_place()
    reply = page.locator(".reply", has_text="Does the price include our Leeds office?")
    keys.walk_to(reply)
    keys.press("x")
    expect(reply).to_have_count(0)
    keys.has_a_place()
    plans_a_step(page, keys)


def plans_a_step(page: Page, keys: Keys) -> None:
    """For what stalls."""
    opener = page.get_by_role("button", name="Plan a step with Vantage Clinics")
    keys.walk_to(page.locator(".stalled", has_text="Vantage Clinics"))
    keys.tab_to(opener)
    keys.press("Enter")
    expect(page.get_by_label("What", exact=True)).to_be_focused()
    keys.type("Call Petra")
    keys.press("Tab")
    keys.moment("03122030", "0900AM")
    keys.press("Control+Enter")
    expect(page.locator("#toasts")).to_contain_text("Planned: Call Petra.")
    keys.has_a_place()


def sorts_the_board(page: Page, keys: Keys, acme: SimpleNamespace) -> None:
    keys.press("g", "b")
    expect(page.locator("[data-board]")).to_be_visible()
    page.wait_for_load_state()
    keys.press("/")
    expect(page.get_by_label("Filter by text")).to_be_focused()
    keys.type("Vantage")
    expect(page.locator("[data-card]")).to_have_count(1)
    expect(page.get_by_label("Filter by text")).to_be_focused()
    keys.press("Control+A", "Delete")
    expect(page.locator("[data-card]")).to_have_count(4)
    is_refused_and_fills_in(page, keys, acme)
    card = page.locator(f"#deal-{acme.ready.public_id}")
    keys.walk_to(card, "k")
    keys.press("m")
    expect(page.get_by_role("menuitem", name="Discovery complete")).to_be_focused()
    keys.press("Enter")
    expect(column(page, acme, "Discovery").locator(card)).to_have_count(1)
    expect(card.locator("[data-open]")).to_be_focused()
    moves_two_at_once(page, keys, acme)


def is_refused_and_fills_in(page: Page, keys: Keys, acme: SimpleNamespace) -> None:
    card = page.locator(f"#deal-{acme.unready.public_id}")
    keys.press("ArrowDown")  # out of the field, to what it found
    keys.walk_to(card)
    keys.press("Space", "ArrowRight", "Space")
    dialog = page.locator("dialog#gate")
    expect(dialog).to_be_visible()
    expect(dialog.get_by_label("Company size")).to_be_focused()
    keys.type("240")
    keys.press("Control+Enter")
    expect(dialog.get_by_label("When")).to_be_focused()
    expect(dialog.get_by_label("Company size")).to_have_value("240")
    keys.moment("03122030", "0200PM")
    keys.press("Control+Enter")
    expect(dialog).to_have_count(0)
    expect(column(page, acme, "Discovery").locator(card)).to_have_count(1)
    expect(card.locator("[data-open]")).to_be_focused()
    assert deal_of(acme, acme.unready).stage.name == "Discovery complete"


def moves_two_at_once(page: Page, keys: Keys, acme: SimpleNamespace) -> None:
    """Back to where they came from: that is free."""
    bar = page.get_by_role("toolbar", name="With the chosen deals")
    keys.press("x", "ArrowUp", "Shift+X")
    expect(bar).to_contain_text("2 chosen")
    keys.tab_to(bar.get_by_text("Move to"))
    keys.press("Enter")
    keys.tab_to(bar.get_by_role("button", name="Initial interest"))
    keys.press("Enter")
    expect(column(page, acme, "Initial").locator("[data-card]")).to_have_count(4)
    expect(bar).to_be_hidden()
    keys.has_a_place()


def talks_with_a_lead(page: Page, keys: Keys, acme: SimpleNamespace) -> None:
    keys.walk_to(page.locator(f"#deal-{acme.unready.public_id}"))
    keys.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Petra Keszthelyi")
    expect(page.locator("#lead-desk")).to_be_visible()
    toasts, timeline = page.locator("#toasts"), page.locator("#lead-timeline")
    keys.press("2", "Control+Enter")  # a call that nobody took, in two keys
    expect(toasts).to_contain_text("Call logged.")
    keys.has_a_place()
    leaves_the_field(page, keys)
    keys.press("o")
    expect(page.get_by_label("What was said")).to_be_focused()
    keys.type("Their year ends in June.")
    keys.press("Control+Enter")
    expect(timeline).to_contain_text("Their year ends in June.")
    composer = page.locator("#composer")
    chooses_kind(page, keys, "E-mail")
    keys.tab_to(page.get_by_label("What was said"))
    keys.type("Sent the outline.")
    keys.tab_to(composer.get_by_role("button", name="Write tomorrow"))
    keys.press("Enter")
    expect(toasts).to_contain_text("E-mail logged. Write to them on")
    keys.has_a_place()
    chooses_kind(page, keys, "Comment")
    keys.tab_to(page.get_by_label("What was said"))
    keys.type("Can you help, @Ma")
    expect(page.get_by_role("option", name="Max")).to_be_visible()
    keys.press("Enter", "Control+Enter")
    expect(timeline).to_contain_text("Can you help, @Max")
    with scope(acme.account):
        assert Comment.objects.get().mentions == [acme.max.public_id]
        kinds = Activity.objects.filter(lead=acme.unready.lead_id).values_list("kind", "outcome")
        assert {("call", "no_answer"), ("email", "sent"), ("note", "")} <= set(kinds)


def chooses_kind(page: Page, keys: Keys, name: str) -> None:
    """By Tab to the kinds, and arrows among them."""
    kinds = page.locator("#composer .composer-kinds")
    wanted = kinds.get_by_label(name, exact=True)
    keys.tab_to(kinds.locator("input:checked"), back=True)
    for _ in range(6):
        if wanted.is_checked():
            return
        keys.press("ArrowRight")
    raise AssertionError(name)


def keeps_its_desk(page: Page, keys: Keys, acme: SimpleNamespace) -> None:
    toasts, dialog = page.locator("#toasts"), page.locator("#lead-dialog")
    leaves_the_field(page, keys)
    keys.press("v")
    expect(dialog).to_contain_text("Schedule a meeting")
    keys.tab_to(page.get_by_label("When"))
    keys.moment("04092030", "1030AM")
    keys.press("Control+Enter")
    expect(page.locator("#lead-desk")).to_contain_text("Tue 9 Apr, 10:30")
    keys.has_a_place()
    keys.press("t")
    expect(page.get_by_label("What", exact=True)).to_be_focused()
    keys.type("Prepare the workshop")
    keys.press("Control+Enter")
    expect(page.locator("#lead-next")).to_contain_text("Prepare the workshop")
    keys.has_a_place()
    keys.press("z")
    expect(toasts).to_contain_text("Undone: Task: Prepare the workshop")
    expect(page.locator("#lead-next")).not_to_contain_text("Prepare the workshop")
    keys.has_a_place()
    adds_a_stakeholder(page, keys)
    raises_and_answers_an_objection(page, keys)
    keys.tab_to(page.get_by_role("button", name=re.compile("Company size, change")))
    keys.press("Enter")
    expect(page.locator("#fact-headcount")).to_be_focused()
    keys.press("Control+A")
    keys.type("310")
    keys.press("Enter")
    size = page.locator("#lead-facts").get_by_role("button", name=re.compile("^310.*Company size, change"))
    expect(size).to_be_visible()
    keys.has_a_place()
    with scope(acme.account):
        assert not Task.objects.filter(title="Prepare the workshop").exists()
        assert Objection.objects.get().answer == "All data stays in Zurich"
        assert Lead.objects.get(pk=acme.unready.lead_id).facts["headcount"] == 310


def leaves_the_field(page: Page, keys: Keys) -> None:
    """Single keys are silent in a field: one Tab leads to the buttons behind it."""
    if page.evaluate("document.activeElement.matches('textarea, input')"):
        keys.press("Tab")


def adds_a_stakeholder(page: Page, keys: Keys) -> None:
    keys.tab_to(page.locator("#lead-facts").get_by_role("button", name="Add a stakeholder").first)
    keys.press("Enter")
    expect(page.get_by_label("Name", exact=True)).to_be_focused()
    keys.type("Birgit Sommer")
    keys.press("Tab")
    keys.type("Fin")
    keys.press("Control+Enter")
    expect(page.locator("#lead-facts .people")).to_contain_text("Birgit Sommer")
    keys.has_a_place()


def raises_and_answers_an_objection(page: Page, keys: Keys) -> None:
    desk = page.locator("#lead-desk")
    keys.tab_to(desk.get_by_role("button", name="Add an objection"))
    keys.press("Enter")
    expect(page.get_by_label("What stands in the way")).to_be_focused()
    keys.type("Data must stay in Zurich")
    keys.press("Control+Enter")
    expect(desk).to_contain_text("Holds the gate")
    keys.has_a_place()
    keys.tab_to(desk.get_by_role("button", name="Answer: Data must stay in Zurich"))
    keys.press("Enter")
    expect(page.get_by_label("What was agreed")).to_be_focused()
    keys.type("All data stays in Zurich")
    keys.press("Control+Enter")
    expect(desk).to_contain_text("Answered: All data stays in Zurich")
    keys.has_a_place()


def lets_it_go_and_takes_it_up(page: Page, keys: Keys, acme: SimpleNamespace) -> None:
    head = page.locator("#lead-head")
    keys.press("d")
    dialog = page.get_by_role("dialog", name="Disqualify")
    expect(dialog.get_by_label("Because")).to_be_focused()
    keys.type("No bud")
    keys.tab_to(dialog.get_by_label("Bring it back on"))
    keys.type("06122027")
    keys.press("Control+Enter")
    expect(head).to_contain_text("Disqualified: No budget, back on 12 Jun 2027")
    keys.has_a_place()
    keys.tab_to(page.get_by_label("More: task, stakeholder, disqualify"))
    keys.press("Enter")
    keys.tab_to(head.get_by_role("button", name="Reopen"))
    keys.press("Enter")
    expect(head).not_to_contain_text("Disqualified")
    keys.has_a_place()
    with scope(acme.account):
        assert Lead.objects.get(pk=acme.unready.lead_id).status == "open"


def finds_another(page: Page, keys: Keys) -> None:
    keys.press("Control+k")
    expect(page.get_by_role("combobox", name="Search leads and pages")).to_be_focused()
    keys.type("Northgate")
    expect(page.locator("#palette-list").get_by_role("option", name=re.compile("Leila Haddad"))).to_be_visible()
    keys.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Leila Haddad")
