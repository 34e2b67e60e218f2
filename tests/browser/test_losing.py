"""A deal is lost from the board: by dragging it there, by its menu; the dialog asks all at once and forgets nothing."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from playwright.sync_api import Locator, Page, expect

from pipeline import editing
from pipeline.models import Criterion, Deal, Stage
from tenancy.scope import scope
from tests.browser.checks import assert_good
from tests.browser.test_board import acme, open_board
from tests.pipeline.deals import a_deal, the_pipeline

pytestmark = pytest.mark.django_db(transaction=True)
__all__ = ["acme"]


def a_stage_for_it(acme: SimpleNamespace) -> None:
    """It asks for the size."""
    lost = editing.put_stage(Stage(pipeline=the_pipeline()), {"name": "Gone", "kind": "lost"}, by=acme.ada.by)
    Criterion.objects.create(
        stage=lost, when="entry", kind="field", label="Size is known", params={"field": "headcount"}
    )


def drop(page: Page, card: Locator, at: Locator) -> None:
    start = card.bounding_box()
    assert start
    page.mouse.move(start["x"] + 40, start["y"] + 60)
    page.mouse.down()
    page.mouse.move(start["x"] + 60, start["y"] + 70, steps=4)
    expect(at).to_be_visible()
    end = at.bounding_box()
    assert end
    page.mouse.move(end["x"] + end["width"] / 2, end["y"] + end["height"] / 2, steps=12)
    page.mouse.up()


def test_a_card_is_dropped_where_it_is_lost(page: Page, acme: SimpleNamespace) -> None:
    with scope(acme.account):
        deal = a_deal(acme.rita, company="Gable Homes")
        a_stage_for_it(acme)
    open_board(page, acme, acme.rita)
    card = page.locator(f"#deal-{deal.public_id}")
    drop(page, card, page.get_by_role("list", name="Lose it"))
    dialog = page.get_by_role("dialog", name="Lose it")
    expect(dialog.get_by_label("Because")).to_be_focused()
    dialog.get_by_label("Because").select_option("Price")
    dialog.get_by_label("Went to").fill("Corvid Systems")
    dialog.get_by_label("Bring it back on").fill("2030-06-03")
    dialog.get_by_role("button", name="Lose it").click()
    gate = page.get_by_role("dialog", name="Lose Gable Homes")
    expect(gate.locator(".unmet h3")).to_have_text(["A reason", "Size is known"])
    expect(gate.get_by_label("Why it was lost")).to_have_value("Price")
    expect(gate.get_by_label("Went to")).to_have_value("Corvid Systems")
    expect(gate.get_by_label("Bring it back on")).to_have_value("2030-06-03")
    assert_good(page, "gate-lost")
    page.set_viewport_size({"width": 1440, "height": 900})
    gate.get_by_label("Company size").fill("240")
    gate.get_by_role("button", name="Lose it").click()
    expect(gate).to_have_count(0)
    expect(card.get_by_text("Lost", exact=True)).to_be_visible()
    with scope(acme.account):
        lost = Deal.objects.select_related("stage", "lead").get(pk=deal.pk)
        assert (lost.stage.name, lost.lost_reason, lost.competitor) == ("Gone", "Price", "Corvid Systems")
        assert f"{lost.lead.recycle_on}" == "2030-06-03"


def test_the_menu_of_a_card_loses_it_too(page: Page, acme: SimpleNamespace) -> None:
    with scope(acme.account):
        deal = a_deal(acme.rita, company="Gable Homes")
    open_board(page, acme, acme.rita)
    page.locator(f"#deal-{deal.public_id} [data-open]").focus()
    page.keyboard.press("m")
    page.get_by_role("menuitem", name="Lose it").click()
    dialog = page.get_by_role("dialog", name="Lose it")
    dialog.get_by_label("Because").select_option("Price")
    dialog.get_by_role("button", name="Lose it").click()
    expect(page.locator(f"#deal-{deal.public_id}").get_by_text("Lost", exact=True)).to_be_visible()
