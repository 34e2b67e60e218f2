"""The board in a real browser: a refused drop, the dialog, the move; by pointer and by keyboard."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from django.test import Client
from playwright.sync_api import Page, expect

from leads.models import Lead
from pipeline.models import Deal, Move
from tenancy import clock
from tenancy.scope import scope
from tests.browser.checks import assert_good, screenshot
from tests.factories import an_account, the_cast
from tests.pipeline.deals import a_deal, a_ready_deal, stage

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def acme(live_server: Any) -> SimpleNamespace:
    cast = the_cast(an_account())
    cast.url = f"{live_server.url}/acme"
    return cast


def log_in(page: Page, member: Any, url: str) -> None:
    """With the session of a test client: the login page has tests of its own."""
    client = Client()
    client.force_login(member.user)
    page.context.add_cookies([{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": url}])


def open_board(page: Page, acme: SimpleNamespace, member: Any) -> None:
    log_in(page, member, acme.url)
    page.goto(f"{acme.url}/board/")
    expect(page.locator("[data-board]")).to_be_visible()


def column(page: Page, acme: SimpleNamespace, name: str) -> Any:
    with scope(acme.account):
        return page.locator(f"#column-{stage(name).public_id}")


def drag(page: Page, card: Any, to: Any) -> None:
    start, end = card.bounding_box(), to.locator("[data-cards]").bounding_box()
    page.mouse.move(start["x"] + 40, start["y"] + 60)
    page.mouse.down()
    page.mouse.move(start["x"] + 60, start["y"] + 70, steps=4)
    page.mouse.move(end["x"] + 80, end["y"] + 60, steps=12)
    page.mouse.up()


# The way there and letting go are one task of the page: no timer of anybody's runs in between.
FLING = """async ([x, y, toX, toY]) => {
  const card = document.elementFromPoint(x, y);
  const tell = (type, clientX, clientY, on = document) => on.dispatchEvent(new PointerEvent(type, {
    bubbles: true, cancelable: true, clientX, clientY, pointerType: "mouse", pointerId: 1, isPrimary: true }));
  tell("pointerdown", x, y, card);
  tell("pointermove", x + 20, y + 10);
  await new Promise((resolve) => setTimeout(resolve, 20));
  for (const share of [0.5, 1]) tell("pointermove", x + (toX - x) * share, y + (toY - y) * share);
  tell("pointerup", toX, toY);
}"""


def test_a_flung_card_lands_where_the_hand_let_go(page: Page, acme: SimpleNamespace) -> None:
    with scope(acme.account):
        deal = a_ready_deal(acme.rita)
    open_board(page, acme, acme.rita)
    start = page.locator(f"#deal-{deal.public_id}").bounding_box()
    end = column(page, acme, "Discovery").locator("[data-cards]").bounding_box()
    assert start
    assert end
    page.evaluate(FLING, [start["x"] + 40, start["y"] + 60, end["x"] + 80, end["y"] + 60])
    expect(column(page, acme, "Discovery").locator(f"#deal-{deal.public_id}")).to_be_visible()
    with scope(acme.account):
        assert Deal.objects.get(pk=deal.pk).stage == stage("Discovery")


def test_a_drop_past_unmet_criteria_opens_the_dialog_and_filling_it_moves_the_card_once(
    page: Page, acme: SimpleNamespace
) -> None:
    with scope(acme.account):
        deal = a_deal(acme.rita, company="Kestrel Logistics", value=84000, currency="EUR", tier="urgent")
    open_board(page, acme, acme.rita)
    card = page.locator(f"#deal-{deal.public_id}")
    drag(page, card, column(page, acme, "Discovery"))
    dialog = page.locator("dialog#gate")
    expect(dialog).to_be_visible()
    expect(dialog.locator(".unmet h3")).to_have_text(["Company size is known", "A discovery call is scheduled"])
    expect(dialog.locator(".met h3")).to_have_text(["Contact name is known"])
    expect(column(page, acme, "Initial").locator(card)).to_have_count(1)
    screenshot(page, "gate-refused")
    dialog.get_by_label("Company size").fill("240")
    dialog.get_by_role("button", name="Save and move").click()
    expect(dialog.get_by_label("When")).to_have_attribute("aria-invalid", "true")
    expect(dialog.get_by_label("When")).to_be_focused()
    expect(dialog.get_by_label("Company size")).to_have_value("240")
    dialog.get_by_label("When").fill(f"{clock.now():%Y-%m-%d}T14:00")
    dialog.get_by_role("button", name="Save and move").click()
    expect(dialog).to_have_count(0)
    expect(column(page, acme, "Discovery").locator(card)).to_have_count(1)
    expect(card.locator("[data-open]")).to_be_focused()
    with scope(acme.account):
        move = Move.objects.get()
        assert (move.actor_name, move.filled["Company size"]) == ("Rita", "240")
        assert Lead.objects.get().stage_name == "Discovery complete"


def test_a_drop_through_an_open_gate_moves_at_once(page: Page, acme: SimpleNamespace) -> None:
    with scope(acme.account):
        deal = a_ready_deal(acme.rita, company="Northgate Biotech")
    open_board(page, acme, acme.rita)
    drag(page, page.locator(f"#deal-{deal.public_id}"), column(page, acme, "Discovery"))
    expect(column(page, acme, "Discovery").locator(f"#deal-{deal.public_id}")).to_have_count(1)
    expect(column(page, acme, "Discovery").locator(".column-count")).to_have_text("1")
    expect(column(page, acme, "Initial").locator(".column-count")).to_have_text("0")


def test_a_card_moves_by_keyboard_and_by_the_menu(page: Page, acme: SimpleNamespace) -> None:
    with scope(acme.account):
        deal = a_ready_deal(acme.rita, company="Northgate Biotech")
    open_board(page, acme, acme.rita)
    card = page.locator(f"#deal-{deal.public_id}")
    card.locator("[data-open]").focus()
    page.keyboard.press("Space")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Space")
    expect(column(page, acme, "Discovery").locator(card)).to_have_count(1)
    expect(card.locator("[data-open]")).to_be_focused()
    page.keyboard.press("m")
    page.get_by_role("menuitem", name="Initial interest").click()
    expect(column(page, acme, "Initial").locator(card)).to_have_count(1)
    with scope(acme.account):
        assert Move.objects.count() == 2


def test_a_manager_moves_anyway_and_the_card_shows_the_debt(page: Page, acme: SimpleNamespace) -> None:
    with scope(acme.account):
        deal = a_deal(acme.rita, company="Firth Shipping")
    open_board(page, acme, acme.max)
    drag(page, page.locator(f"#deal-{deal.public_id}"), column(page, acme, "Discovery"))
    dialog = page.locator("dialog#gate")
    dialog.get_by_text("Move anyway").first.click()
    dialog.get_by_label("Why it can’t wait").fill("The board decides on Thursday.")
    screenshot(page, "gate-override")
    dialog.get_by_role("button", name="Move anyway").click()
    card = column(page, acme, "Discovery").locator(f"#deal-{deal.public_id}")
    expect(card).to_have_count(1)
    expect(card.locator(".gate-bar-owed")).to_have_count(2)


def test_filters_narrow_the_board_and_the_cards_can_still_be_lifted(page: Page, acme: SimpleNamespace) -> None:
    with scope(acme.account):
        kept = a_ready_deal(acme.rita, company="Northgate Biotech", tier="urgent")
        a_deal(acme.raj, company="Lumen Care", tier="low")
    open_board(page, acme, acme.rita)
    page.get_by_label("Tier").select_option("high")
    expect(page.get_by_text("1 hidden by the filter.")).to_be_visible()
    expect(page.locator("[data-card]")).to_have_count(1)
    assert "tier=high" in page.url
    card = page.locator(f"#deal-{kept.public_id}")
    card.locator("[data-open]").focus()
    page.keyboard.press("Space")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Space")
    expect(column(page, acme, "Discovery").locator(card)).to_have_count(1)


def test_a_long_column_goes_on_as_one_scrolls(page: Page, acme: SimpleNamespace) -> None:
    with scope(acme.account):
        for number in range(12):
            a_deal(acme.rita, company=f"Firm {number}")
        assert Deal.objects.count() == 12
    open_board(page, acme, acme.rita)
    initial = column(page, acme, "Initial")
    initial.locator("[data-cards]").evaluate("list => list.scrollTo(0, list.scrollHeight)")
    expect(initial.locator("[data-card]")).to_have_count(12)


def test_the_board_and_its_dialog_look_good(page: Page, acme: SimpleNamespace) -> None:
    with scope(acme.account):
        a_deal(acme.rita, company="Kestrel Logistics", value=84000, currency="EUR", tier="urgent")
        a_ready_deal(acme.raj, value=61000, currency="EUR", tier="high").move(stage("Discovery"), by=acme.raj.by)
        a_deal(acme.raj, company="Gable Homes", value=45000, currency="EUR").lose(
            by=acme.raj.by, reason="Price", competitor="Corvid Systems"
        )
    open_board(page, acme, acme.rita)
    assert_good(page, "board")
    page.set_viewport_size({"width": 1440, "height": 900})
    page.emulate_media(color_scheme="light")
    page.reload()
    page.locator("[data-gatepost]").first.click()
    expect(page.locator("dialog#gate")).to_be_visible()
    assert_good(page, "stage-gate")
