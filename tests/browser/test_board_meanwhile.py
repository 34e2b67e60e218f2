"""What others do while one looks at the board: nothing jumps, the focus stays, what is stale is told."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from pipeline.models import Deal
from tenancy.scope import scope
from tests.browser.checks import assert_accessible, screenshot
from tests.browser.test_board import acme, column, drag
from tests.browser.test_board_work import card, open_board, shown, some_deals
from tests.pipeline.deals import a_deal, stage

pytestmark = pytest.mark.django_db(transaction=True)
__all__ = ["acme"]

SHIFTS = """window.shifts = [];
window.changes = 0;
document.addEventListener("tollgate:cards", () => window.changes += 1);
new PerformanceObserver(list => {
  for (const entry of list.getEntries()) if (!entry.hadRecentInput) window.shifts.push(
    entry.sources.map(source => source.node?.className || source.node?.nodeName).join(" ") + " " + entry.value);
}).observe({ type: "layout-shift" });"""

# Everything that glides after a first change is stopped on its way; `jumps` says what a second one tears from there.
STOPPED = """() => {
  const cards = () => [...document.querySelectorAll("[data-card]")];
  const tops = () => new Map(cards().map(card => [card.id, card.getBoundingClientRect().top]));
  let before;
  window.stopped = 0;
  document.addEventListener("tollgate:cards", () => {
    const now = tops();
    if (before) window.jumps = [...before].filter(([id, top]) => now.has(id) && Math.abs(now.get(id) - top) > 1);
    for (const glide of cards().flatMap(card => card.getAnimations())) {
      glide.pause();
      glide.currentTime = 60;
      window.stopped += 1;
    }
    before = tops();
  });
}"""
GLIDES = (
    "document.getAnimations().some(one => one.playState === 'running' && one.effect.target?.matches('[data-card]'))"
)


def told(page: Page, deal: Deal) -> None:
    """As the stream tells it: this lead's card has changed."""
    with scope(deal.account):
        lead = Deal.objects.select_related("lead").get(pk=deal.pk).lead.public_id
    page.evaluate(
        "lead => document.body.dispatchEvent(new CustomEvent('tollgate:board', { detail: { leads: [lead] } }))", lead
    )


@pytest.fixture
def moving(browser: Browser) -> Any:
    """A page that moves what moves: nothing is calmed down."""
    context = browser.new_context(viewport={"width": 1440, "height": 900}, reduced_motion="no-preference")
    yield context.new_page()
    context.close()


def test_nothing_jumps_and_the_focus_stays_while_others_move_cards(moving: Page, acme: SimpleNamespace) -> None:
    page, deals = moving, some_deals(acme, 6)
    open_board(page, acme, acme.rita, "?order=hand")
    held = card(page, deals[4]).locator("[data-open]")
    held.focus()
    page.wait_for_timeout(600)
    page.evaluate(SHIFTS)
    with scope(acme.account):
        for deal in (deals[5], deals[1]):
            Deal.objects.get(pk=deal.pk).move(stage("Discovery"), by=acme.raj.by)
        deals[3].lose(by=acme.raj.by, reason="Price")
        fresh = a_deal(acme.raj, company="Firm 9")
    for deal in (deals[5], deals[1], deals[3], fresh):
        count = page.evaluate("window.changes")
        told(page, deal)
        page.wait_for_function(f"() => window.changes > {count} && !({GLIDES})")
        page.wait_for_timeout(100)  # a shift is told with the frame after it
    assert shown(page, acme) == ["9", "4", "2", "0"]
    assert shown(page, acme, "Discovery") == ["1", "5"]
    expect(held).to_be_focused()
    assert page.evaluate("window.shifts") == []


def test_what_glides_goes_on_from_where_it_is_seen(moving: Page, acme: SimpleNamespace) -> None:
    page, deals = moving, some_deals(acme, 6)
    open_board(page, acme, acme.rita, "?order=hand")
    page.evaluate(STOPPED)
    for deal in (deals[5], deals[4]):
        with scope(acme.account):
            Deal.objects.get(pk=deal.pk).move(stage("Discovery"), by=acme.raj.by)
        told(page, deal)
        expect(column(page, acme, "Discovery").locator(card(page, deal))).to_have_count(1)
    page.wait_for_function("() => window.jumps")
    assert page.evaluate("window.stopped") > 1
    assert page.evaluate("window.jumps") == []


def test_a_jump_would_be_seen(moving: Page, acme: SimpleNamespace) -> None:
    some_deals(acme)
    open_board(moving, acme, acme.rita)
    moving.wait_for_timeout(600)
    moving.evaluate(SHIFTS)
    moving.evaluate("document.querySelector('[data-card]').remove()")
    moving.wait_for_function("() => window.shifts.length")


def test_who_had_a_card_in_focus_that_went_away_is_on_the_next_one(page: Page, acme: SimpleNamespace) -> None:
    deals = some_deals(acme)
    open_board(page, acme, acme.rita, "?order=hand&stage=" + first_stage(acme))
    card(page, deals[1]).locator("[data-open]").focus()
    with scope(acme.account):
        Deal.objects.get(pk=deals[1].pk).move(stage("Discovery"), by=acme.raj.by)
    told(page, deals[1])
    expect(card(page, deals[1])).to_have_count(0)
    expect(card(page, deals[0]).locator("[data-open]")).to_be_focused()


def first_stage(acme: SimpleNamespace) -> str:
    with scope(acme.account):
        return str(stage("Initial").public_id)


def test_a_stale_move_is_told_and_the_newer_card_stands_where_it_is(page: Page, acme: SimpleNamespace) -> None:
    deal = some_deals(acme, 1)[0]
    open_board(page, acme, acme.rita)
    with scope(acme.account):
        deal.move(stage("Discovery"), by=acme.raj.by)
    drag(page, card(page, deal), column(page, acme, "Technical"))
    expect(page.locator("#toasts")).to_contain_text("Somebody changed this deal in the meantime.")
    expect(column(page, acme, "Discovery").locator(card(page, deal))).to_have_count(1)
    expect(page.locator("[data-card]")).to_have_count(1)


def test_a_card_that_a_later_slice_brings_too_stands_once(page: Page, acme: SimpleNamespace) -> None:
    deals = some_deals(acme, 12)
    open_board(page, acme, acme.rita, "?order=newest")
    told(page, deals[0])
    expect(card(page, deals[0])).to_have_count(1)
    column(page, acme, "Initial").locator("[data-cards]").evaluate("list => list.scrollTo(0, list.scrollHeight)")
    expect(column(page, acme, "Initial").locator("[data-card]")).to_have_count(12)
    assert shown(page, acme) == [str(number) for number in range(11, -1, -1)]


def test_cards_that_did_not_come_are_asked_for_again(browser: Browser, acme: SimpleNamespace) -> None:
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    page = context.new_page()
    some_deals(acme, 12)
    open_board(page, acme, acme.rita)
    page.route("**/board/columns/**", lambda route: route.fulfill(status=503, headers={"X-Request-ID": "7f3a21"}))
    initial = column(page, acme, "Initial")
    initial.locator("[data-cards]").evaluate("list => list.scrollTo(0, list.scrollHeight)")
    expect(initial.get_by_role("alert")).to_contain_text("This column didn’t load")
    expect(initial.get_by_role("alert")).to_contain_text("Reference 7f3a21")
    screenshot(page, "board-slice-failed")
    assert_accessible(page)
    page.unroute("**/board/columns/**")
    initial.get_by_role("button", name="Load again").click()
    expect(initial.locator("[data-card]")).to_have_count(12)
    context.close()
