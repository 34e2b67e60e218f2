"""Who looks at Today, a lead or a list while a colleague works on the same: nothing jumps, and the focus stays."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from django.test import Client
from playwright.sync_api import Browser, Page, expect

from events.kinds import Kind
from events.live_feed import read_account
from events.record import SYSTEM, record
from pipeline.models import Task
from pipeline.tasks import add_task
from tenancy import clock
from tenancy.scope import scope
from tests.browser.rep import QUIET, a_days_work
from tests.browser.test_board import log_in
from tests.browser.test_board_meanwhile import SHIFTS
from tests.browser.test_live import STREAM_BY_HAND
from tests.pipeline.deals import a_deal, stage

pytestmark = pytest.mark.django_db(transaction=True)
TELL = """change => window.stream.dispatchEvent(new MessageEvent("change", { data: JSON.stringify(change) }))"""


@pytest.fixture
def acme(live_server: Any, transactional_db: None, settings: Any) -> SimpleNamespace:
    settings.LIVE_URL = live_server.url
    acme = a_days_work(live_server)
    acme.colleague = Client()
    acme.colleague.force_login(acme.max.user)
    return acme


@pytest.fixture
def moving(browser: Browser) -> Iterator[Page]:
    """A page that moves what moves, whose stream is ours."""
    context = browser.new_context(viewport={"width": 1440, "height": 900}, reduced_motion="no-preference")
    context.add_init_script(STREAM_BY_HAND)
    yield context.new_page()
    context.close()


@pytest.fixture
def calm(browser: Browser) -> Iterator[Page]:
    """A page on which nothing glides, whose stream is ours."""
    context = browser.new_context(viewport={"width": 1440, "height": 900}, reduced_motion="reduce")
    context.add_init_script(STREAM_BY_HAND)
    yield context.new_page()
    context.close()


def looks_at(page: Page, acme: SimpleNamespace, path: str) -> None:
    log_in(page, acme.rita, acme.url)
    page.goto(f"{acme.url}{path}")
    page.wait_for_function("() => window.stream")
    page.wait_for_load_state("networkidle")
    page.wait_for_timeout(600)  # what shifts so soon after the beginning is not told
    page.evaluate(SHIFTS)


def meanwhile(page: Page, acme: SimpleNamespace, path: str, **said: Any) -> None:
    """A colleague sends a form in a session of its own; the page hears of what was recorded."""
    since = clock.now()
    assert acme.colleague.post(f"/acme{path}", said, headers={"HX-Request": "true"}).status_code == 200
    for _, _, change in read_account(acme.account, since):
        page.evaluate(TELL, change.as_json())


def still(page: Page, what: Callable[[], None]) -> None:
    """`what` shows; nothing has jumped, and the focus is somewhere."""
    what()
    page.wait_for_function(QUIET)
    page.wait_for_timeout(300)  # what glides has arrived
    assert page.evaluate("document.activeElement !== document.body")
    assert page.evaluate("window.shifts") == []


def task_of(acme: SimpleNamespace, title: str) -> str:
    with scope(acme.account):
        return str(Task.objects.get(title=title).public_id)


def move_of(acme: SimpleNamespace, to: str = "Discovery") -> dict[str, Any]:
    with scope(acme.account):
        return {"stage": stage(to).public_id, "version": acme.ready.version}


def test_today_stays_where_it_is(moving: Page, acme: SimpleNamespace) -> None:
    page = moving
    with scope(acme.account):
        for title in ("Ask for the licences", "Write the minutes"):
            add_task(acme.ready.lead, title, by=acme.rita.by, due_at=clock.now())
    looks_at(page, acme, "/today/")
    tasks = page.locator("section", has=page.locator("#tasks"))
    row = tasks.locator("[data-row]", has_text="Ask for the licences")
    row.locator("[data-open]").focus()
    meanwhile(page, acme, f"/tasks/{task_of(acme, 'Send the licence questions')}/done/")
    still(page, lambda: expect(tasks).not_to_contain_text("Send the licence questions"))
    expect(row.locator("[data-open]")).to_be_focused()
    meanwhile(page, acme, f"/deals/{acme.ready.public_id}/moves/", **move_of(acme))
    still(page, lambda: expect(tasks).to_contain_text("Write the minutes"))
    lead = acme.unready.lead.public_id
    meanwhile(page, acme, f"/leads/{lead}/activities/", kind="email", **{"outcome-email": "sent"})
    still(page, lambda: expect(page.locator(".reply")).to_have_count(0))
    expect(row.locator("[data-open]")).to_be_focused()
    meanwhile(page, acme, f"/tasks/{task_of(acme, 'Ask for the licences')}/done/")
    still(page, lambda: expect(tasks).not_to_contain_text("Ask for the licences"))
    expect(tasks.locator("[data-row]", has_text="Write the minutes").locator("[data-open]")).to_be_focused()


def test_a_lead_stays_where_it_is(moving: Page, acme: SimpleNamespace) -> None:
    page, lead = moving, acme.ready.lead.public_id
    with scope(acme.account):
        for title in ("Ask for the licences", "Write the minutes"):
            add_task(acme.ready.lead, title, by=acme.rita.by)
    looks_at(page, acme, f"/leads/{lead}/")
    held = page.get_by_role("button", name="Done: Write the minutes")
    held.focus()
    meanwhile(page, acme, f"/leads/{lead}/activities/", kind="note", body="Their year ends in June.")
    still(page, lambda: expect(page.locator("#lead-timeline")).to_contain_text("Their year ends in June."))
    meanwhile(page, acme, f"/tasks/{task_of(acme, 'Ask for the licences')}/done/")
    still(page, lambda: expect(page.locator("#lead-next")).not_to_contain_text("Ask for the licences"))
    expect(held).to_be_focused()
    meanwhile(page, acme, f"/deals/{acme.ready.public_id}/moves/", **move_of(acme))
    still(page, lambda: expect(page.locator(".stage-step-now")).to_contain_text("Discovery complete"))
    expect(held).to_be_focused()
    meanwhile(page, acme, f"/tasks/{task_of(acme, 'Write the minutes')}/done/")
    still(page, lambda: expect(page.locator("#lead-next")).not_to_contain_text("Write the minutes"))


def test_what_one_reads_further_down_stays_in_sight(moving: Page, acme: SimpleNamespace) -> None:
    page, lead = moving, acme.ready.lead
    with scope(acme.account):
        for number in range(30):
            lead.log_activity(kind="note", body=f"Note {number}", by=acme.rita.by)
    looks_at(page, acme, f"/leads/{lead.public_id}/")
    read = page.locator(".timeline-item", has_text="Note 12")
    read.scroll_into_view_if_needed()
    page.wait_for_timeout(100)
    before = read.bounding_box()
    page.evaluate("window.shifts.length = 0")
    meanwhile(page, acme, f"/leads/{lead.public_id}/activities/", kind="note", body="Their year ends in June.")
    expect(page.locator("#lead-timeline")).to_contain_text("Their year ends in June.")
    page.wait_for_function(QUIET)
    page.wait_for_timeout(300)
    assert read.bounding_box() == before
    assert page.evaluate("window.shifts") == []


def test_the_list_keeps_the_focus_when_a_row_goes(moving: Page, acme: SimpleNamespace) -> None:
    page = moving
    looks_at(page, acme, "/board/list/?stage=" + move_of(acme, "Initial")["stage"])
    row = page.locator("tr[data-card]", has_text="Northgate Biotech")
    row.locator("[data-open]").focus()
    meanwhile(page, acme, f"/deals/{acme.ready.public_id}/moves/", **move_of(acme))
    expect(row).to_have_count(0)
    page.wait_for_function(QUIET)
    assert page.evaluate("document.activeElement.closest('tr[data-card]') !== null")


def test_a_menu_that_is_open_stays_open(moving: Page, acme: SimpleNamespace) -> None:
    page, lead = moving, acme.ready.lead.public_id
    looks_at(page, acme, f"/leads/{lead}/")
    page.get_by_label("More: task, stakeholder, disqualify").click()
    meanwhile(page, acme, f"/leads/{lead}/activities/", kind="call", **{"outcome-call": "spoke"})
    expect(page.locator("#lead-timeline")).to_contain_text("Call: spoke")
    page.wait_for_function(QUIET)
    expect(page.locator("#lead-head").get_by_text("Disqualify", exact=True)).to_be_visible()


def test_who_types_is_told_and_nothing_moves_away_from_under_it(moving: Page, acme: SimpleNamespace) -> None:
    page, lead = moving, acme.ready.lead.public_id
    looks_at(page, acme, f"/leads/{lead}/")
    facts, field = page.locator("#lead-facts"), page.locator("#fact-headcount")
    facts.get_by_role("button", name="Company size, change").click()
    field.fill("3")
    page.wait_for_timeout(600)  # what follows an input is not told
    page.evaluate("window.shifts.length = 0")
    before = field.bounding_box()
    meanwhile(page, acme, f"/leads/{lead}/facts/industry/", value="Logistics")
    still(page, lambda: expect(facts.get_by_role("button", name="Changed, show")).to_be_visible())
    expect(field).to_be_focused()
    expect(field).to_have_value("3")
    assert field.bounding_box() == before
    facts.get_by_role("button", name="Changed, show").click()
    expect(facts).to_contain_text("Logistics")


def test_a_lead_that_comes_in_takes_nobody_s_place(moving: Page, acme: SimpleNamespace) -> None:
    page = moving
    looks_at(page, acme, "/today/")
    held = page.get_by_role("button", name="Done: Send the licence questions")
    held.focus()
    comes_in(page, acme, "Marlowe Freight")
    still(page, lambda: expect(page.locator("#today")).to_contain_text("Marlowe Freight"))
    expect(held).to_be_focused()


@pytest.mark.parametrize("hand", ["focus", "hover"])
def test_where_nothing_glides_the_row_in_hand_stays_under_it(calm: Page, acme: SimpleNamespace, hand: str) -> None:
    with scope(acme.account):
        for number in range(12):  # a page that can be scrolled
            add_task(acme.ready.lead, f"Task {number}", by=acme.rita.by, due_at=clock.now())
    looks_at(calm, acme, "/today/")
    held = calm.get_by_role("button", name="Done: Send the licence questions")
    getattr(held, hand)()
    before = held.bounding_box()
    assert calm.evaluate("document.scrollingElement.scrollTop") == 0
    comes_in(calm, acme, "Marlowe Freight")
    expect(calm.locator("#today")).to_contain_text("Marlowe Freight")
    calm.wait_for_function(QUIET)
    assert held.bounding_box() == before


def comes_in(page: Page, acme: SimpleNamespace, company: str) -> None:
    """Somebody asks, and the page hears of it."""
    since = clock.now()
    with scope(acme.account):
        lead = a_deal(acme.rita, company=company, first_response_due_at=clock.now()).lead
        record(Kind.DEAL_OPENED, lead.pk, by=SYSTEM, lead_id=lead.pk)
    for _, _, change in read_account(acme.account, since):
        page.evaluate(TELL, change.as_json())
