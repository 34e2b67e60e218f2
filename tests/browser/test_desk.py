"""A rep's day on Today and on a lead's page: by keyboard only, then by touch; its dialogs, looks and words."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from events import drain
from leads.capture import capture
from leads.models import Activity, Lead, Source
from pipeline.comments import add_comment
from pipeline.files import attach_file
from pipeline.following import follow
from pipeline.meetings import book_meeting
from pipeline.models import Comment, File, Follower, Meeting, Objection, Task
from pipeline.objections import raise_objection
from pipeline.tasks import add_task
from tenancy import clock
from tenancy.scope import scope
from tests.browser.checks import assert_accessible, assert_good
from tests.browser.served import sign_in
from tests.browser.test_lead import JONAS
from workspace.opening import open_account

pytestmark = pytest.mark.django_db(transaction=True)
SCRIPT = "<img src=x onerror=\"document.title='owned'\">"


@pytest.fixture
def desk(live_server: Any, transactional_db: None, settings: Any, tmp_path: Any) -> SimpleNamespace:
    """Jonas is Ada's, with something of everything on his page."""
    settings.MEDIA_ROOT = tmp_path
    opened = open_account("Acme", "ada@acme.example", "correct-horse-7-battery")
    with scope(opened.account):
        source = Source.objects.get(name="Website")
        lead = capture(JONAS, source=source, channel="form", by=opened.member.by).lead
    drain.drain()
    with scope(opened.account):
        lead, by = Lead.objects.with_people().get(), opened.member.by
        add_task(lead, "Send the offer", by=by, due_at=clock.now(), every="week")
        add_task(lead, "Map the stakeholders", by=by, due_at=clock.now())
        person = lead.add_stakeholder(name="Birgit Sommer", role="finance", job_title="CFO", by=by)
        raise_objection(lead, text="Data must stay in Zurich", by=by, stakeholder=person)
        raise_objection(lead, text=SCRIPT, blocking=False, by=by)
        book_meeting(lead, starts_at=clock.now() - timedelta(hours=1), by=by, place=SCRIPT)
        add_comment(lead, f"Who knows them? {SCRIPT}", by=by)
        add_task(lead, SCRIPT, by=by)
        follow(lead, opened.member)
        from django.core.files.uploadedfile import SimpleUploadedFile

        attach_file(lead, SimpleUploadedFile(f"{SCRIPT}.txt", b"text"), kind="proposal", by=by)
    drain.drain()
    url = f"{live_server.url}/acme/leads/{lead.public_id}/"
    return SimpleNamespace(
        opened=opened, lead=lead, url=url, today=f"{live_server.url}/acme/today/", server=live_server
    )


def see(page: Page, desk: SimpleNamespace, url: str) -> None:
    sign_in(page, desk.server, desk.opened.user)
    page.goto(url)


def see_lead(page: Page, desk: SimpleNamespace) -> None:
    see(page, desk, desk.url)
    expect(page.locator("#lead-desk")).to_be_visible()
    expect(page.locator("#receipt")).to_be_visible()


def test_it_is_good_at_every_size_and_no_text_runs(page: Page, desk: SimpleNamespace) -> None:
    see_lead(page, desk)
    expect(page.locator("#lead-desk")).to_contain_text("Data must stay in Zurich")
    assert_good(page, "desk")
    page.locator("#lead-desk").scroll_into_view_if_needed()
    page.set_viewport_size({"width": 1440, "height": 2600})
    assert_accessible(page)
    from tests.browser.checks import screenshot

    screenshot(page, "desk-long")
    page.get_by_label("Show only").select_option("comment")
    expect(page.locator("#lead-timeline")).to_contain_text("Who knows them? <img")
    assert "owned" not in page.title()


@pytest.mark.parametrize(
    "opener",
    [
        "Schedule a meeting",
        "Attach a document",
        "Add an objection",
        "Answer: Data must stay in Zurich",
        "change the stakeholder",
    ],
)
def test_its_dialogs_are_good(page: Page, desk: SimpleNamespace, opener: str) -> None:
    see_lead(page, desk)
    page.locator(".lead-side").get_by_role("button", name=opener).click()
    expect(page.locator("#lead-dialog")).to_be_visible()
    assert_good(page, f"desk-{opener.split()[0].lower()}-{opener.split()[-1].lower()}")


def tab_to(page: Page, name: str, *, within: str = "body", most: int = 140) -> None:
    """Press Tab until the button of that name has the focus."""
    target = page.locator(within).get_by_role("button", name=re.compile(name)).first
    expect(target).to_be_attached()
    for _ in range(most):
        if target.evaluate("element => element === document.activeElement"):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"No Tab leads to {name}")


def now(desk: SimpleNamespace, model: type[Any], **like: Any) -> Any:
    with scope(desk.opened.account):
        return list(model.objects.filter(**like))


def test_a_lead_by_keyboard_only(page: Page, desk: SimpleNamespace) -> None:
    see_lead(page, desk)
    toasts = page.locator("#toasts")
    page.keyboard.press("t")
    expect(page.get_by_label("What", exact=True)).to_be_focused()
    page.keyboard.type("Prepare the workshop")
    page.keyboard.press("Control+Enter")
    expect(toasts).to_contain_text("Task added.")
    expect(page.locator("#lead-next")).to_contain_text("Prepare the workshop")
    page.keyboard.press("z")
    expect(toasts).to_contain_text("Undone: Task: Prepare the workshop")
    expect(page.locator("#lead-next")).not_to_contain_text("Prepare the workshop")
    tab_to(page, "^Answer: Data must stay", within="#lead-desk")
    page.keyboard.press("Enter")
    expect(page.get_by_label("What was agreed")).to_be_focused()
    page.keyboard.type("n/a")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#lead-dialog")).to_contain_text("Write what was agreed")
    expect(page.get_by_label("What was agreed")).to_be_focused()
    page.keyboard.press("Control+A")
    page.keyboard.type("All data stays in Zurich")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#lead-desk")).to_contain_text("Answered, Birgit Sommer: All data stays in Zurich")
    tab_to(page, "^Held: Discovery call", within="#lead-desk")
    page.keyboard.press("Enter")
    expect(toasts).to_contain_text("Discovery call: held. It is logged.")
    assert now(desk, Activity, kind="meeting", outcome="held")
    assert now(desk, Objection, answer="All data stays in Zurich")


def test_a_comment_names_a_colleague_by_keyboard(page: Page, desk: SimpleNamespace) -> None:
    see_lead(page, desk)
    page.locator("#composer").get_by_text("Comment", exact=True).click()
    box = page.get_by_label("What was said")
    box.focus()
    page.keyboard.type("Can you help, @")
    expect(page.get_by_role("listbox", name="Colleagues")).to_be_visible()
    assert_accessible(page)
    page.keyboard.press("Enter")
    name = desk.opened.member.name
    expect(box).to_have_value(f"Can you help, @{name} ")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#toasts")).to_contain_text("Comment added.")
    expect(page.locator("#lead-timeline")).to_contain_text(f"Can you help, @{name}")
    assert now(desk, Comment, mentions=[desk.opened.member.public_id])
    page.locator("#lead-timeline").get_by_role("button", name="Edit").first.click()
    page.locator("#lead-dialog").get_by_role("button", name="Remove").click()
    expect(page.locator("#lead-timeline")).not_to_contain_text("Can you help")


def test_a_call_and_the_next_step_in_two_clicks(page: Page, desk: SimpleNamespace) -> None:
    see_lead(page, desk)
    page.locator("#composer").get_by_text("No answer", exact=True).click()
    page.locator("#composer").get_by_role("button", name="Call tomorrow").click()
    expect(page.locator("#toasts")).to_contain_text("Call logged. Call them on")
    expect(page.locator("#lead-next")).to_contain_text("Call Jonas Weidmann")
    page.locator("#composer").get_by_role("button", name="Book a meeting").click()
    expect(page.get_by_role("dialog", name="Schedule a meeting")).to_be_visible()


@pytest.fixture
def phone(browser: Browser) -> Iterator[Page]:
    """390 px, by touch."""
    context = browser.new_context(
        viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True, reduced_motion="reduce"
    )
    yield context.new_page()
    context.close()


def test_a_lead_by_touch(phone: Page, desk: SimpleNamespace, tmp_path: Any) -> None:
    see_lead(phone, desk)
    side = phone.locator(".lead-side")
    side.get_by_role("button", name="Attach a document").tap()
    offer = tmp_path / "offer.pdf"
    offer.write_bytes(b"%PDF-1.7")
    phone.get_by_label("Document", exact=True).set_input_files(offer)
    phone.locator("#lead-dialog").get_by_role("button", name="Attach a document").tap()
    expect(side.get_by_role("link", name="offer.pdf")).to_be_visible()
    assert now(desk, File, name="offer.pdf")
    side.get_by_role("button", name="Schedule a meeting").tap()
    phone.get_by_label("When").fill("2030-03-12T09:00")
    phone.locator("#lead-dialog").get_by_role("button", name="Schedule a meeting").tap()
    expect(side).to_contain_text("Tue 12 Mar, 09:00")
    assert now(desk, Meeting, starts_at__year=2030)
    side.get_by_role("button", name="Following").tap()
    expect(side.get_by_role("button", name="Follow", exact=True)).to_be_visible()
    assert not now(desk, Follower)
    phone.locator("#lead-next").get_by_label("Put off or change: Send the offer").tap()
    phone.get_by_role("button", name="In a week, 9:00").locator("visible=true").tap()
    expect(phone.locator("#toasts")).to_contain_text("Put off until")
    phone.locator("#toasts").get_by_role("button", name="Undo").last.tap()
    expect(phone.locator("#toasts")).to_contain_text("Undone: Put off: Send the offer")
    assert now(desk, Task, title="Send the offer", due_at__lte=clock.now())


def test_today_by_keyboard_then_by_touch(page: Page, phone: Page, desk: SimpleNamespace) -> None:
    see(page, desk, desk.today)
    tasks = page.locator("section", has=page.locator("#tasks"))
    expect(tasks).to_contain_text("Send the offer")
    assert_good(page, "today-desk")
    for _ in range(12):  # J walks to the task, X does it
        page.keyboard.press("j")
        if "Send the offer" in page.evaluate("document.activeElement.closest('[data-row]')?.innerText ?? ''"):
            break
    page.keyboard.press("x")
    expect(page.locator("#toasts")).to_contain_text("Done: Send the offer")
    expect(tasks).not_to_contain_text("Send the offer")  # the next is due in a week
    page.keyboard.press("z")
    expect(tasks).to_contain_text("Send the offer")
    see(phone, desk, desk.today)
    phone.get_by_label("Put off or change: Send the offer").tap()
    phone.get_by_role("button", name="Tomorrow, 9:00").locator("visible=true").tap()
    expect(phone.locator("section", has=phone.locator("#tasks"))).not_to_contain_text("Send the offer")
    phone.get_by_role("button", name="Done: Map the stakeholders").tap()
    expect(phone.locator("#toasts")).to_contain_text("Done: Map the stakeholders")
    assert now(desk, Task, title="Map the stakeholders", done_at__isnull=False)


def test_the_history_of_every_field_is_good(page: Page, desk: SimpleNamespace) -> None:
    with scope(desk.opened.account):
        Lead.objects.with_people().get().change({"headcount": "180", "budget": SCRIPT}, by=desk.opened.member.by)
    see_lead(page, desk)
    page.get_by_label("More: task, stakeholder, disqualify").click()
    page.get_by_role("button", name="History of every field").click()
    dialog = page.get_by_role("dialog", name="History")
    expect(dialog).to_contain_text("180")
    assert_good(page, "history")
    dialog.get_by_label("Field").select_option(label="Budget")
    expect(page.get_by_role("dialog", name="History")).not_to_contain_text("180")


def test_the_calendars_page_is_good(page: Page, desk: SimpleNamespace) -> None:
    see(page, desk, desk.today.replace("/today/", "/calendar/"))
    page.get_by_role("button", name="Make an address").click()
    expect(page.get_by_label("Address of your calendar")).to_have_value(re.compile(r"/calendar/.{40,}\.ics$"))
    assert_good(page, "calendar")


def test_the_team_is_good(page: Page, desk: SimpleNamespace) -> None:
    with scope(desk.opened.account):
        source = Source.objects.get(name="Website")
        orphan = capture(
            {"name": SCRIPT, "email": "x@orphan.example"}, source=source, channel="form", by=desk.opened.member.by
        )
    drain.drain()
    with scope(desk.opened.account):
        Lead.objects.filter(pk=orphan.lead.pk).update(owner=None)
    see(page, desk, f"{desk.today}?whose=team")
    expect(page.get_by_role("region", name="Load of the team")).to_contain_text("Ada")
    expect(page.locator("#unowned")).to_contain_text("orphan.example")
    assert_good(page, "today-team")
