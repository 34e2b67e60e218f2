"""Today in a browser: the next one moves up, keys work, it looks right everywhere."""

from __future__ import annotations

from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from playwright.sync_api import Page, expect

from events.record import SYSTEM
from leads.models import Activity, Lead
from pipeline.meetings import book_meeting
from pipeline.tasks import add_task
from routing.models import Timer
from tenancy import clock
from tenancy.scope import scope
from tests.browser.checks import assert_good
from tests.factories import a_lead
from tests.followups.stage import a_deal

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def rita(transactional_db: None, cast: SimpleNamespace) -> Any:
    with scope(cast.account):
        for number, (company, minutes) in enumerate(
            [("Kestrel Logistics", 3.7), ("Pinecrest Credit Union", -6.2), ("Marlowe Freight", 130), ("Vantage", 300)]
        ):
            a_waiting_lead(cast.rita, company, minutes, number)
        lead = Lead.objects.get(company__name="Vantage")
        add_task(lead, "Send the licence questions", by=SYSTEM, due_at=clock.now() - timedelta(days=1))
        add_task(lead, "Confirm that finance has the proposal", by=SYSTEM, due_at=clock.now())
        book_meeting(lead, starts_at=clock.now(), by=SYSTEM, title="Workshop", minutes=60)
        lead.log_activity(kind="email", direction="in", body="Does the price include our Leeds office?", by=SYSTEM)
        for broken in (False, False, True):
            a_promise(cast.rita, broken)
    return cast.rita


def a_waiting_lead(member: Any, company: str, minutes: float, number: int) -> None:
    now = clock.now()
    lead = a_lead(
        owner=member, company=company, name=f"Person {number} Weidmann", phone="+49405550142", job_title="Head of IT",
        headcount=180, message="We need a 24/7 service desk for three depots.", value={"amount": 84000},
        tier="urgent" if number < 2 else "high", first_response_due_at=now + timedelta(minutes=minutes),
        first_response_risk_at=now + timedelta(minutes=minutes / 2 if number else -1),
    )  # fmt: skip
    with clock.at(now - timedelta(days=4 - number)):
        a_deal(lead)


def a_promise(member: Any, broken: bool) -> None:
    now = clock.now()
    times = {"started_at": now, "risk_at": now, "due_at": now}
    Timer.objects.create(
        lead=a_lead(owner=member, status="won"), **times, **{"broken_at" if broken else "kept_at": now}
    )


@pytest.fixture
def today(page: Page, live_server: Any, rita: Any) -> Page:
    client = Client()
    client.force_login(rita.user)
    cookie = client.cookies[settings.SESSION_COOKIE_NAME]
    page.context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": live_server.url}])
    page.goto(f"{live_server.url}/acme/today/")
    return page


def test_it_looks_right_everywhere(today: Page) -> None:
    assert_good(today, "today")


def test_an_empty_day_has_sentences(today: Page, rita: Any) -> None:
    with scope(rita.account):
        Lead.objects.update(status="lost")
    today.reload()
    expect(today.get_by_text("Nobody is waiting").first).to_be_visible()
    assert_good(today, "today-empty")


def test_a_key_logs_the_call_and_the_next_one_moves_up_with_the_focus(today: Page, rita: Any) -> None:
    card = today.locator(".answer-card")
    expect(card).to_contain_text("Kestrel Logistics")
    today.locator("h1").click()
    today.keyboard.press("2")
    expect(card).to_contain_text("Pinecrest Credit Union")
    expect(today.locator(".row-done")).to_contain_text("No answer: Person 0 Weidmann")
    expect(card.get_by_role("link", name="Pinecrest Credit Union")).to_be_focused()
    with scope(rita.account):
        assert Activity.objects.get(kind="call").outcome == "no_answer"


def test_a_tick_takes_a_task_away(today: Page) -> None:
    expect(today.locator(".task")).to_have_count(2)
    today.get_by_role("button", name="Done: Send the licence questions").click()
    expect(today.locator(".task")).to_have_count(1)


def test_a_step_is_planned_in_a_dialog(today: Page) -> None:
    today.get_by_role("button", name="Plan a step with Kestrel Logistics").click()
    dialog = today.locator("#plan-step")
    expect(dialog).to_be_visible()
    dialog.get_by_label("What").fill("Call Karen")
    dialog.get_by_label("When").fill("2030-03-17T14:00")
    dialog.get_by_role("button", name="Plan it").click()
    expect(dialog).to_be_hidden()
    expect(today.get_by_text("Planned: Call Karen.")).to_be_visible()
