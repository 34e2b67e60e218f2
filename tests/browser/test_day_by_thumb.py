"""A rep's whole day at 390 px with one finger: taps, swipes and long presses, and what the phone's own keyboard and
pickers put into a field."""

from __future__ import annotations

import re
from types import SimpleNamespace
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from leads.models import Activity, Lead
from pipeline.models import Comment, Objection
from tenancy.scope import scope
from tests.browser.rep import a_days_work, deal_of
from tests.browser.test_board import column
from tests.browser.test_desk import phone
from tests.browser.test_touch import Finger, centre
from tests.factories import PASSWORD

pytestmark = pytest.mark.django_db(transaction=True)
__all__ = ["phone"]


@pytest.fixture
def acme(live_server: Any, transactional_db: None) -> SimpleNamespace:
    return a_days_work(live_server)


def test_a_rep_s_day_by_thumb(phone: Page, acme: SimpleNamespace) -> None:
    signs_in(phone, acme)
    works_through_today(phone)
    carries_a_card_past_the_edge(phone, acme)
    moves_two_at_once(phone, acme)
    talks_with_a_lead(phone, acme)
    keeps_its_desk(phone, acme)
    lets_it_go_and_takes_it_up(phone, acme)
    finds_another(phone)


def says(field: Locator, words: str) -> None:
    field.tap()
    field.press_sequentially(words)


def signs_in(phone: Page, acme: SimpleNamespace) -> None:
    phone.goto(acme.url)
    says(phone.get_by_label("Work e-mail"), "rita@acme.example")
    says(phone.get_by_label("Password", exact=True), PASSWORD)
    phone.get_by_role("button", name="Sign in").tap()
    expect(phone.get_by_role("heading", level=1)).to_have_text("Today")
    phone.wait_for_load_state()


def works_through_today(phone: Page) -> None:
    toasts, card = phone.locator("#toasts"), phone.locator(".answer-card")
    card.get_by_role("button", name="No answer").tap()
    expect(card).to_contain_text("Pinecrest Credit Union")
    card.get_by_role("button", name="Spoke").tap()
    expect(phone.locator(".row-done").first).to_contain_text("Spoke: Jonas of Pinecrest")
    phone.get_by_role("button", name="Done: Send the licence questions").tap()
    expect(toasts).to_contain_text("Done: Send the licence questions")
    toasts.get_by_role("button", name="Undo").tap()
    expect(phone.locator(".task", has_text="Send the licence questions")).to_be_visible()
    expect(phone.get_by_role("heading", level=1)).to_be_focused()
    phone.get_by_role("button", name="Done: Call with voicemail").tap()
    expect(phone.locator(".task", has_text="Call with voicemail")).to_have_count(0)
    phone.get_by_role("button", name="I have answered Petra Keszthelyi").tap()
    expect(phone.locator(".reply")).to_have_count(0)
    phone.get_by_role("button", name="Plan a step with Vantage Clinics").tap()
    says(phone.get_by_label("What", exact=True), "Call Petra")
    phone.get_by_label("When").fill("2030-03-12T09:00")
    phone.get_by_role("button", name="Plan it").tap()
    expect(toasts).to_contain_text("Planned: Call Petra.")


def carries_a_card_past_the_edge(phone: Page, acme: SimpleNamespace) -> None:
    """What is held at the edge of the screen brings the next stage; its gate asks, and is filled in."""
    phone.get_by_role("navigation", name="Main, phone").get_by_role("link", name="Board").tap()
    expect(phone.locator("[data-board]")).to_be_visible()
    phone.wait_for_load_state()
    says(phone.get_by_label("Filter by text"), "Vantage")
    expect(phone.locator("[data-card]")).to_have_count(1)
    card, finger = phone.locator(f"#deal-{acme.unready.public_id}"), Finger(phone)
    finger.down(*centre(card))
    phone.wait_for_timeout(350)  # the press is 300 ms long
    discovery = column(phone, acme, "Discovery")
    finger.move(380, 500)
    expect(discovery).to_be_in_viewport(ratio=0.9)
    finger.move(200, 500)
    finger.up()
    dialog = phone.locator("dialog#gate")
    expect(dialog).to_be_visible()
    says(dialog.get_by_label("Company size"), "240")
    dialog.get_by_label("When").fill("2030-03-12T14:00")
    dialog.get_by_role("button", name="Save and move").tap()
    expect(discovery.locator(card)).to_have_count(1)
    assert deal_of(acme, acme.unready).stage.name == "Discovery complete"
    phone.get_by_role("button", name="Filter", exact=True).tap()
    phone.get_by_role("link", name="Clear").tap()
    expect(phone.locator("[data-card]")).to_have_count(4)


def moves_two_at_once(phone: Page, acme: SimpleNamespace) -> None:
    """By the menu, by the tabs of the stages, by the bar below."""
    discovery, initial = column(phone, acme, "Discovery"), column(phone, acme, "Initial")
    phone.get_by_role("navigation", name="Stages").get_by_role("link", name="Initial").tap()
    initial.get_by_role("button", name="Move Northgate Biotech to").tap()
    phone.get_by_role("menuitem", name="Discovery complete").tap()
    expect(discovery.locator("[data-card]")).to_have_count(2)
    phone.get_by_role("navigation", name="Stages").get_by_role("link", name="Discovery").tap()
    discovery.get_by_role("button", name="Move Northgate Biotech to").tap()
    phone.get_by_role("menuitem", name="Choose").tap()
    phone.get_by_label("Choose Vantage Clinics").tap()
    bar = phone.get_by_role("toolbar", name="With the chosen deals")
    expect(bar).to_contain_text("2 chosen")
    bar.get_by_text("Move to").tap()
    bar.get_by_role("button", name="Initial interest").tap()
    expect(initial.locator("[data-card]")).to_have_count(4)
    tabs = phone.get_by_role("navigation", name="Stages")
    expect(tabs.get_by_role("link", name="Initial")).to_have_text("Initial interest 4")
    expect(bar).to_be_hidden()


def talks_with_a_lead(phone: Page, acme: SimpleNamespace) -> None:
    phone.get_by_role("navigation", name="Stages").get_by_role("link", name="Initial").tap()
    phone.locator(f"#deal-{acme.unready.public_id} .deal-link").tap()
    expect(phone.get_by_role("heading", level=1)).to_have_text("Petra Keszthelyi")
    expect(phone.locator("#lead-desk")).to_be_visible()
    composer, toasts, timeline = phone.locator("#composer"), phone.locator("#toasts"), phone.locator("#lead-timeline")
    composer.get_by_text("No answer", exact=True).tap()
    composer.get_by_role("button", name="Call tomorrow").tap()
    expect(toasts).to_contain_text("Call logged. Call them on")
    writes(phone, "E-mail", "Sent the outline.", "Log e-mail")
    writes(phone, "Note", "Their year ends in June.", "Log note")
    composer.get_by_text("Comment", exact=True).tap()
    says(phone.get_by_label("What was said"), "Can you help, @Ma")
    phone.get_by_role("option", name="Max").tap()
    composer.get_by_role("button", name="Add comment").tap()
    expect(timeline).to_contain_text("Can you help, @Max")
    with scope(acme.account):
        assert Comment.objects.get().mentions == [acme.max.public_id]
        kinds = Activity.objects.filter(lead=acme.unready.lead_id).values_list("kind", "outcome")
        assert {("call", "no_answer"), ("email", "sent"), ("note", "")} <= set(kinds)


def writes(phone: Page, kind: str, words: str, save: str) -> None:
    composer = phone.locator("#composer")
    composer.locator(".composer-kinds").get_by_text(kind, exact=True).tap()
    says(phone.get_by_label("What was said"), words)
    composer.get_by_role("button", name=save).tap()
    expect(phone.locator("#lead-timeline")).to_contain_text(words)
    expect(phone.get_by_label("What was said")).to_have_value("")


def keeps_its_desk(phone: Page, acme: SimpleNamespace) -> None:
    toasts, desk, facts = phone.locator("#toasts"), phone.locator("#lead-desk"), phone.locator("#lead-facts")
    dialog = phone.locator("#lead-dialog")
    desk.get_by_role("button", name="Schedule a meeting").tap()
    phone.get_by_label("When").fill("2030-04-09T10:30")
    dialog.get_by_role("button", name="Schedule a meeting").tap()
    expect(desk).to_contain_text("Tue 9 Apr, 10:30")
    phone.get_by_label("More: task, stakeholder, disqualify").tap()
    phone.locator("#lead-head").get_by_text("Add a task", exact=True).tap()
    says(phone.get_by_label("What", exact=True), "Prepare the workshop")
    dialog.get_by_role("button", name="Add a task").tap()
    expect(phone.locator("#lead-next")).to_contain_text("Prepare the workshop")
    toasts.get_by_role("button", name="Undo").last.tap()
    expect(phone.locator("#lead-next")).not_to_contain_text("Prepare the workshop")
    facts.get_by_role("button", name="Add a stakeholder").first.tap()
    says(phone.get_by_label("Name", exact=True), "Birgit Sommer")
    phone.get_by_label("Part in the decision").select_option(label="Finance")
    dialog.get_by_role("button", name="Add a stakeholder").tap()
    expect(facts.locator(".people")).to_contain_text("Birgit Sommer")
    desk.get_by_role("button", name="Add an objection").tap()
    says(phone.get_by_label("What stands in the way"), "Data must stay in Zurich")
    dialog.get_by_role("button", name="Add an objection").tap()
    desk.get_by_role("button", name="Answer: Data must stay in Zurich").tap()
    says(phone.get_by_label("What was agreed"), "All data stays in Zurich")
    dialog.get_by_role("button", name="Answer the objection").tap()
    expect(desk).to_contain_text("Answered: All data stays in Zurich")
    facts.get_by_role("button", name=re.compile("Company size, change")).tap()
    phone.locator("#fact-headcount").fill("")
    says(phone.locator("#fact-headcount"), "310")
    facts.get_by_role("button", name="Save").tap()
    expect(facts.get_by_role("button", name=re.compile("^310.*Company size, change"))).to_be_visible()
    with scope(acme.account):
        assert Objection.objects.get().answer == "All data stays in Zurich"
        assert Lead.objects.with_people().get(pk=acme.unready.lead_id).facts["headcount"] == 310


def lets_it_go_and_takes_it_up(phone: Page, acme: SimpleNamespace) -> None:
    head = phone.locator("#lead-head")
    phone.get_by_label("More: task, stakeholder, disqualify").tap()
    head.get_by_text("Disqualify", exact=True).tap()
    dialog = phone.get_by_role("dialog", name="Disqualify")
    dialog.get_by_label("Because").select_option("No budget")
    dialog.get_by_label("Bring it back on").fill("2027-06-12")
    dialog.get_by_role("button", name="Disqualify").tap()
    expect(head).to_contain_text("Disqualified: No budget, back on 12 Jun 2027")
    phone.get_by_label("More: task, stakeholder, disqualify").tap()
    head.get_by_role("button", name="Reopen").tap()
    expect(head).not_to_contain_text("Disqualified")
    with scope(acme.account):
        assert Lead.objects.get(pk=acme.unready.lead_id).status == "open"


def finds_another(phone: Page) -> None:
    phone.get_by_role("navigation", name="Main, phone").get_by_role("button", name="Search").tap()
    phone.get_by_role("combobox", name="Search leads and pages").press_sequentially("Northgate")
    phone.locator("#palette-list").get_by_role("option", name=re.compile("Leila Haddad")).tap()
    expect(phone.get_by_role("heading", level=1)).to_have_text("Leila Haddad")
