"""A new admin builds the routing of a growing team: pools, rules, a preview, a replay; with the keyboard, too."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from accounts.roles import Role
from events import drain
from leads.models import Lead
from routing.models import Roster, RoutingRule
from routing.versions import live_version
from scoring.jobs import score_leads
from tenancy import clock
from tenancy.scope import scope
from tests.browser.checks import assert_good
from tests.browser.served import sign_in
from tests.factories import a_lead, a_member
from workspace.opening import Opened, open_account

pytestmark = pytest.mark.django_db(transaction=True)
REPS = ("Rita Lindqvist", "Raj Mehta", "Jun Park")
ALWAYS: list[list[list[int]]] = [[[0, 1440]]] * 7


@pytest.fixture
def opened(transactional_db: None) -> Opened:
    """Three reps and a manager who are always there, and forty leads of the last weeks."""
    opened = open_account("Acme", "ada@acme.example", "correct-horse-7-battery")
    with scope(opened.account):
        for name in (*REPS, "Max Oduya"):
            role = Role.MANAGER if name.startswith("Max") else Role.REP
            member = a_member(name, role, email=f"{name.split()[0].lower()}@acme.example")
            Roster.objects.create(member=member, week=ALWAYS, holidays="none")
        leads = [
            a_lead(
                name=f"Person {number}",
                country=("AU", "SG", "DE")[number % 3],
                headcount=180 + number * 10,
                product="Managed services",
                captured_at=clock.now() - timedelta(days=number % 20, hours=1),
            )
            for number in range(40)
        ]
        score_leads([lead.pk for lead in leads])
    return opened


@pytest.fixture
def ada(page: Page, live_server: Any, opened: Opened) -> Page:
    sign_in(page, live_server, opened.user)
    return page


def press(page: Page, role: Any, name: str) -> None:
    """As somebody without a mouse does."""
    page.get_by_role(role, name=name).first.focus()
    page.keyboard.press("Enter")


def settled(page: Page) -> None:
    """What was asked for has come, and listens."""
    page.wait_for_load_state("networkidle")
    expect(page.locator(".htmx-request, .htmx-swapping, .htmx-settling, .htmx-added")).to_have_count(0)


def labels(opened: Opened) -> list[str]:
    with scope(opened.account):
        return list(
            RoutingRule.objects.filter(version__state="draft").order_by("position").values_list("label", flat=True)
        )


def build_pool(ada: Page, base: str) -> None:
    ada.goto(f"{base}settings/pools/")
    ada.get_by_label("Name").fill("Enterprise")
    ada.get_by_label("How turns are taken").select_option("weighted")
    ada.get_by_role("button", name="Add the pool").click()
    ada.get_by_role("checkbox", name="Rita Lindqvist").check()
    ada.get_by_label("Weight of Rita Lindqvist").fill("2")
    ada.get_by_role("checkbox", name="Raj Mehta").check()
    ada.locator("#keep").click()
    expect(ada.locator("#now")).to_contain_text("weight 2")
    assert_good(ada, "pool")


def build_territory(ada: Page, base: str) -> None:
    ada.goto(f"{base}settings/territories/")
    ada.get_by_label("Name", exact=True).fill("APAC")
    ada.get_by_role("checkbox", name="APAC").check()
    ada.get_by_role("button", name="Add the territory").click()
    expect(ada.locator("#territories")).to_contain_text("APAC")
    assert_good(ada, "territories")


def build_rules(ada: Page, base: str) -> None:
    ada.goto(f"{base}settings/routing/")
    press(ada, "button", "Change the rules")
    ada.get_by_role("link", name="Add a rule").click()
    ada.get_by_label("Name").fill("APAC managed services above 200 seats")
    ada.get_by_label("Give it to").select_option(label="Enterprise")
    for row, (fact, comparison, value) in enumerate(
        [("territory", "is", "APAC"), ("product", "is", "Managed services"), ("headcount", "greater_than", "200")]
    ):
        if row:
            press(ada, "button", "Add condition")
            expect(ada.locator(f"#when-{row}-field")).to_be_visible()
            settled(ada)
        ada.locator(f"#when-{row}-field").select_option(fact)
        settled(ada)
        ada.locator(f"#when-{row}-operator").select_option(comparison)
        settled(ada)
        ada.locator(f"#when-{row}-value").fill(value)
    assert_good(ada, "routing-rule")
    ada.locator("#keep").press("Enter")
    expect(ada.locator("#rules")).to_contain_text("If territory is APAC and product is Managed services")
    ada.get_by_role("link", name="Add a rule").click()
    ada.get_by_label("Name").fill("Everyone else")
    ada.get_by_label("For every lead that gets this far").check()
    ada.get_by_label("Give it to").select_option(label="Everybody")
    ada.locator("#keep").click()
    ada.get_by_role("link", name="Change Everybody in turn").click()
    ada.get_by_label("Name").fill("On call")
    ada.get_by_label("Give it to").select_option(label="Max Oduya")
    ada.locator("#keep").click()
    expect(ada.locator(".route-fallback")).to_contain_text("Max Oduya")


def test_a_new_admin_builds_previews_replays_and_publishes(ada: Page, live_server: Any, opened: Opened) -> None:
    base = f"{live_server.url}/acme/"
    build_pool(ada, base)
    build_territory(ada, base)
    build_rules(ada, base)

    ada.locator("#who").get_by_label("Country").select_option("SG")
    ada.locator("#who").get_by_label("Company size").fill("240")
    ada.locator("#who").get_by_label("Product").fill("Managed services")
    expect(ada.locator("#preview")).to_contain_text("Rita Lindqvist")
    expect(ada.locator("#preview")).to_contain_text("next by weight, 2 of 3")
    ada.locator("#who").get_by_label("Country").select_option("DE")
    expect(ada.locator("#preview")).to_contain_text("Everyone else")

    press(ada, "button", "Replay")
    expect(ada.locator("#replay")).to_contain_text("leads. You may leave this page")
    drain.drain_outside()
    expect(ada.locator("#replay")).to_contain_text("would have gone to somebody else")
    assert_good(ada, "routing-draft")

    ada.set_viewport_size({"width": 1440, "height": 900})
    press(ada, "button", "Publish version 2")
    expect(ada.locator("#toasts")).to_contain_text("The rules are live.")
    assert_good(ada, "routing-live")
    with scope(opened.account):
        live = live_version()
        assert live
        assert live.number == 2
        lead = a_lead(country="AU", headcount=300, product="Managed services")
        score_leads([lead.pk])
    drain.drain_inside()
    with scope(opened.account):
        owned = Lead.objects.get(pk=lead.pk)
        assert owned.owner is not None
        assert owned.owner.name in ("Rita Lindqvist", "Raj Mehta")
        assert owned.territory == "APAC"


def test_rules_are_put_in_order_by_keyboard_and_by_drag(ada: Page, live_server: Any, opened: Opened) -> None:
    ada.goto(f"{live_server.url}/acme/settings/routing/")
    press(ada, "button", "Change the rules")
    for name in ("One", "Two", "Three"):
        ada.get_by_role("link", name="Add a rule").click()
        ada.get_by_label("Name").fill(name)
        ada.get_by_label("For every lead that gets this far").check()
        ada.locator("#keep").click()
    grip = ada.get_by_role("button", name="Move rule 3, Three")
    grip.focus()
    ada.keyboard.press("ArrowUp")
    expect(ada.locator("#said")).to_have_text("Now rule 2 of 3.")
    expect(ada.get_by_role("button", name="Move rule 2, Three")).to_be_focused()
    assert labels(opened)[:3] == ["One", "Three", "Two"]
    ada.keyboard.press("ArrowUp")
    expect(ada.locator("#said")).to_have_text("Now rule 1 of 3.")
    ada.keyboard.press("ArrowUp")
    expect(ada.locator("#said")).to_have_text("It is the first already.")

    first, last = ada.locator("[data-grip]").first.bounding_box(), ada.locator("[data-place-url]").last.bounding_box()
    assert first
    assert last
    ada.mouse.move(first["x"] + 8, first["y"] + 8)
    ada.mouse.down()
    ada.mouse.move(last["x"] + 16, last["y"] + 20, steps=8)
    ada.mouse.move(last["x"] + 16, last["y"] + last["height"] - 6, steps=8)
    ada.mouse.up()
    expect(ada.get_by_role("button", name="Move rule 3, Three")).to_be_visible()
    assert labels(opened)[:3] == ["One", "Two", "Three"]


def test_hours_and_ones_own_turns(ada: Page, live_server: Any, opened: Opened) -> None:
    ada.goto(f"{live_server.url}/acme/settings/hours/")
    ada.get_by_label("Saturday").fill("9-12")
    ada.get_by_role("button", name="Keep").click()
    expect(ada.get_by_label("Saturday")).to_have_value("9:00-12:00")
    assert_good(ada, "hours")
    ada.get_by_role("link", name="Hours and leave of Rita Lindqvist").click()
    ada.get_by_label("From").fill("2030-03-04")
    ada.get_by_label("Up to and including").fill("2030-03-08")
    ada.get_by_role("button", name="Note the leave").click()
    expect(ada.locator("#leave")).to_contain_text("Mon 4 Mar 2030")
    assert_good(ada, "hours-member")
    ada.goto(f"{live_server.url}/acme/turns/")
    assert_good(ada, "turns")
    ada.goto(f"{live_server.url}/acme/settings/pools/")
    assert_good(ada, "pools")
