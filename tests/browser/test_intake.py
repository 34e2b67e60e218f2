"""The intake queue in a browser: looks, arrives by itself, sorts by keyboard."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from events.record import PROSPECT
from leads.capture import capture
from leads.models import Lead, Silence, Source, Suspicion
from tenancy.scope import scope
from tests.browser.checks import assert_good
from tests.browser.served import sign_in
from workspace.opening import Opened, open_account

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def opened(transactional_db: None) -> Opened:
    return open_account("Acme", "ada@acme.example", "correct-horse-7-battery")


def arrive(opened: Opened, name: str, spam: str = "", **facts: Any) -> None:
    with scope(opened.account):
        source = Source.objects.get(name="Website")
        source.required = ["company", "phone"]
        capture({"name": name, **facts}, source=source, channel="form", by=PROSPECT, spam=spam)


def test_spam_is_restored_and_deleted(page: Page, live_server: Any, opened: Opened) -> None:
    arrive(opened, "Jonas Weidmann", company="Kestrel Logistics", email="jonas@kestrel.example", phone="040")
    arrive(opened, "Casino Bot", spam="It was filled in faster than anybody types.")
    arrive(opened, "Lena Krug", spam="A field that people do not see was filled in.")
    with scope(opened.account):
        jonas, other = Lead.objects.order_by("id")[:2]
        Lead.objects.filter(pk=other.pk).update(status="open")
        Suspicion.objects.create(first=jonas, second=other, confidence=80)
        sentence = "Nothing since 2 March, 09:00; before, something came in 12.5 hours of such a time."
        Silence.objects.create(source=jonas.source, since=jonas.captured_at, sentence=sentence)
    sign_in(page, live_server, opened.user)
    page.goto(f"{live_server.url}/acme/intake/")
    expect(page.get_by_role("row")).to_have_count(4)
    expect(page.get_by_role("link", name="Perhaps known")).to_have_count(2)
    assert_good(page, "intake")
    with scope(opened.account):
        Lead.objects.filter(pk=other.pk).update(status="spam")
        Silence.objects.update(ended_at=jonas.captured_at)
        Suspicion.objects.all().delete()

    page.get_by_role("link", name="Spam folder").click()
    page.get_by_label("Choose Lena Krug").check()
    page.get_by_role("button", name="Restore").click()
    expect(page.get_by_role("status").filter(has_text="1 out of the spam folder")).to_be_visible()
    page.get_by_label("All on this page").focus()
    page.keyboard.press("Space")
    page.get_by_role("button", name="Delete for good").click()
    assert_good(page, "intake-delete")
    page.get_by_role("dialog").get_by_role("button", name="Delete for good").click()

    expect(page.get_by_role("heading", name="No spam")).to_be_visible()
    assert_good(page, "intake-none")
    page.goto(f"{live_server.url}/acme/intake/")
    expect(page.get_by_role("row")).to_have_count(3)


def test_what_arrives_shows_by_itself_unless_rows_are_chosen(page: Page, live_server: Any, opened: Opened) -> None:
    arrive(opened, "Jonas Weidmann")
    sign_in(page, live_server, opened.user)
    page.goto(f"{live_server.url}/acme/intake/")
    told = "document.body.dispatchEvent(new CustomEvent('tollgate:kind-lead.captured'))"
    arrive(opened, "Lena Krug")
    page.evaluate(told)
    expect(page.get_by_role("row", name="Lena Krug")).to_be_visible()

    page.get_by_label("Choose Lena Krug").check()
    arrive(opened, "Mara Holm")
    page.evaluate(told)
    page.wait_for_timeout(300)
    expect(page.get_by_role("row", name="Mara Holm")).to_have_count(0)
    expect(page.get_by_label("Choose Lena Krug")).to_be_checked()
