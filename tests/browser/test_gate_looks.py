"""The gate's dialog: evidence of what is met, what Enter does, and moving anyway beside its reason."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from playwright.sync_api import Page, expect

from pipeline.models import Approval, Deal
from pipeline.objections import answer_objection, raise_objection
from tenancy.scope import scope
from tests.browser.checks import assert_good
from tests.browser.test_board import acme, column, drag, open_board
from tests.pipeline.deals import a_deal, a_ready_deal, stage

pytestmark = pytest.mark.django_db(transaction=True)
__all__ = ["acme"]


def test_what_is_met_leads_to_its_evidence_and_nothing_typed_is_lost(page: Page, acme: SimpleNamespace) -> None:
    with scope(acme.account):
        deal = a_deal(acme.rita, company="Northgate Biotech")
        answer_objection(
            raise_objection(deal.lead, text="Too dear", by=acme.rita.by),
            answer="Less than two outages",
            by=acme.rita.by,
        )
    open_board(page, acme, acme.rita)
    page.locator(f"#deal-{deal.public_id} [data-open]").focus()
    page.keyboard.press("m")
    page.get_by_role("menuitem", name="Commercial review").click()
    dialog = page.locator("dialog#gate")
    dialog.locator(".unmet input[type=text], .unmet input:not([type])").first.fill("Kept")
    with page.context.expect_page() as opened:
        dialog.get_by_role("link", name="See the objections").click()
    lead = opened.value
    expect(lead.locator("#lead-objections")).to_be_in_viewport()
    lead.close()
    expect(dialog.locator(".unmet input[type=text], .unmet input:not([type])").first).to_have_value("Kept")


def test_enter_in_a_gate_saves_and_asks_nobody_to_let_it_through(page: Page, acme: SimpleNamespace) -> None:
    with scope(acme.account):
        deal = a_ready_deal(acme.rita, company="Northgate Biotech", headcount=None)
    open_board(page, acme, acme.rita)
    drag(page, page.locator(f"#deal-{deal.public_id}"), column(page, acme, "Discovery"))
    dialog = page.locator("dialog#gate")
    expect(dialog.get_by_role("button", name="let it through")).to_be_visible()
    dialog.get_by_role("spinbutton").fill("180")
    page.keyboard.press("Enter")
    expect(column(page, acme, "Discovery").locator(f"#deal-{deal.public_id}")).to_have_count(1)
    with scope(acme.account):
        assert Deal.objects.get(pk=deal.pk).stage == stage("Discovery")
        assert not Approval.objects.exists()


def test_moving_anyway_stands_beside_its_reason(page: Page, acme: SimpleNamespace) -> None:
    with scope(acme.account):
        deal = a_deal(acme.rita, company="Firth Shipping")
    open_board(page, acme, acme.max)
    drag(page, page.locator(f"#deal-{deal.public_id}"), column(page, acme, "Discovery"))
    dialog = page.locator("dialog#gate")
    anyway = dialog.get_by_role("button", name="Move anyway")
    expect(dialog.get_by_text("Move anyway").first).to_be_visible()
    expect(anyway).to_be_hidden()
    dialog.locator(".override summary").click()
    expect(anyway).to_be_visible()
    expect(dialog).to_contain_text(f"On that day it comes to {acme.rita.name.split()[0]}, and to you")
    assert_good(page, "gate-anyway")
