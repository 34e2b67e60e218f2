"""A form inside somebody else's page, under that page's strict policy; and without any script."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from events import drain
from leads.models import CustomField, Form, Submission
from tenancy import clock
from tenancy.scope import scope
from tests.browser.checks import assert_good, screenshot
from tests.browser.elsewhere import website
from workspace.opening import Opened, open_account

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def opened(transactional_db: None) -> Opened:
    return open_account("Acme", "ada@acme.example", "correct-horse-7-battery")


def the_form(opened: Opened, **columns: Any) -> Form:
    with scope(opened.account):
        Form.objects.update(**columns)
        form: Form = Form.objects.get()
        return form


def page_with(form: Form, server: str) -> str:
    url = f"{server}/f/{form.public_id}/"
    return (
        "<!DOCTYPE html><html lang=en><title>Kestrel</title><h1>Kestrel</h1>"
        f'<script src="{url}embed.js" async></script>'
        f'<noscript><a href="{url}">Contact us</a></noscript></html>'
    )


def fill(page: Page) -> None:
    page.get_by_label("Your name").fill("Jonas Weidmann")
    page.get_by_label("E-mail").fill("jonas@kestrel.example")
    page.get_by_label("How can we help?").fill("A service desk for three sites.")
    page.wait_for_timeout(2200)  # nobody types faster; the time trap says so


def arrived(opened: Opened) -> Submission:
    drain.drain()
    with scope(opened.account):
        found: Submission = Submission.objects.select_related("lead__contact", "lead__owner").get()
        return found


@pytest.mark.parametrize("puzzle", [False, True])
def test_it_is_sent_from_another_origin_under_a_strict_policy(
    page: Page, live_server: Any, opened: Opened, puzzle: bool
) -> None:
    form = the_form(opened, puzzle=puzzle)
    with website({"/it": page_with(form, live_server.url)}, f"script-src 'self' {live_server.url}") as origin:
        the_form(opened, origins=[origin])
        page.goto(f"{origin}/it?utm_source=google&gclid=77")
        page.get_by_label("E-mail").fill("jonas@kestrel")
        page.get_by_role("button", name="Send").click()
        expect(page.get_by_text("Please finish the address")).to_be_visible()
        fill(page)
        page.get_by_role("button", name="Send").click()

        expect(page.get_by_role("status")).to_have_text("Thank you. Somebody will be in touch shortly.")
        assert page.url.startswith(origin)
    stored = arrived(opened)
    assert (stored.spam, stored.lead.owner, stored.lead.contact.name) == ("", opened.member, "Jonas Weidmann")
    assert stored.campaign["utm_source"] == "google"
    assert stored.campaign["landing_page"] == f"{origin}/it?utm_source=google&gclid=77"


def test_the_strictest_policy_still_lets_a_plain_form_through(
    browser: Browser, live_server: Any, opened: Opened
) -> None:
    form, page = the_form(opened), browser.new_page()  # whose console tells of the policy, rightly
    policy = f"default-src 'none'; script-src {live_server.url}"
    with website({"/it": page_with(form, live_server.url)}, policy) as origin:
        page.goto(f"{origin}/it")
        fill(page)
        with page.expect_navigation(url=re.compile("/thanks/")):
            page.evaluate("document.querySelector('div').shadowRoot.querySelector('form').requestSubmit()")
    page.close()
    assert arrived(opened).lead.owner == opened.member


def test_without_javascript_the_link_leads_to_the_form(browser: Browser, live_server: Any, opened: Opened) -> None:
    form = the_form(opened)
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    with website({"/it": page_with(form, live_server.url)}, f"script-src 'self' {live_server.url}") as origin:
        page.goto(f"{origin}/it")
        page.get_by_role("link", name="Contact us").click()
        fill(page)
        page.get_by_role("button", name="Send").click()
        expect(page.get_by_role("heading", name="Thank you")).to_be_visible()
    context.close()
    assert arrived(opened).lead.owner == opened.member


def test_a_plain_form_of_any_website_works_without_javascript(
    browser: Browser, live_server: Any, opened: Opened
) -> None:
    form = the_form(opened)
    html = (
        f'<!DOCTYPE html><form method=post action="{live_server.url}/f/{form.public_id}/">'
        "<label>Name <input name=name></label><label>E-mail <input name=email></label><button>Send</button></form>"
    )
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    with website({"/": html}, "script-src 'self'") as origin:
        page.goto(origin)
        page.get_by_label("Name").fill("Jonas")
        page.get_by_label("E-mail").fill("jonas@kestrel.example")
        page.get_by_role("button").click()
        expect(page.get_by_role("heading", name="Thank you")).to_be_visible()
    context.close()
    assert arrived(opened).lead.contact.email == "jonas@kestrel.example"


def test_the_hosted_page_is_good_and_solves_its_puzzle(page: Page, live_server: Any, opened: Opened) -> None:
    form = the_form(opened, puzzle=True, accent="violet")
    page.goto(f"{live_server.url}/f/{form.public_id}/?utm_source=mail")
    assert_good(page, "form")
    fill(page)
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_role("heading", name="Thank you")).to_be_visible()
    stored = arrived(opened)
    assert (stored.spam, stored.campaign["utm_source"]) == ("", "mail")
    assert stored.received_at <= clock.now()


def test_a_page_that_comes_back_from_memory_takes_a_fresh_puzzle(page: Page, live_server: Any, opened: Opened) -> None:
    form = the_form(opened, puzzle=True)
    page.goto(f"{live_server.url}/f/{form.public_id}/")
    puzzle = page.locator("[data-puzzle]")
    expect(puzzle).to_have_value(re.compile("~"))
    spent = puzzle.input_value()
    page.evaluate("dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true }))")
    expect(puzzle).not_to_have_attribute("data-puzzle", spent.partition("~")[0])
    expect(puzzle).to_have_value(re.compile("~"))
    assert puzzle.input_value() != spent


OWN: dict[str, tuple[str, dict[str, Any]]] = {
    "sites": ("number", {"label": "How many sites?", "required": True}),
    "starts": ("date", {"label": "From when?"}),
    "area": ("choice", {"label": "Which area?", "required": True}),
    "needs": ("choices", {"label": "What of this?"}),
    "vip": ("boolean", {"label": "Is it urgent?", "help": "Then we call today."}),
    "campaign": ("text", {"hidden": True, "value": "spring"}),
}
SAID = {"sites": 3, "area": "North", "needs": ["Backup"], "vip": True, "campaign": "spring"}


def with_own_fields(opened: Opened) -> Form:
    form = the_form(opened)
    with scope(opened.account):
        for key, (kind, _) in OWN.items():
            choices = {"choice": ["North", "South"], "choices": ["Backup", "Desk"]}.get(kind, [])
            CustomField.objects.create(key=key, label=key.title(), type=kind, choices=choices)
    own = [{"field": f"custom.{key}", **spec} for key, (_, spec) in OWN.items()]
    return the_form(opened, fields=[*form.fields, *own])


def answer_wrongly_then_rightly(page: Page) -> None:
    fill(page)
    page.get_by_label("How many sites?").fill("a few")
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_text("A number is wanted here.").last).to_be_visible()
    expect(page.get_by_text("Which area?: please fill this in.").last).to_be_visible()
    expect(page.get_by_label("How many sites?")).to_have_attribute("aria-invalid", "true")
    page.get_by_label("How many sites?").fill("3")
    for box in ("North", "Backup", "Is it urgent?"):
        page.get_by_label(box).check()


def test_own_fields_are_checked_and_sent_from_another_origin(page: Page, live_server: Any, opened: Opened) -> None:
    form = with_own_fields(opened)
    with website({"/it": page_with(form, live_server.url)}, f"script-src 'self' {live_server.url}") as origin:
        the_form(opened, origins=[origin])
        page.goto(f"{origin}/it")
        answer_wrongly_then_rightly(page)
        screenshot(page, "embed-own-fields")
        page.get_by_role("button", name="Send").click()
        expect(page.get_by_role("status")).to_contain_text("Thank you.")
    assert arrived(opened).lead.custom == SAID


def test_own_fields_work_without_javascript_and_look_good(
    page: Page, browser: Browser, live_server: Any, opened: Opened
) -> None:
    form = with_own_fields(opened)
    page.goto(f"{live_server.url}/f/{form.public_id}/")
    assert_good(page, "form-own-fields")
    context = browser.new_context(java_script_enabled=False)
    plain = context.new_page()
    plain.goto(f"{live_server.url}/f/{form.public_id}/")
    answer_wrongly_then_rightly(plain)
    screenshot(plain, "form-own-fields-wrong")
    plain.get_by_role("button", name="Send").click()
    expect(plain.get_by_role("heading", name="Thank you")).to_be_visible()
    context.close()
    assert arrived(opened).lead.custom == SAID
