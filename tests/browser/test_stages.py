"""An admin builds stages and gates, and the next move obeys; a rep asks, a manager answers: also with the keyboard."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from accounts.models import Member
from accounts.roles import Role
from pipeline import editing
from pipeline.models import Approval, Criterion, Deal, Stage
from tenancy.scope import scope
from tests.browser.checks import assert_good, leave_by
from tests.browser.served import sign_in
from tests.factories import a_member
from tests.pipeline.deals import a_deal, stage
from workspace.opening import Opened, open_account

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def opened(transactional_db: None) -> Opened:
    """Rita has a deal that may leave the first stage but for its discovery call; Max is her manager."""
    opened = open_account("Acme", "ada@acme.example", "correct-horse-7-battery")
    with scope(opened.account):
        rita = a_member("Rita Lindqvist", email="rita@acme.example")
        a_member("Max Oduya", Role.MANAGER, email="max@acme.example")
        a_deal(rita, company="Kestrel Logistics", headcount=240)
        a_deal(rita, company="Marlowe Freight")
    return opened


@pytest.fixture
def ada(page: Page, live_server: Any, opened: Opened) -> Page:
    sign_in(page, live_server, opened.user)
    return page


def member(opened: Opened, name: str) -> Member:
    with scope(opened.account):
        found: Member = Member.objects.select_related("user").get(name__startswith=name)
        return found


def settled(page: Page) -> None:
    """What was asked for has come, and listens."""
    page.wait_for_load_state("networkidle")
    expect(page.locator(".htmx-request, .htmx-swapping, .htmx-settling, .htmx-added")).to_have_count(0)


def order(opened: Opened) -> list[str]:
    with scope(opened.account):
        return list(Stage.objects.in_use().values_list("name", flat=True))


def test_an_admin_changes_a_criterion_and_the_next_move_obeys(ada: Page, live_server: Any, opened: Opened) -> None:
    base = f"{live_server.url}/acme/"
    ada.goto(f"{base}settings/pipelines/")
    assert_good(ada, "pipelines")
    ada.get_by_role("link", name="Stages and gates of IT services").click()
    expect(ada.locator("#stage-title")).to_have_text("Initial interest")
    expect(ada.locator("#effects")).to_contain_text("1 deal lacks it now")
    assert_good(ada, "stage")

    ada.set_viewport_size({"width": 1440, "height": 900})
    ada.get_by_role("link", name="Change: A discovery call is scheduled").click()
    expect(ada.locator("#effect")).to_contain_text("2 deals lack it now")
    ada.get_by_label("Which meeting").select_option("")
    assert_good(ada, "criterion")
    ada.set_viewport_size({"width": 1440, "height": 900})
    ada.get_by_role("button", name="Ask for it no more").click()
    expect(ada.locator("#side-exit")).not_to_contain_text("A discovery call")

    ada.get_by_role("link", name="Field filled").click()
    ada.get_by_label("Fact").select_option("budget")
    ada.get_by_label("Ask the rep").fill("What may it cost?")
    expect(ada.locator("#effect")).to_contain_text("2 deals lack it now")
    ada.locator("#keep").press("Enter")
    expect(ada.locator("#side-exit")).to_contain_text("Budget is known")

    with scope(opened.account):
        deal = Deal.objects.get(lead__company__name="Kestrel Logistics")
        discovery = stage("Discovery")
    rita = ada.context.browser.new_page()  # type: ignore[union-attr]
    sign_in(rita, live_server, member(opened, "Rita").user)
    rita.goto(f"{base}board/")
    move_by_menu(rita, deal, discovery)
    gate = rita.locator("dialog#gate")
    expect(gate).to_contain_text("Budget is known")
    gate.get_by_label("What may it cost?").fill("40k")
    rita.keyboard.press("Control+Enter")
    expect(rita.locator(f"#column-{discovery.public_id}")).to_contain_text("Kestrel Logistics")
    with scope(opened.account):
        assert Deal.objects.get(pk=deal.pk).stage == discovery
    rita.close()


def move_by_menu(page: Page, deal: Deal, to: Stage) -> None:
    """As the menu “Move to” does it."""
    page.evaluate(
        """([url, stage]) => window.htmx.ajax("POST", url, {target: "#dialogs", swap: "innerHTML", values: {stage}})""",
        [f"/acme/deals/{deal.public_id}/moves/", to.public_id],
    )
    settled(page)


def test_stages_are_put_in_order_by_keyboard_and_by_dragging(ada: Page, live_server: Any, opened: Opened) -> None:
    with scope(opened.account):
        first = stage("Initial")
    ada.goto(f"{live_server.url}/acme/settings/pipelines/stages/{first.public_id}/")
    settled(ada)
    grip = ada.locator(f"#grip-{first.public_id}")
    grip.focus()
    ada.keyboard.press("ArrowDown")
    settled(ada)
    assert order(opened)[:2] == ["Discovery complete", "Initial interest"]
    expect(ada.locator(f"#grip-{first.public_id}")).to_be_focused()
    expect(ada.get_by_text("Now stage 2 of 5.")).to_be_attached()
    grips = ada.locator("#stages [data-grip]")
    upper, lower = grips.nth(0).bounding_box(), grips.nth(1).bounding_box()
    assert upper
    assert lower
    ada.mouse.move(upper["x"] + 8, upper["y"] + 8)
    ada.mouse.down()
    ada.mouse.move(lower["x"] + 8, lower["y"] + 8, steps=8)
    ada.mouse.move(lower["x"] + 8, lower["y"] + 40, steps=8)
    ada.mouse.up()
    settled(ada)
    assert order(opened)[:2] == ["Initial interest", "Discovery complete"]


def test_a_stage_is_added_and_taken_out_with_its_deals(ada: Page, live_server: Any, opened: Opened) -> None:
    with scope(opened.account):
        first = stage("Initial")
    ada.goto(f"{live_server.url}/acme/settings/pipelines/stages/{first.public_id}/")
    ada.get_by_label("Name of a new stage").fill("Legal")
    ada.keyboard.press("Enter")
    expect(ada.locator("#stage-title")).to_have_text("Legal")
    assert order(opened)[-2:] == ["Legal", "Closed"]
    ada.goto(f"{live_server.url}/acme/settings/pipelines/stages/{first.public_id}/")
    ada.get_by_role("link", name="Take it out").click()
    ada.get_by_label("2 open deals go to").select_option(label="Discovery complete")
    assert_good(ada, "stage-removal")
    ada.get_by_role("button", name="Take it out").click()
    expect(ada.get_by_text("2 deals went to Discovery complete.")).to_be_visible()
    assert order(opened)[0] == "Discovery complete"


def test_reasons_are_the_accounts_own(ada: Page, live_server: Any, opened: Opened) -> None:
    ada.goto(f"{live_server.url}/acme/settings/reasons/")
    assert_good(ada, "reasons")
    ada.get_by_label("When a deal is lost").fill("Price\nToo far away")
    leave_by(ada.get_by_role("button", name="Keep the reasons"))
    with scope(opened.account):
        deal = Deal.objects.get(lead__company__name="Kestrel Logistics")
    rita = ada.context.browser.new_page()  # type: ignore[union-attr]
    sign_in(rita, live_server, member(opened, "Rita").user)
    with scope(opened.account):
        lead = deal.lead.public_id
    rita.goto(f"{live_server.url}/acme/leads/{lead}/")
    rita.get_by_label(re.compile("^More")).first.click()
    rita.get_by_role("button", name="Lose the deal").click()
    rita.get_by_label("Because").select_option("Too far away")
    assert_good(rita, "loss")
    rita.set_viewport_size({"width": 1440, "height": 900})
    rita.get_by_role("button", name="Lose it").click()
    settled(rita)
    with scope(opened.account):
        assert Deal.objects.get(pk=deal.pk).lost_reason == "Too far away"
    rita.close()


def test_a_rep_asks_a_manager_answers_and_the_deal_moves(ada: Page, live_server: Any, opened: Opened) -> None:
    base = f"{live_server.url}/acme/"
    with scope(opened.account):
        deal = Deal.objects.get(lead__company__name="Kestrel Logistics")
        discovery = stage("Discovery")
        Criterion.objects.filter(label="A discovery call is scheduled").delete()
        Criterion.objects.create(stage=stage("Initial"), kind="approval", label="A manager agrees", params={})
        editing.put_stage(discovery, {"wip": 5}, by=opened.member.by)
    rita = ada.context.browser.new_page()  # type: ignore[union-attr]
    sign_in(rita, live_server, member(opened, "Rita").user)
    rita.goto(f"{base}board/")
    move_by_menu(rita, deal, discovery)
    gate = rita.locator("dialog#gate")
    assert_good(rita, "gate-asks")
    rita.set_viewport_size({"width": 1440, "height": 900})
    gate.get_by_role("button", name="Ask a manager", exact=True).focus()
    rita.keyboard.press("Enter")
    expect(gate).to_contain_text("Rita Lindqvist asked a manager")
    rita.close()

    manager = ada.context.browser.new_page()  # type: ignore[union-attr]
    sign_in(manager, live_server, member(opened, "Max").user)
    manager.goto(f"{base}approvals/")
    assert_good(manager, "approvals")
    manager.get_by_role("button", name=re.compile("^Approve")).click()
    expect(manager.get_by_text("Nobody waits for your word.")).to_be_visible()
    manager.goto(f"{base}board/")
    move_by_menu(manager, deal, discovery)
    manager.close()
    with scope(opened.account):
        assert Approval.objects.get().answer == "approved"
        assert Deal.objects.get(pk=deal.pk).stage == discovery
