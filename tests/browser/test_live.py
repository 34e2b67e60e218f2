"""Live updates: fragments fetch themselves again, what a person does is not replaced, a lost stream is said."""

import json
import re

from playwright.sync_api import Page, Route, expect

from tests.browser import samples
from tests.browser.checks import assert_good
from tests.browser.still import HOST, answer, render, show

STREAM = f"{HOST}/live/"


def stream(route: Route) -> None:
    """Somebody else is here, and a deal was moved. Then the stream ends, and waits long before it tries again."""
    hello = json.dumps({"people": 2})
    change = json.dumps({"id": "1", "kind": "deal.moved", "lead": "lead_1"})
    body = f"retry: 60000\nevent: hello\ndata: {hello}\n\nevent: change\ndata: {change}\n\n"
    route.fulfill(body=body, content_type="text/event-stream")


def fresh_cards(route: Route) -> None:
    """Kestrel has a new name, Pinecrest has moved on, Marlowe is gone."""
    columns = [
        samples.column(1, "Initial interest", [samples.card(1, "Kestrel Fresh")], count=1),
        samples.column(2, "Technical fit confirmed", [samples.card(2, "Pinecrest Credit Union")]),
    ]
    body = render("pipeline/board.html#changed", columns=columns, totals=samples.board()["totals"], gone=["dea_3"])
    route.fulfill(body=body, content_type="text/html; charset=utf-8")


def open_board(page: Page) -> None:
    show(page, render("pipeline/board.html", frame=samples.frame() | {"live_url": STREAM}, **samples.board()))
    page.route(f"{HOST}/board/cards/**", fresh_cards)


def test_change_makes_the_fragment_fetch_itself_and_keeps_the_focus(page: Page) -> None:
    open_board(page)
    expect(page.locator("#column-sta_1")).to_contain_text("Pinecrest")
    page.locator("#deal-dea_1 a").focus()
    page.route(STREAM, stream)
    page.reload()
    page.locator("#deal-dea_1 a").focus()
    expect(page.locator("#column-sta_1")).to_contain_text("Kestrel Fresh")
    expect(page.locator("#column-sta_1")).not_to_contain_text("Pinecrest")
    expect(page.locator("#column-sta_1")).not_to_contain_text("Marlowe")
    expect(page.locator("#column-sta_2")).to_contain_text("Pinecrest")
    expect(page.locator("#column-sta_2")).to_contain_text("Northgate Biotech")
    expect(page.locator("#deal-dea_1 a")).to_be_focused()


def test_the_cards_of_a_lead_that_one_does_not_see_any_more_leave(page: Page) -> None:
    open_board(page)
    left = render("pipeline/board.html#changed", columns=[], totals=samples.board()["totals"], left=["3"])
    page.route(f"{HOST}/board/cards/**", lambda route: route.fulfill(body=left, content_type="text/html"))
    expect(page.locator("#deal-dea_3")).to_have_count(1)
    page.evaluate("document.body.dispatchEvent(new CustomEvent('tollgate:board', { detail: { leads: ['3'] } }))")
    expect(page.locator("#deal-dea_3")).to_have_count(0)
    expect(page.locator("#deal-dea_1")).to_have_count(1)


def test_lifted_card_is_not_replaced_but_marked(page: Page) -> None:
    open_board(page)
    page.locator("#deal-dea_1 a").focus()
    page.keyboard.press("Space")
    page.evaluate("document.body.dispatchEvent(new CustomEvent('tollgate:board', { detail: { leads: ['lead_1'] } }))")
    expect(page.get_by_role("button", name="Changed, show")).to_be_visible()
    expect(page.locator("#column-sta_1")).not_to_contain_text("Kestrel Fresh")
    page.get_by_role("button", name="Changed, show").click()
    expect(page.locator("#column-sta_1")).to_contain_text("Kestrel Fresh")


def test_lost_stream_is_said_with_the_time_of_the_data(page: Page) -> None:
    page.route(STREAM, stream)
    open_board(page)
    expect(page.locator("#live-note")).to_contain_text("Live updates stopped.")
    expect(page.locator("[data-live-since]")).to_have_attribute("datetime", re.compile(r"^\d{4}-\d\d-\d\dT"))


STREAM_BY_HAND = """window.EventSource = class extends EventTarget {
    constructor() { super(); window.stream = this; }
    close() {}
};"""
CHANGE = """window.stream.dispatchEvent(new MessageEvent("change", {
    data: JSON.stringify({ kind: "lead.captured", lead: "lead_1" }),
}))"""


def test_what_follows_a_change_is_told_soon_and_a_flood_once_a_second(page: Page) -> None:
    page.clock.install(time=0)
    page.add_init_script(STREAM_BY_HAND)
    page.route(STREAM, stream)
    open_board(page)
    page.reload()
    page.clock.pause_at(60_000)
    page.evaluate("""window.tellings = 0;
        document.body.addEventListener("tollgate:changed", () => { window.tellings += 1; });""")
    told = []
    for pause in (150, 300, 600, 1000, 1000):
        page.evaluate(CHANGE)
        page.clock.run_for(pause - 1)
        early = page.evaluate("window.tellings")
        page.clock.run_for(1)
        told.append((early, page.evaluate("window.tellings")))
    assert told == [(0, 1), (1, 2), (2, 3), (3, 4), (4, 5)]


FACES = [
    {"name": name, "initials": initials, "hue": at}
    for at, (name, initials) in enumerate([("Jo Park", "JP"), ("Max Oduya", "MO"), ("Tomasz Wit", "TW")])
]
SAY = """([people, faces]) => window.stream.dispatchEvent(new MessageEvent("hello", {
    data: JSON.stringify({ people, here: { pip_1: faces } }),
}))"""
LISTENING = """window.opened = [];
window.EventSource = class extends EventTarget {
    constructor(url) { super(); window.stream = this; window.opened.push(url); setTimeout(() => this.onopen?.()); }
    close() {}
};"""


def open_board_with_place(page: Page, place: str = "pip_1:signed") -> None:
    page.add_init_script(LISTENING)
    html = render("pipeline/board.html", frame=samples.frame() | {"live_url": STREAM}, here=place, **samples.board())
    show(page, html)
    page.wait_for_function("() => window.opened.length")


def test_who_else_is_here_is_shown_by_face_and_counted(page: Page) -> None:
    open_board_with_place(page)
    here = page.get_by_role("list", name="Also on this board")
    expect(here).to_have_count(0)
    page.evaluate(SAY, [4, FACES])
    expect(here.get_by_role("listitem")).to_have_text(["JPJo Park", "MOMax Oduya", "TWTomasz Wit"])
    expect(page.locator("[data-live-words]")).to_have_text("Live, 4 people here")
    assert_good(page, "here")
    page.set_viewport_size({"width": 1440, "height": 900})
    page.evaluate(SAY, [9, [FACES[0] | {"name": f"Person {number}"} for number in range(8)]])
    expect(here.get_by_role("listitem")).to_have_count(4)
    expect(here).to_contain_text("+5")
    page.evaluate(SAY, [1, []])
    expect(here).to_have_count(0)


def test_a_page_that_stays_open_for_hours_says_with_a_new_ticket_where_it_is(page: Page) -> None:
    page.clock.install(time=0)
    open_board_with_place(page, "pip_1:1:old")
    html = render("pipeline/board.html", frame=samples.frame() | {"live_url": STREAM}, here="pip_1:2:new")
    page.route(f"{HOST}/", lambda route: answer(route, html))
    page.evaluate(SAY, [2, FACES[:1]])
    page.clock.fast_forward("07:00:00")
    page.evaluate(SAY, [2, FACES[:1]])
    expect(page.locator("[data-here]")).to_have_attribute("data-here", "pip_1:1:old")
    page.clock.fast_forward("01:30:00")
    page.evaluate(SAY, [2, FACES[:1]])
    expect(page.locator("[data-here]")).to_have_attribute("data-here", "pip_1:2:new")
    page.clock.run_for(1000)
    page.wait_for_function("() => window.opened.at(-1).endsWith('?at=pip_1%3A2%3Anew')")
    page.evaluate(SAY, [2, FACES[:2]])
    expect(page.get_by_role("list", name="Also on this board").get_by_role("listitem")).to_have_count(2)
