"""What the design shows around the cards: hints while dragging, filters on a phone, a first deal."""

from __future__ import annotations

import re
from types import SimpleNamespace
from typing import Any

import pytest
from playwright.sync_api import Page, ViewportSize, expect

from pipeline.models import Deal, Move
from tenancy.scope import scope
from tests.browser.checks import assert_accessible, assert_good
from tests.browser.test_board import acme, column, drag, log_in, open_board
from tests.browser.test_touch import SMALL
from tests.pipeline.deals import a_deal, a_ready_deal, the_pipeline

pytestmark = pytest.mark.django_db(transaction=True)
__all__ = ["acme"]
PHONE: ViewportSize = {"width": 390, "height": 844}
DESK: ViewportSize = {"width": 1440, "height": 900}


def lift(page: Page, card: Any, to: Any) -> None:
    """Carry a card over a column and keep it in the hand."""
    start, end = card.bounding_box(), to.locator("[data-cards]").bounding_box()
    page.mouse.move(start["x"] + 40, start["y"] + 60)
    page.mouse.down()
    page.mouse.move(start["x"] + 60, start["y"] + 70, steps=4)
    page.mouse.move(end["x"] + 80, end["y"] + 60, steps=12)


def test_escape_puts_back_what_the_pointer_carries_and_the_hint_says_so(page: Page, acme: SimpleNamespace) -> None:
    with scope(acme.account):
        deal = a_ready_deal(acme.rita, company="Northgate Biotech")
        a_deal(acme.rita, company="Kestrel Logistics")
    open_board(page, acme, acme.rita)
    card, initial = page.locator(f"#deal-{deal.public_id}"), column(page, acme, "Initial")
    before = initial.locator("[data-card]").evaluate_all("cards => cards.map((card) => card.id)")
    expect(page.locator("#owners .owner").first).to_be_attached()
    lift(page, card, column(page, acme, "Discovery"))
    expect(page.locator("[data-board]")).to_have_attribute("data-dragging", "mine")
    expect(page.locator(".keys-drag", has_text="Esc")).to_be_visible()
    expect(page.locator(".keys-held", has_text="Space")).to_be_hidden()
    expect(page.locator(".drop-bar")).to_be_visible()
    owners, hints = page.locator(".drop-bar").bounding_box(), page.locator(".key-line").bounding_box()
    assert owners
    assert hints
    assert owners["y"] + owners["height"] <= hints["y"] + 1
    page.keyboard.press("Escape")
    expect(page.locator("[data-dragging]")).to_have_count(0)
    page.mouse.up()
    expect(initial.locator(card)).to_have_count(1)
    assert initial.locator("[data-card]").evaluate_all("cards => cards.map((card) => card.id)") == before
    expect(page.locator(".slot")).to_have_count(0)
    expect(page).to_have_url(re.compile("/board/$"))
    with scope(acme.account):
        assert not Move.objects.exists()
    drag(page, card, column(page, acme, "Discovery"))
    expect(column(page, acme, "Discovery").locator(card)).to_have_count(1)


def test_a_card_that_one_may_not_give_away_is_offered_to_nobody(page: Page, acme: SimpleNamespace) -> None:
    with scope(acme.account):
        mine, theirs = a_ready_deal(acme.rita, company="Mine"), a_ready_deal(acme.raj, company="Theirs")
    open_board(page, acme, acme.rita)
    expect(page.locator("#owners .owner").first).to_be_attached()
    for deal, offered in ((mine, True), (theirs, False)):
        lift(page, page.locator(f"#deal-{deal.public_id}"), column(page, acme, "Discovery"))
        expect(page.locator(".keys-drag", has_text="Esc")).to_be_visible()
        expect(page.locator(".keys-mine")).to_be_visible(visible=offered)
        expect(page.locator("#owners")).to_be_visible(visible=offered)
        page.keyboard.press("Escape")
        expect(page.locator("[data-dragging]")).to_have_count(0)
        page.mouse.up()


def test_the_filters_of_a_phone_are_behind_a_button(page: Page, acme: SimpleNamespace) -> None:
    with scope(acme.account):
        a_deal(acme.rita, company="Northgate Biotech", tier="urgent")
        a_deal(acme.raj, company="Lumen Care", tier="low")
    page.set_viewport_size(PHONE)
    open_board(page, acme, acme.rita)
    button, tier = page.locator("[data-filters]"), page.get_by_label("Tier", exact=True)
    expect(button).to_have_text("Filter")
    expect(tier).to_be_hidden()
    button.click()
    expect(button).to_have_attribute("aria-expanded", "true")
    assert_accessible(page)
    assert page.evaluate(SMALL) == []
    chips = page.locator(".filters .chip")
    assert min(chips.evaluate_all("all => all.map((chip) => chip.getBoundingClientRect().height)")) >= 44
    tier.select_option("high")
    expect(page.locator("[data-card]")).to_have_count(1)
    expect(button).to_have_text("1 filter")
    expect(tier).to_be_visible()  # one may go on
    page.get_by_role("button", name="Not by tier").click()
    expect(page.locator("[data-card]")).to_have_count(2)
    assert "tier=h" not in page.url
    button.click()
    expect(tier).to_be_hidden()


def test_a_filter_that_is_on_says_what_it_is_and_hides_none_of_the_others(page: Page, acme: SimpleNamespace) -> None:
    with scope(acme.account):
        a_deal(acme.rita, company="Northgate Biotech", tier="urgent", product="Backup")
        a_deal(acme.raj, company="Lumen Care", tier="low", product="Backup")
    log_in(page, acme.rita, acme.url)
    page.goto(f"{acme.url}/board/?tier=high&score=80")
    bar = page.get_by_role("form", name="Filter the board")
    expect(bar).to_contain_text("Tier: High and up")
    expect(bar.get_by_text("hidden by the filter.")).to_be_visible()
    boxes = bar.locator(".chip, .filter-text, .toolbar-end").evaluate_all(
        "all => all.filter((one) => one.checkVisibility()).map((one) => one.getBoundingClientRect().toJSON())"
    )
    apart = [
        (one, other)
        for at, one in enumerate(boxes)
        for other in boxes[at + 1 :]
        if one["left"] < other["right"] - 1
        and other["left"] < one["right"] - 1
        and one["top"] < other["bottom"] - 1
        and other["top"] < one["bottom"] - 1
    ]
    assert apart == []
    assert_good(page, "board-filtered")


def test_an_empty_board_says_how_a_first_deal_comes(page: Page, acme: SimpleNamespace) -> None:
    with scope(acme.account):
        the_pipeline()
    log_in(page, acme.ada, acme.url)
    page.goto(f"{acme.url}/board/")
    acts = page.locator(".empty-acts a")
    expect(acts).to_have_text(["Add a first lead", "Import a file", "Connect a form"])
    expect(page.locator("#board-totals, .views")).to_have_count(0)
    assert_good(page, "board-empty")
    acts.first.click()
    expect(page.get_by_role("heading", name="New lead", level=1)).to_be_visible()


def test_the_boxes_of_the_list_are_as_wide_as_a_thumb(page: Page, acme: SimpleNamespace) -> None:
    with scope(acme.account):
        deal = a_deal(acme.rita, company="Northgate Biotech")
    page.set_viewport_size(PHONE)
    log_in(page, acme.ada, acme.url)
    for path, row in (("board/list/", deal.public_id), ("leads/", deal.lead.public_id)):
        page.goto(f"{acme.url}/{path}")
        box = page.locator(f"tr[id$='{row}'] .choose").bounding_box()
        assert box
        assert min(box["width"], box["height"]) >= 44
        page.mouse.click(box["x"] + 3, box["y"] + 3)
        expect(page.locator(f"tr[id$='{row}'] input")).to_be_checked()


LISTENING = """window.opened = [];
window.EventSource = class extends EventTarget {
    constructor(url) { super(); window.stream = this; window.opened.push(url); setTimeout(() => this.onopen?.()); }
    close() { this.closed = true; }
};"""
OPENED = "() => (window.opened.at(-1).match(/at=/g) ?? []).length"


def test_a_browser_says_by_one_stream_what_all_its_tabs_have_open(
    page: Page, acme: SimpleNamespace, settings: Any
) -> None:
    settings.LIVE_URL = "http://live.test"
    with scope(acme.account):
        deal = a_deal(acme.rita, company="Northgate Biotech")
    page.context.add_init_script(LISTENING)
    open_board(page, acme, acme.rita)
    page.wait_for_function(f"() => ({OPENED})() === 1")
    other = page.context.new_page()
    other.goto(f"{acme.url}/leads/{deal.lead.public_id}/")
    page.wait_for_function(f"() => ({OPENED})() === 2")
    assert deal.lead.public_id in page.evaluate("window.opened.at(-1)")
    assert other.evaluate("window.opened") == []
    faces = {deal.lead.public_id: [{"name": "Jo Park", "initials": "JP", "hue": 1}]}
    said = "here => stream.dispatchEvent(new MessageEvent('hello', { data: JSON.stringify({ people: 2, here }) }))"
    page.evaluate(said, faces)
    expect(other.get_by_role("list", name="Also on this lead")).to_contain_text("Jo Park")
    expect(page.get_by_role("list", name="Also on this board")).to_have_count(0)
    other.goto(f"{acme.url}/today/")
    page.wait_for_function(f"() => ({OPENED})() === 1")


def test_a_list_that_goes_on_sideways_fades_there_and_no_longer_at_its_end(page: Page, acme: SimpleNamespace) -> None:
    with scope(acme.account):
        a_deal(acme.rita, company="Kestrel Logistics")
    log_in(page, acme.rita, acme.url)
    page.goto(f"{acme.url}/board/list/")
    rows = page.locator(".table-wrap")
    for size, scrolled, fades in (
        (PHONE, 0, ["0px", "40px"]),
        (PHONE, 60, ["40px", "40px"]),
        (PHONE, 9999, ["40px", "0px"]),
        (DESK, 0, ["0px", "0px"]),  # all of it is there
    ):
        page.set_viewport_size(size)
        rows.evaluate("(element, to) => element.scrollTo(to, 0)", scrolled)
        expect(rows).to_have_css("--edge-start", fades[0])
        expect(rows).to_have_css("--edge-end", fades[1])
    assert "gradient" in rows.evaluate("element => getComputedStyle(element).maskImage")


def test_the_menu_of_a_card_breaks_no_stage_s_name(page: Page, acme: SimpleNamespace) -> None:
    with scope(acme.account):
        deal = a_deal(acme.rita, company="Kestrel Logistics")
    open_board(page, acme, acme.rita)
    page.locator(f"#deal-{deal.public_id} [data-open]").focus()
    page.keyboard.press("m")
    names = page.locator(".move-menu > .menu-item > :first-child")
    expect(names.filter(has_text="Technical fit confirmed")).to_be_visible()
    heights = names.evaluate_all("all => all.map((name) => name.getBoundingClientRect().height)")
    assert max(heights) < 1.5 * min(heights), heights


def test_a_move_offers_to_be_taken_back(page: Page, acme: SimpleNamespace) -> None:
    with scope(acme.account):
        deal = a_ready_deal(acme.rita, company="Northgate Biotech")
    open_board(page, acme, acme.rita)
    drag(page, page.locator(f"#deal-{deal.public_id}"), column(page, acme, "Discovery"))
    toasts = page.locator("#toasts")
    expect(toasts).to_contain_text("Northgate Biotech is in Discovery complete.")
    toasts.get_by_role("button", name="Undo").click()
    expect(toasts).to_contain_text("Undone: Moved to Discovery complete")
    with scope(acme.account):
        assert Deal.objects.get(pk=deal.pk).stage.name == "Initial interest"
