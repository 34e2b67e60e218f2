"""A visitor of another website: nothing before consent, everything after it, and joined at the form."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from accounts.models import ApiKey
from accounts.roles import Scope
from events import drain
from events.record import SYSTEM
from followups.jobs import reply_instantly
from followups.links import over_us
from followups.models import Message, Template
from leads.models import Form, Lead
from scoring.models import Signal
from tenancy import clock
from tenancy.scope import scope
from tests.browser.elsewhere import website
from tests.factories import a_lead
from workspace.opening import open_account

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_visitor_is_seen_after_consent_and_joined_at_the_form(page: Page, live_server: Any) -> None:
    opened = open_account("Acme", "ada@acme.example", "correct-horse-7-battery")
    pages: dict[str, str] = {"/agree.js": "tollgate('consent')"}
    with website(pages, f"script-src 'self' {live_server.url}") as origin:
        with scope(opened.account):
            form = Form.objects.get()
            Form.objects.update(origins=[origin])
            key = ApiKey.issue("Website", [Scope.SIGNALS_WRITE], by=SYSTEM, origins=[origin])[1]
        tag = f'<!DOCTYPE html><script src="{live_server.url}/t/{key}.js"></script>'
        pages["/pricing"] = tag
        pages["/agree"] = f'{tag}<script src="/agree.js"></script>'
        pages["/ask"] = f'{tag}<body><script src="{live_server.url}/f/{form.public_id}/embed.js"></script>'
        page.goto(f"{origin}/pricing")
        page.wait_for_timeout(300)
        assert page.evaluate("[document.cookie, localStorage.length]") == ["", 0]
        with scope(opened.account):
            assert not Signal.objects.exists()

        for path in ("agree", "pricing"):
            with page.expect_request(re.compile("/t/tgp_[^.]*/$")):
                page.goto(f"{origin}/{path}")
        page.goto(f"{origin}/ask")
        page.get_by_label("Your name").fill("Jonas Weidmann")
        page.get_by_label("E-mail").fill("jonas@kestrel.example")
        page.get_by_label("How can we help?").fill("A quote, please.")
        page.wait_for_timeout(2200)
        page.get_by_role("button", name="Send").click()
        expect(page.get_by_role("status")).to_contain_text("Thank you")
    drain.drain()
    with scope(opened.account):
        lead = Lead.objects.get()
        urls = set(Signal.objects.filter(lead=lead, kind="page_view").values_list("url", flat=True))
    assert urls >= {f"{origin}/agree", f"{origin}/pricing"}


def test_a_visitor_is_joined_by_a_link_in_our_mail_with_earlier_visits(page: Page, live_server: Any) -> None:
    opened = open_account("Acme", "ada@acme.example", "correct-horse-7-battery")
    pages: dict[str, str] = {"/agree.js": "tollgate('consent')"}
    with website(pages, f"script-src 'self' {live_server.url}") as origin:
        with scope(opened.account):
            key = ApiKey.issue("Website", [Scope.SIGNALS_WRITE], by=SYSTEM, origins=[origin])[1]
            lead = a_lead(email="jonas@kestrel.example")
            Template.objects.filter(purpose="instant_reply").update(body=f"See {origin}/offer?from=mail")
            reply_instantly([lead.pk])
            message = Message.objects.get()
            link = re.findall('href="[^"]+(/l/[^"]+)"[^>]*>[^<]', over_us(message))[0]  # not the trap
            Message.objects.update(created_at=clock.now() - timedelta(minutes=5))
        tag = f'<!DOCTYPE html><script src="{live_server.url}/t/{key}.js"></script>'
        pages["/agree"] = pages["/offer"] = f'{tag}<script src="/agree.js"></script>'
        page.set_extra_http_headers({"User-Agent": "Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0"})  # no machine
        to_us = re.compile("/t/tgp_[^.]*/$")
        with page.expect_request(to_us):
            page.goto(f"{origin}/agree")
        with page.expect_response(to_us):
            page.goto(f"{live_server.url}{link}")
        expect(page).to_have_url(f"{origin}/offer?from=mail")  # the ticket is out of sight
    with scope(opened.account):
        seen = set(Signal.objects.filter(lead=lead).values_list("kind", "url", "bot"))
    assert seen >= {
        ("page_view", f"{origin}/agree", False),
        ("email_click", f"{origin}/offer?from=mail", False),
        ("page_view", f"{origin}/offer?from=mail", False),
    }
