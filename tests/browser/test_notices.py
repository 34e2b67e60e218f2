"""Notices in a browser: the number in the tab, the desktop for who allows it, and the page that sets it all."""

from __future__ import annotations

from datetime import time
from types import SimpleNamespace
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from accounts.models import Member
from events import drain
from events.models import Notification
from leads.models import Lead
from routing.models import NoticeSettings
from routing.reaching import give
from tenancy.scope import scope
from tests.browser.checks import assert_good
from tests.browser.served import sign_in
from tests.factories import a_lead

pytestmark = pytest.mark.django_db(transaction=True)

# A desktop that notes what it is shown, behind a tab that nobody looks at.
DESKTOP = """
window.shown = [];
window.Notification = class extends EventTarget {
  static permission = "default";
  static async requestPermission() { return (Notification.permission = window.answer ?? "granted"); }
  constructor(title, options) { super(); window.shown.push(options.body); }
};
Object.defineProperty(document, "hidden", { get: () => true });
"""
REFRESH = "document.body.dispatchEvent(new CustomEvent('tollgate:refresh'))"


def tell(member: Member, name: str, **columns: Any) -> None:
    with scope(member.account):
        lead: Lead = a_lead(name=name)
        give([Notification(member_id=member.pk, text=f"{name} is yours now.", lead_id=lead.pk, **columns)])


def test_rita_sets_how_she_is_told(page: Page, live_server: Any, transactional_db: None, cast: SimpleNamespace) -> None:
    page.add_init_script(DESKTOP)
    with scope(cast.account):
        NoticeSettings.objects.create(
            member=cast.rita, post_url="https://hooks.slack.example/T0/B0/x", post_error="The webhook answers 503."
        )
    sign_in(page, live_server, cast.rita.user)
    page.goto(f"{live_server.url}/acme/notifications/settings/")
    page.evaluate("window.answer = 'denied'")
    box = page.get_by_label("On the desktop, while Tollgate is open in a tab")
    box.click()
    expect(page.get_by_text("This browser keeps notices away.")).to_be_visible()
    expect(box).not_to_be_checked()
    page.evaluate("window.answer = 'granted'")
    box.click()
    expect(box).to_be_checked()
    page.get_by_label("Quiet from").fill("20:00")
    page.get_by_label("Until").fill("07:30")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Saved.")).to_be_visible()
    assert_good(page, "notice-settings")
    with scope(cast.account):
        kept = NoticeSettings.objects.get()
        assert (kept.desktop, kept.quiet_from, kept.quiet_until) == (True, time(20), time(7, 30))


def test_a_tab_in_the_background_counts_and_tells_the_desktop(
    page: Page, live_server: Any, transactional_db: None, cast: SimpleNamespace
) -> None:
    page.add_init_script(DESKTOP + "Notification.permission = 'granted';")
    with scope(cast.account):
        NoticeSettings.objects.create(member=cast.rita, desktop=True, mail=False)
    sign_in(page, live_server, cast.rita.user)
    page.goto(f"{live_server.url}/acme/today/")
    expect(page.locator("#notifications[data-count='0']")).to_be_attached()
    title = page.title()
    tell(cast.rita, "Jonas")
    page.evaluate(REFRESH)
    expect(page).to_have_title(f"(1) {title}")
    assert page.evaluate("window.shown") == ["Jonas is yours now."]
    tell(cast.rita, "Petra")
    tell(cast.rita, "Dean")
    page.evaluate(REFRESH)
    expect(page).to_have_title(f"(3) {title}")
    assert page.evaluate("window.shown") == ["Jonas is yours now.", "Dean is yours now. And 1 more."]
    page.locator("#notifications summary").click()
    page.get_by_role("button", name="Seen, all of them").click()
    expect(page).to_have_title(title)


def test_a_trial_arrives(page: Page, live_server: Any, transactional_db: None, cast: SimpleNamespace) -> None:
    sign_in(page, live_server, cast.rita.user)
    page.goto(f"{live_server.url}/acme/notifications/settings/")
    page.get_by_role("button", name="Send me a trial").click()
    expect(page.get_by_text("On its way.")).to_be_visible()
    drain.drain()
    with scope(cast.account):
        assert not Notification.objects.get().to_mail
