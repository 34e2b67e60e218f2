"""The look, in a browser, without a server: pages and components with sample data."""

import json
import re

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from tests.browser import samples
from tests.browser.checks import THEMES, assert_accessible, assert_good, screenshot
from tests.browser.still import HOST, render, show

PAGES = {
    "components": lambda: render("components.html", frame=samples.frame(), **samples.pieces()),
    "board": lambda: render("pipeline/board.html", frame=samples.frame(), **samples.board()),
    "board-empty": lambda: render(
        "pipeline/board.html", frame=samples.frame(), **samples.board() | {"totals": {"all": 0}, "views": None}
    ),
    "not-found": lambda: render("404.html"),
    "broken": lambda: render("500.html"),
}


@pytest.mark.parametrize("name", PAGES)
def test_page_is_accessible_and_fits(page: Page, name: str) -> None:
    show(page, PAGES[name]())
    assert_good(page, name)


def test_card_with_many_bars_keeps_its_owner_inside(page: Page) -> None:
    age = {"words": "45 min of 14 d", "share": 0.1, "late": False}
    full = samples.card(1, "Kestrel Logistics", meter={"met": 1, "total": 5, "owed": 3}, age=age)
    columns = [samples.column(number, "Initial interest", [full]) for number in range(1, 6)]
    show(page, render("pipeline/board.html", frame=samples.frame(), **samples.board() | {"columns": columns}))
    foot = page.locator(".deal-foot").first
    assert foot.evaluate("foot => foot.scrollWidth - foot.clientWidth") == 0


def with_gate() -> str:
    dialog = render("pipeline/gate.html", **samples.gate())
    return PAGES["board"]().replace('<div id="dialogs"></div>', f'<div id="dialogs">{dialog}</div>')


def test_gate_dialog_takes_the_focus_and_gives_it_back(page: Page) -> None:
    show(page, with_gate())
    expect(page.locator("#gate")).to_be_visible()
    expect(page.locator("#cri_text")).to_be_focused()
    assert_good(page, "gate")
    page.keyboard.press("Escape")
    expect(page.locator("#gate")).to_be_hidden()


def test_theme_is_chosen_and_remembered(page: Page) -> None:
    show(page, PAGES["components"]())
    switch = page.locator("[data-theme-toggle]")
    switch.click()
    switch.click()
    assert page.evaluate("document.documentElement.dataset.theme") == "tollgate-dark"
    page.reload()
    assert page.evaluate("document.documentElement.dataset.theme") == "tollgate-dark"
    assert_accessible(page)


def test_promise_ticks_and_runs_out_without_the_server(page: Page) -> None:
    page.clock.install()
    show(page, PAGES["board"]())
    chip = page.locator("#deal-dea_1 .sla-chip")
    page.clock.run_for(230_000)
    expect(chip).to_contain_text("over")
    expect(chip).to_have_class("sla-chip sla-breach")


def moves(page: Page) -> list[str]:
    """Collect what the page posts as moves, and answer with the gate's dialog."""
    sent: list[str] = []
    dialog = render("pipeline/gate.html", **samples.gate())

    def refuse(route: Route) -> None:
        sent.append(route.request.post_data or "")
        route.fulfill(status=422, body=dialog, content_type="text/html; charset=utf-8")

    page.route(f"{HOST}/deals/*/moves/", refuse)
    return sent


def test_refused_drop_returns_the_card_and_opens_the_gate(page: Page) -> None:
    show(page, PAGES["board"]())
    sent = moves(page)
    card, target = page.locator("#deal-dea_4").bounding_box(), page.locator("#column-sta_3 .cards").bounding_box()
    assert card
    assert target
    page.mouse.move(card["x"] + 60, card["y"] + 40)
    page.mouse.down()
    page.mouse.move(card["x"] + 90, card["y"] + 60, steps=4)
    page.mouse.move(target["x"] + 60, target["y"] + 60, steps=10)
    expect(page.locator("#column-sta_1 [data-hint]")).to_have_text("Back is allowed")
    expect(page.locator("#column-sta_3 [data-hint]")).to_have_text("1 missing, fill in on drop")
    expect(page.locator(".slot-from")).to_be_visible()
    screenshot(page, "board-drag")
    page.mouse.up()
    expect(page.locator("#gate")).to_be_visible()
    assert [set(one.split("&")) for one in sent] == [{"stage=sta_3", "version=1"}]
    expect(page.locator("#column-sta_2 #deal-dea_4")).to_be_visible()
    expect(page.locator(".slot-from, .is-waiting")).to_have_count(0)


def test_card_moves_by_keyboard(page: Page) -> None:
    show(page, PAGES["board"]())
    sent = moves(page)
    page.locator("#deal-dea_4 a").focus()
    page.keyboard.press("Space")
    expect(page.locator("#said")).to_contain_text("lifted from Technical fit confirmed")
    page.keyboard.press("ArrowRight")
    expect(page.locator("#said")).to_contain_text("1 missing")
    page.keyboard.press("Escape")
    expect(page.locator("#column-sta_2 #deal-dea_4 a")).to_be_focused()
    assert sent == []
    page.keyboard.press("Space")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Space")
    expect(page.locator("#gate")).to_be_visible()
    assert [set(one.split("&")) for one in sent] == [{"stage=sta_3", "version=1"}]


def test_card_moves_by_menu(page: Page) -> None:
    show(page, PAGES["board"]())
    sent = moves(page)
    page.locator("#deal-dea_4 a").focus()
    page.keyboard.press("m")
    menu = page.get_by_role("menu")
    expect(menu).to_contain_text("4 missing on the way")
    assert_accessible(page)
    page.keyboard.press("Escape")
    expect(menu).to_have_count(0)
    page.locator("#deal-dea_4").hover()
    page.get_by_role("button", name="Move Northgate Biotech to").click()
    page.get_by_role("menuitem", name="Closed").click()
    expect(page.locator("#gate")).to_be_visible()
    assert [set(one.split("&")) for one in sent] == [{"stage=sta_4", "version=1"}]


def test_keys_walk_and_stay_silent_in_fields(page: Page) -> None:
    show(page, PAGES["board"]())
    page.keyboard.press("j")
    expect(page.locator("#deal-dea_1 a")).to_be_focused()
    page.keyboard.press("ArrowDown")
    expect(page.locator("#deal-dea_2 a")).to_be_focused()
    page.keyboard.press("/")
    expect(page.locator("#filter-text")).to_be_focused()
    page.keyboard.type("?")
    expect(page.locator("#keys")).to_be_hidden()
    page.locator("#deal-dea_2 a").focus()
    page.keyboard.press("?")
    expect(page.locator("#keys")).to_be_visible()


def test_toast_comes_with_an_answer_and_leaves(page: Page) -> None:
    page.clock.install()
    show(page, PAGES["board"]())
    said = json.dumps({"toast": {"text": "Call logged."}})
    page.route(f"{HOST}/deals/*/moves/", lambda route: route.fulfill(status=200, body="", headers={"HX-Trigger": said}))
    page.locator("#deal-dea_4 a").focus()
    page.keyboard.press("m")
    page.get_by_role("menuitem", name="Closed").click()
    expect(page.locator(".toast-card")).to_contain_text("Call logged.")
    page.clock.run_for(6_500)
    expect(page.locator(".toast-card")).to_have_count(0)


def test_filtered_board_still_moves_cards_and_keeps_the_field(page: Page) -> None:
    html = PAGES["board"]()
    show(page, html)
    sent = moves(page)
    page.route(f"{HOST}/board/?*", lambda route: route.fulfill(body=html, content_type="text/html; charset=utf-8"))
    page.locator("#filter-text").press_sequentially("north")
    expect(page).to_have_url(re.compile("q=north"))
    expect(page.locator("#filter-text")).to_be_focused()
    page.locator("#deal-dea_4 a").focus()
    page.keyboard.press("Space")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Space")
    expect(page.locator("#gate")).to_be_visible()
    assert len(sent) == 1


def test_who_has_several_accounts_switches_between_them(page: Page) -> None:
    accounts = [
        {"name": "Harbourline IT", "url": "/harbourline/", "current": True},
        {"name": "Marlowe Partners and Sons of the Harbour", "url": "/marlowe/", "current": False},
    ]
    show(page, render("pipeline/board.html", frame=samples.frame() | {"accounts": accounts}, **samples.board()))
    opener = page.locator(".account-menu > summary")
    expect(page.get_by_role("link", name="Marlowe Partners")).to_be_hidden()
    opener.press("Enter")
    expect(page.get_by_role("link", name="Marlowe Partners")).to_have_attribute("href", "/marlowe/")
    expect(page.locator(".account-menu [aria-current]")).to_have_text("Harbourline IT")
    for theme in THEMES:
        page.emulate_media(color_scheme=theme)
        assert_accessible(page, theme)
    page.keyboard.press("Escape")
    expect(page.get_by_role("link", name="Marlowe Partners")).to_be_hidden()
    expect(opener).to_be_focused()


def test_a_column_that_did_not_load_says_so_in_its_place_and_nowhere_else(browser: Browser) -> None:
    page = browser.new_page(reduced_motion="reduce")  # of its own: a failure stands in the console
    more = samples.column(1, "Initial interest", [], more_url="/board/columns/sta_1/?after=1")
    show(page, render("pipeline/board.html", frame=samples.frame(), **samples.board() | {"columns": [more]}))
    page.wait_for_load_state("networkidle")
    answers = [{"status": 200, "body": "<li>There</li>"}, {"status": 500, "headers": {"X-Request-ID": "01a22eea9ea97"}}]
    page.route(f"{HOST}/board/columns/**", lambda route: route.fulfill(**answers.pop()))
    page.reload()
    column = page.locator("#column-sta_1")
    expect(column.get_by_role("alert")).to_contain_text("This column didn’t load")
    expect(column).to_contain_text("Reference 01a22eea")
    expect(page.locator("[data-toast]")).to_have_count(0)
    assert_accessible(page)
    column.get_by_role("button", name="Load again").click()
    expect(column).to_contain_text("There")
    page.close()
