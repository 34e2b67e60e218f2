"""The whole way, in the real processes: a lead is posted, appears, is scored, owned, pushed through a gate, counted."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from config.embedded.stack import Stack
from tests.browser.conftest import chromium_path
from tests.environment import BASE, of_the_machine

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
    with tempfile.TemporaryDirectory() as place:
        Path(place).chmod(0o755)
        with Stack(Path(place) / "var", outside=of_the_machine()) as stack:
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


def api(stack: Stack, account: dict[str, Any], path: str, body: dict[str, Any] | None = None) -> Any:
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
    page.goto(account["url"])
    page.get_by_label("E-mail").fill(account["email"])
    page.get_by_label("Password", exact=True).fill(account["password"])
    page.get_by_role("button", name="Sign in").click()
    page.goto(f"{account['url']}board/")
    page.wait_for_selector("[data-live=on]")

    lead = api(stack, account, "leads/", LEAD)

    # Nobody reloads: the card comes by itself, scored and with an owner.
    card = page.locator(".js-card", has_text="Kestrel Logistics")
    expect(card).to_be_visible(timeout=10_000)
    expect(card).to_contain_text("Urgent")
    known = wait_for(10, lambda: (got := api(stack, account, f"leads/{lead['id']}/"))["deal"] and got)
    assert known["owner"]
    assert api(stack, account, f"leads/{lead['id']}/receipt/")["score"] == known["score"]
    assert api(stack, account, f"leads/{lead['id']}/decision/")["owner"]["id"] == known["owner"]["id"]
    wait_for(10, lambda: list(stack.mail.glob("*.eml")))

    # A drop past an unmet criterion opens the dialog with exactly what is missing.
    card.drag_to(page.locator(".js-column", has_text="Discovery complete").locator(".js-cards"))
    dialog = page.locator("dialog#gate")
    expect(dialog).to_be_visible()
    expect(dialog.locator(".unmet")).to_have_count(1)
    expect(dialog.locator(".unmet")).to_contain_text("discovery call", ignore_case=True)

    # Filling it in moves the card in the same step, once, and the timeline says by whom.
    dialog.locator("input[type=datetime-local]").fill("2030-03-04T10:00")
    dialog.get_by_role("button", name="Save and move").click()
    expect(dialog).to_be_hidden()
    column = page.locator(".js-column", has_text="Discovery complete")
    expect(column.locator(".js-card", has_text="Kestrel Logistics")).to_be_visible()
    kinds = [event["kind"] for event in api(stack, account, f"leads/{lead['id']}/timeline/")["results"]]
    assert kinds.count("deal.moved") == 1
    assert "meeting.booked" in kinds
    page.goto(f"{account['url']}leads/{lead['id']}/")
    expect(page.get_by_role("heading", level=1)).to_have_text("Jonas Weidmann")
    expect(page.locator("main")).to_contain_text("Discovery complete")

    # And it is counted.
    page.goto(f"{account['url']}reports/")
    expect(page.locator("main")).to_contain_text("100")
