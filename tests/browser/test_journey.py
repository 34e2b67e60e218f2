"""The whole way, in the real processes: a lead is posted, appears, is scored, owned, pushed through a gate, counted."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from config.embedded.stack import Stack
from tests.browser.conftest import chromium_path
from tests.environment import BASE
from tests.installation import installed

LEAD = {
    "name": "Jonas Weidmann",
    "email": "jonas@kestrel-logistics.example",
    "company": "Kestrel Logistics",
    "job_title": "Head of IT",
    "headcount": 180,
    "message": "We need a 24/7 service desk for three sites, please send a quote.",
    "timeline_days": 20,
}


@pytest.fixture(scope="module")
def stack() -> Iterator[Stack]:
    if chromium_path() is None:
        pytest.skip("There is no Chromium. As root: apt-get install chromium fonts-liberation")
    with installed() as stack:
        yield stack


@pytest.fixture(scope="module")
def account(stack: Stack) -> dict[str, Any]:
    """A new account, as a script opens one."""
    command = [sys.executable, str(BASE / "manage.py"), "new_account", "--name", "Harbourline IT", "--email"]
    made = subprocess.run(
        [*command, "rita@harbourline.example", "--json"],
        env=stack.environment("app"),
        capture_output=True,
        text=True,
        check=True,
        cwd=BASE,
    )
    opened: dict[str, Any] = json.loads(made.stdout)
    return opened


def api(stack: Stack, account: dict[str, Any], path: str, body: Any = None) -> Any:
    headers = {"Authorization": f"Bearer {account['api_key']}", "Content-Type": "application/json"}
    data = json.dumps(body).encode() if body else None
    with urllib.request.urlopen(urllib.request.Request(f"{stack.url}/api/v1/{path}", data, headers), timeout=10) as got:
        return json.load(got)


def wait_for(seconds: float, what: Callable[[], Any]) -> Any:
    until = time.monotonic() + seconds
    while not (found := what()):
        assert time.monotonic() < until, "It did not happen."
        time.sleep(0.05)
    return found


def test_a_lead_travels_from_first_contact_through_a_gate(stack: Stack, account: dict[str, Any], page: Page) -> None:
    sign_in(page, account)
    page.goto(f"{account['url']}board/")
    page.wait_for_selector("[data-live=on]")
    lead = api(stack, account, "leads/", LEAD)["id"]

    the_card_comes_by_itself(stack, account, page, lead)
    a_drop_past_the_gate_asks_for_what_is_missing(page)
    filling_it_in_moves_the_card_once(stack, account, page, lead)

    page.goto(f"{account['url']}reports/")
    expect(page.locator("main")).to_contain_text("1 entered")


def sign_in(page: Page, account: dict[str, Any]) -> None:
    page.goto(account["url"])
    page.get_by_label("E-mail").fill(account["email"])
    page.get_by_label("Password", exact=True).fill(account["password"])
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(f"{account['url']}**")


def card_of(page: Page) -> Locator:
    return page.locator("[data-card]", has_text="Kestrel Logistics")


def column(page: Page, name: str) -> Locator:
    return page.locator("[id^=column-]", has=page.get_by_role("heading", name=name))


def the_card_comes_by_itself(stack: Stack, account: dict[str, Any], page: Page, lead: str) -> None:
    """Nobody reloads: scored, owned, with a decision, and a mail on its way."""
    expect(card_of(page)).to_be_visible()
    known = wait_for(20, lambda: (got := api(stack, account, f"leads/{lead}/"))["deal"] and got)
    assert known["owner"]
    assert known["score"] == api(stack, account, f"leads/{lead}/receipt/")["score"]
    assert api(stack, account, f"leads/{lead}/decision/")["owner"]["id"] == known["owner"]["id"]
    wait_for(20, lambda: list(stack.mail.glob("*.eml")))


def a_drop_past_the_gate_asks_for_what_is_missing(page: Page) -> None:
    start, end = card_of(page).bounding_box(), column(page, "Discovery complete").locator("[data-cards]").bounding_box()
    assert start
    assert end
    page.mouse.move(start["x"] + 40, start["y"] + 60)
    page.mouse.down()
    page.mouse.move(start["x"] + 60, start["y"] + 70, steps=4)
    page.mouse.move(end["x"] + 80, end["y"] + 60, steps=12)
    page.mouse.up()
    unmet = page.locator("dialog#gate .unmet")
    expect(unmet).to_have_count(1)
    expect(unmet).to_contain_text("discovery call", ignore_case=True)


def filling_it_in_moves_the_card_once(stack: Stack, account: dict[str, Any], page: Page, lead: str) -> None:
    """And the timeline says by whom it was filled."""
    dialog = page.locator("dialog#gate")
    dialog.locator("input[type=datetime-local]").fill("2030-03-04T10:00")
    dialog.get_by_role("button", name="Save and move").click()
    expect(dialog).to_be_hidden()
    expect(column(page, "Discovery complete").locator("[data-card]", has_text="Kestrel Logistics")).to_be_visible()
    events = api(stack, account, f"leads/{lead}/timeline/")["results"]
    kinds = [event["kind"] for event in events]
    assert (kinds.count("deal.moved"), kinds.count("meeting.booked")) == (1, 1)
    assert {event["actor"]["kind"] for event in events if event["kind"] == "deal.moved"} == {"member"}


FITTING = {
    "name": "Ines Carvalho",
    "email": "ines@marlowe-freight.example",
    "company": "Marlowe Freight",
    "industry": "Logistics",
    "country": "PT",
    "headcount": 240,
    "job_title": "Head of IT",
    "tech_stack": ["SAP"],
}


def test_pricing_twice_and_a_demo_request_make_a_lead_urgent_while_its_rep_looks_on(
    stack: Stack, account: dict[str, Any], page: Page
) -> None:
    """Nobody reloads the page, and what it says adds up to what the API says."""
    sign_in(page, account)
    lead = api(stack, account, "leads/", FITTING)["id"]
    before = wait_for(20, lambda: (got := api(stack, account, f"leads/{lead}/"))["score"] and got)
    assert before["tier"] != "urgent"
    page.goto(f"{account['url']}leads/{lead}/")
    page.wait_for_selector("[data-live=on]")
    expect(page.locator("#receipt")).to_contain_text("Industry in the profile")

    views = [{"kind": "page_view", "lead": lead, "url": "https://www.example.com/pricing"}] * 2
    api(stack, account, "signals/", views)
    api(stack, account, "leads/", FITTING | {"message": "We would like to see a demo, please."})

    expect(page.locator("#receipt")).to_contain_text("Asked for a demo or a quote")
    for words in ("Read the pricing page", "Pricing page again within 48 hours"):
        expect(page.locator("#receipt")).to_contain_text(words)
    known = api(stack, account, f"leads/{lead}/receipt/")
    assert known["tier"] == "urgent"
    assert known["score"] == sum(line["points"] for line in known["contributions"])
    expect(page.locator("#receipt svg")).to_have_attribute("aria-label", re.compile(rf"Score {known['score']}.*Urgent"))
