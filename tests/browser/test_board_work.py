"""A day on the board in a real browser: order by hand, many cards at once, the list, saved views."""

from __future__ import annotations

import re
from types import SimpleNamespace
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from pipeline.models import BoardView, Deal, Move
from tenancy.scope import scope
from tests.browser.checks import assert_accessible, assert_good, screenshot
from tests.browser.test_board import acme, column, log_in
from tests.pipeline.deals import a_deal, a_ready_deal

pytestmark = pytest.mark.django_db(transaction=True)
__all__ = ["acme"]


def open_board(page: Page, acme: SimpleNamespace, member: Any, query: str = "") -> None:
    log_in(page, member, acme.url)
    page.goto(f"{acme.url}/board/{query}")
    expect(page.locator("[data-board]")).to_be_visible()


def some_deals(acme: SimpleNamespace, number: int = 3) -> list[Deal]:
    with scope(acme.account):
        return [a_ready_deal(acme.rita, company=f"Firm {name}") for name in range(number)]


def card(page: Page, deal: Deal) -> Any:
    return page.locator(f"#deal-{deal.public_id}")


def shown(page: Page, acme: SimpleNamespace, name: str = "Initial") -> list[str]:
    titles = column(page, acme, name).locator("[data-card] .deal-link").all_inner_texts()
    return [title.removeprefix("Firm ") for title in titles]


class TestByHand:
    def test_a_card_is_dragged_within_its_column_for_everybody(
        self, page: Page, acme: SimpleNamespace, browser: Browser
    ) -> None:
        deals = some_deals(acme)
        open_board(page, acme, acme.rita)
        page.get_by_label("Order").select_option("hand")
        expect(page.locator("[data-by-hand]")).to_be_visible()
        assert shown(page, acme) == ["2", "1", "0"]
        low, high = card(page, deals[0]).bounding_box(), card(page, deals[2]).bounding_box()
        page.mouse.move(low["x"] + 60, low["y"] + 40)
        page.mouse.down()
        page.mouse.move(low["x"] + 62, low["y"] + 20, steps=4)
        page.mouse.move(high["x"] + 60, high["y"] + 8, steps=15)
        expect(column(page, acme, "Initial").locator(".deal-link").first).to_have_text("Firm 0")
        with page.expect_response("**/place/"):
            page.mouse.up()
        expect(card(page, deals[0]).locator("[data-open]")).to_be_focused()
        expect(column(page, acme, "Initial").locator(".deal-link").first).to_have_text("Firm 0")
        other = browser.new_context().new_page()
        open_board(other, acme, acme.raj, "?order=hand")
        assert shown(other, acme) == shown(page, acme) == ["0", "2", "1"]
        other.context.close()

    def test_by_keyboard_and_by_the_menu(self, page: Page, acme: SimpleNamespace) -> None:
        deals = some_deals(acme)
        open_board(page, acme, acme.rita, "?order=hand")
        card(page, deals[2]).locator("[data-open]").focus()
        for key in ("Space", "ArrowDown", "Space"):
            page.keyboard.press(key)
        expect(column(page, acme, "Initial").locator(".deal-link").first).to_have_text("Firm 1")
        expect(card(page, deals[2]).locator("[data-open]")).to_be_focused()
        expect(page.locator("#said")).to_have_text("Firm 2 is in its new place.")
        page.keyboard.press("m")
        page.get_by_role("menuitem", name="Lower").click()
        expect(column(page, acme, "Initial").locator(".deal-link").last).to_have_text("Firm 2")
        with scope(acme.account):
            order = Deal.objects.order_by("rank").values_list("lead__company__name", flat=True)
            assert list(order) == ["Firm 1", "Firm 0", "Firm 2"]
            assert not Move.objects.exists()


class TestManyAtOnce:
    def test_keys_choose_and_the_refused_stay_chosen_with_their_reasons(
        self, page: Page, acme: SimpleNamespace
    ) -> None:
        ready = some_deals(acme, 2)
        with scope(acme.account):
            unready = a_deal(acme.rita, company="Gable Homes")
        open_board(page, acme, acme.rita)
        page.locator("[data-card] [data-open]").first.focus()
        page.keyboard.press("x")
        bar = page.get_by_role("toolbar", name="With the chosen deals")
        expect(bar).to_contain_text("1 chosen")
        for _ in range(2):
            page.keyboard.press("ArrowDown")
        page.keyboard.press("Shift+X")
        expect(bar).to_contain_text("3 chosen")
        screenshot(page, "board-chosen")
        assert_accessible(page)
        bar.get_by_text("Move to").click()
        bar.get_by_role("button", name="Discovery complete").click()
        dialog = page.locator("dialog#bulk-result")
        expect(dialog).to_contain_text("2 of 3 moved to Discovery complete.")
        expect(dialog).to_contain_text("Missing: Company size is known")
        screenshot(page, "board-refusals")
        assert_accessible(page)
        dialog.get_by_role("button", name="Leave them there").click()
        for deal in ready:
            expect(column(page, acme, "Discovery").locator(card(page, deal))).to_have_count(1)
        expect(bar).to_contain_text("1 chosen")
        expect(card(page, unready).locator("[data-choose]")).to_be_checked()
        page.keyboard.press("Escape")
        expect(bar).to_be_hidden()

    def test_boxes_choose_a_run_and_one_reason_disqualifies_all(self, page: Page, acme: SimpleNamespace) -> None:
        deals = some_deals(acme, 4)
        open_board(page, acme, acme.rita)
        card(page, deals[0]).hover()
        card(page, deals[0]).locator("[data-choose]").click()
        card(page, deals[2]).locator("[data-choose]").click(modifiers=["Shift"])
        bar = page.get_by_role("toolbar", name="With the chosen deals")
        expect(bar).to_contain_text("3 chosen")
        bar.get_by_role("button", name="Disqualify").click()
        dialog = page.locator("dialog#bulk-disqualify")
        expect(dialog).to_contain_text("Disqualify 3 deals")
        assert_accessible(page)
        dialog.get_by_label("Because").select_option("No budget")
        dialog.get_by_role("button", name="Disqualify").click()
        expect(page.locator("#toasts")).to_contain_text("3 deals disqualified.")
        expect(bar).to_be_hidden()

    def test_on_a_phone_the_menu_begins_the_choice(self, page: Page, acme: SimpleNamespace) -> None:
        deals = some_deals(acme, 2)
        page.set_viewport_size({"width": 390, "height": 844})
        open_board(page, acme, acme.rita)
        card(page, deals[0]).locator("[data-move-menu]").click()
        page.get_by_role("menuitem", name="Choose").click()
        card(page, deals[1]).locator("[data-choose]").click()
        bar = page.get_by_role("toolbar", name="With the chosen deals")
        expect(bar).to_contain_text("2 chosen")
        screenshot(page, "board-chosen-phone")
        assert_accessible(page)
        bar.get_by_role("button", name="Pass on").click()
        expect(page.locator("dialog#pass-on")).to_contain_text("Pass on 2 leads")


class TestList:
    def test_the_same_filter_as_a_table_with_columns_to_choose(self, page: Page, acme: SimpleNamespace) -> None:
        with scope(acme.account):
            a_deal(acme.rita, company="Kestrel Logistics", value=84000, currency="EUR", tier="urgent")
            a_deal(acme.raj, company="Lumen Care", value=9000, currency="EUR", tier="low")
        open_board(page, acme, acme.rita)
        page.get_by_label("Tier").select_option("high")
        expect(page.get_by_text("1 hidden by the filter.")).to_be_visible()
        page.get_by_role("link", name="List").click()
        expect(page.locator("tr[data-card]")).to_have_count(1)
        assert "tier=high" in page.url
        assert_good(page, "board-list")
        page.set_viewport_size({"width": 1440, "height": 900})
        page.get_by_text("Columns", exact=True).click()
        page.get_by_role("checkbox", name="Score").check()
        assert_accessible(page)
        page.get_by_role("button", name="Show these").click()
        expect(page.get_by_role("columnheader", name="Score")).to_be_visible()
        page.get_by_role("link", name="Clear").click()
        page.get_by_role("link", name="Value").click()
        expect(page.locator("tr[data-card] [data-open]").first).to_have_text("Lumen Care")
        page.locator("tr[data-card] [data-open]").first.focus()
        page.keyboard.press("x")
        expect(page.get_by_role("toolbar", name="With the chosen deals")).to_contain_text("1 chosen")
        with page.expect_download() as saved:
            page.get_by_role("link", name="CSV").click()
        assert saved.value.suggested_filename == "deals.csv"


class TestViews:
    def test_a_view_is_saved_used_changed_and_given_up(self, page: Page, acme: SimpleNamespace) -> None:
        with scope(acme.account):
            a_deal(acme.rita, company="Kestrel Logistics", tier="urgent")
            a_deal(acme.raj, company="Lumen Care", tier="low")
        open_board(page, acme, acme.rita, "?tier=high")
        page.get_by_role("button", name="Save this view").click()
        dialog = page.locator("dialog#board-view")
        dialog.get_by_label("Name").fill("Burning")
        dialog.get_by_label("The board opens with it").check()
        assert_accessible(page)
        dialog.get_by_role("button", name="Save").click()
        expect(page.locator(".view-tab[aria-current]")).to_have_text(re.compile("Burning"))
        screenshot(page, "board-saved-view")
        page.goto(f"{acme.url}/board/")
        expect(page.locator("[data-card]")).to_have_count(1)
        page.get_by_role("button", name="Change the view Burning").click()
        dialog.get_by_label("Name").fill("On fire")
        dialog.get_by_role("button", name="Save").click()
        expect(page.locator(".view-tab[aria-current]")).to_have_text(re.compile("On fire"))
        page.get_by_role("button", name="Change the view On fire").click()
        dialog.get_by_role("button", name="Delete").click()
        expect(page.locator("[data-card]")).to_have_count(2)
        with scope(acme.account):
            assert not BoardView.objects.exists()
