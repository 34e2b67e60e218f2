"""The board under a finger: a long press lifts, a swipe scrolls, the menu moves; and all is large enough to hit."""

from __future__ import annotations

from collections.abc import Iterator
from types import SimpleNamespace

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from pipeline.models import Deal, Move, Stage
from tenancy import clock
from tenancy.scope import scope
from tests.browser.checks import THEMES, assert_accessible
from tests.browser.test_board import acme, column, open_board
from tests.browser.test_desk import desk, phone, see, see_lead
from tests.pipeline.deals import a_deal, a_ready_deal, stage

pytestmark = pytest.mark.django_db(transaction=True)
__all__ = ["acme", "desk", "phone"]

# What can be tapped and is smaller than 44 px; links within text, and names to edit, than 24 px. A card is its link.
SMALL = """() => {
  const tapped = "main :is(a[href], button, input:not([type=hidden]), select, textarea, summary)";
  const inline = ".link, .quiet-link, .fact-edit, .desk-name, .row-link, .crumbs a, h1 a, p a";
  const seen = (element) => element.checkVisibility({ visibilityProperty: true, opacityProperty: true });
  const least = (element) => element.matches(inline) ? 24 : 43.5;
  const small = (element, box) => box.width > 1 && (box.height < least(element) || box.width < 24);
  return [...document.querySelectorAll(tapped)]
    .filter((element) => seen(element) && !element.matches(".deal-link"))
    .map((element) => [element, (element.closest("label") ?? element).getBoundingClientRect()])
    .filter(([element, box]) => small(element, box))
    .map(([element, box]) => `${element.outerHTML.slice(0, 120)}: ${box.width} x ${box.height}`);
}"""


@pytest.fixture
def tablet(browser: Browser) -> Iterator[Page]:
    """All columns beside each other, and a finger."""
    context = browser.new_context(
        viewport={"width": 1280, "height": 800}, has_touch=True, is_mobile=True, reduced_motion="reduce"
    )
    yield context.new_page()
    context.close()


class Finger:
    """One real finger, through the browser's own recognition of gestures."""

    def __init__(self, page: Page) -> None:
        self.page, self.at = page, (0.0, 0.0)
        self.cdp = page.context.new_cdp_session(page)

    def _tell(self, kind: str, *points: tuple[float, float]) -> None:
        self.cdp.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [{"x": x, "y": y} for x, y in points]})

    def down(self, x: float, y: float) -> None:
        self.at = x, y
        self._tell("touchStart", self.at)

    def move(self, x: float, y: float, steps: int = 10) -> None:
        fromx, fromy = self.at
        for step in range(1, steps + 1):
            self._tell("touchMove", (fromx + (x - fromx) * step / steps, fromy + (y - fromy) * step / steps))
        self.at = x, y

    def up(self) -> None:
        self._tell("touchEnd")


def centre(place: Locator) -> tuple[float, float]:
    box = place.bounding_box()
    assert box
    return box["x"] + box["width"] / 2, box["y"] + min(box["height"] / 2, 60)


def test_a_long_press_lifts_a_card_and_the_finger_carries_it_over(tablet: Page, acme: SimpleNamespace) -> None:
    with scope(acme.account):
        deal = a_ready_deal(acme.rita, company="Northgate Biotech")
    open_board(tablet, acme, acme.rita)
    card, finger = tablet.locator(f"#deal-{deal.public_id}"), Finger(tablet)
    finger.down(*centre(card))
    tablet.wait_for_timeout(350)  # the press is 300 ms long
    finger.move(*centre(column(tablet, acme, "Discovery").locator("[data-cards]")))
    expect(tablet.locator("[data-board]")).to_have_attribute("data-dragging", "mine")
    expect(column(tablet, acme, "Discovery").locator("[data-hint]")).to_be_visible()
    finger.up()
    expect(column(tablet, acme, "Discovery").locator(card)).to_have_count(1)
    with scope(acme.account):
        assert Deal.objects.get(pk=deal.pk).stage == stage("Discovery")


def test_a_finger_that_rests_does_not_open_the_system_s_menu(tablet: Page, acme: SimpleNamespace) -> None:
    with scope(acme.account):
        deal = a_ready_deal(acme.rita)
    open_board(tablet, acme, acme.rita)
    menu = 'new PointerEvent("contextmenu", { bubbles: true, cancelable: true, pointerType: "%s" })'
    told = f"link => link.dispatchEvent({menu})"
    link = tablet.locator(f"#deal-{deal.public_id} [data-open]")
    assert link.evaluate(told % "touch") is False
    assert link.evaluate(told % "mouse") is True


def test_a_swipe_scrolls_and_lifts_nothing(phone: Page, acme: SimpleNamespace) -> None:
    with scope(acme.account):
        for number in range(6):
            a_deal(acme.rita, company=f"Firm {number}")
    open_board(phone, acme, acme.rita)
    finger = Finger(phone)
    x, y = centre(phone.locator("[data-card]").nth(1))
    finger.down(x, y)
    finger.move(x, y - 300)
    expect(phone.locator("[data-board][data-dragging]")).to_have_count(0)
    finger.up()
    phone.wait_for_function("() => [...document.querySelectorAll('*')].some((element) => element.scrollTop > 100)")
    assert phone.url.endswith("/board/")
    with scope(acme.account):
        assert not Move.objects.exists()


def test_the_menu_moves_a_card_and_its_gate_is_filled_by_thumb(phone: Page, acme: SimpleNamespace) -> None:
    with scope(acme.account):
        deal = a_deal(acme.rita, company="Kestrel Logistics")
    open_board(phone, acme, acme.rita)
    card = phone.locator(f"#deal-{deal.public_id}")
    card.get_by_role("button", name="Move Kestrel Logistics to").tap()
    phone.get_by_role("menuitem", name="Discovery complete").tap()
    dialog = phone.locator("dialog#gate")
    expect(dialog).to_be_visible()
    for theme in THEMES:
        phone.emulate_media(color_scheme=theme)
        assert_accessible(phone, theme)
    dialog.get_by_label("Company size").fill("240")
    dialog.get_by_label("When").fill(f"{clock.now():%Y-%m-%d}T14:00")
    dialog.get_by_role("button", name="Save and move").tap()
    expect(dialog).to_have_count(0)
    expect(column(phone, acme, "Discovery").locator(card)).to_have_count(1)


def test_a_stage_s_colour_marks_its_column_and_its_tab(phone: Page, acme: SimpleNamespace) -> None:
    with scope(acme.account):
        a_deal(acme.rita)
        Stage.objects.filter(pk=stage("Initial").pk).update(colour="plum")
    open_board(phone, acme, acme.rita)
    marks = phone.locator('[data-stage-colour="plum"]')
    expect(marks).to_have_count(2)
    for mark in marks.all():
        expect(mark).to_have_css("background-color", "rgb(134, 25, 143)")
    assert_accessible(phone)


def test_everything_on_the_board_is_large_enough_for_a_thumb(phone: Page, acme: SimpleNamespace) -> None:
    with scope(acme.account):
        a_deal(acme.rita, company="Kestrel Logistics", value=84000, currency="EUR", tier="urgent")
    open_board(phone, acme, acme.rita)
    assert phone.evaluate(SMALL) == []
    phone.get_by_role("link", name="List").tap()
    expect(phone.locator("tr[data-card]")).to_have_count(1)
    assert [one for one in phone.evaluate(SMALL) if "data-choose" not in one] == []


def test_everything_on_a_lead_and_today_is_large_enough_for_a_thumb(phone: Page, desk: SimpleNamespace) -> None:
    see_lead(phone, desk)
    assert phone.evaluate(SMALL) == []
    see(phone, desk, desk.today)
    expect(phone.locator("#tasks")).to_be_visible()
    for act in ("E-mail", "Pass on"):
        expect(phone.locator(".answer-card .answer-acts").get_by_text(act)).to_be_visible()
    assert phone.evaluate(SMALL) == []
    see(phone, desk, f"{desk.today}?whose=team")
    assert phone.evaluate(SMALL) == []


def test_a_lead_s_day_by_thumb_call_comment_and_disqualify(phone: Page, desk: SimpleNamespace) -> None:
    see_lead(phone, desk)
    composer, toasts = phone.locator("#composer"), phone.locator("#toasts")
    composer.get_by_text("No answer", exact=True).tap()
    composer.get_by_role("button", name="Call tomorrow").tap()
    expect(toasts).to_contain_text("Call logged. Call them on")
    expect(phone.locator("#lead-next")).to_contain_text("Call Jonas Weidmann")
    composer.get_by_text("Comment", exact=True).tap()
    box = phone.get_by_label("What was said")
    box.tap()
    box.press_sequentially("Can you help, @")
    phone.get_by_role("listbox", name="Colleagues").get_by_role("option").first.tap()
    expect(box).to_have_value(f"Can you help, @{desk.opened.member.name} ")
    composer.get_by_role("button", name="Comment").tap()
    expect(phone.locator("#lead-timeline")).to_contain_text("Can you help, @")
    expect(toasts).to_contain_text("Comment added.")
    phone.get_by_label("More: task, stakeholder, disqualify").tap()
    phone.locator("#lead-head").get_by_text("Disqualify", exact=True).tap()
    dialog = phone.get_by_role("dialog", name="Disqualify")
    for theme in THEMES:
        phone.emulate_media(color_scheme=theme)
        assert_accessible(phone, theme)
    dialog.get_by_label("Because").select_option("No budget")
    dialog.get_by_role("button", name="Disqualify").tap()
    expect(phone.locator("#lead-head")).to_contain_text("Disqualified: No budget")


def test_the_buttons_of_a_long_dialog_stay_in_sight_and_what_unfolds_comes_into_view(
    page: Page, acme: SimpleNamespace
) -> None:
    with scope(acme.account):
        deal = a_deal(acme.rita, company="Firth Shipping")
    page.set_viewport_size({"width": 1280, "height": 560})
    open_board(page, acme, acme.max)
    page.locator(f"#deal-{deal.public_id} [data-open]").focus()
    page.keyboard.press("m")
    page.get_by_role("menuitem", name="Commercial review").click()
    dialog = page.locator("dialog#gate")
    assert dialog.evaluate("element => element.scrollHeight > element.clientHeight")
    expect(dialog.get_by_role("button", name="Save and move")).to_be_in_viewport(ratio=1)
    dialog.get_by_text("Move anyway").first.click()
    expect(dialog.get_by_label("Why it can’t wait")).to_be_in_viewport(ratio=1)
    for theme in THEMES:
        page.emulate_media(color_scheme=theme)
        assert_accessible(page, theme)
