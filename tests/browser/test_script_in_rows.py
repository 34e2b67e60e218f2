"""Script in every text column there is: no page of an account that shows it ever runs it, even without our CSP."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from playwright.sync_api import Browser, BrowserContext

from events import drain
from leads.models import Inlet, Protocol
from tenancy.scope import scope
from tests.browser.served import sign_in
from tests.factories import a_source
from tests.isolation import world
from tests.isolation.test_walker import ACCOUNT_URLS, PARAMETERS, PLAIN
from tests.isolation.world import TENANT_MODELS, a_row_of, logged_in
from tests.leads.inbound.stage import an_inlet, send
from workspace.opening import Opened, open_account

pytestmark = pytest.mark.django_db(transaction=True)
TRAP = "window.ran=1"
EVIL = (
    f"<img src=x onerror={TRAP}>\"'><svg/onload={TRAP}></textarea></title></option></script>"
    f"<script>{TRAP}</script>' autofocus onfocus={TRAP} x='"
)
# Whatever carries the trap as an attribute was taken for markup, whether it ran or not.
PLANTED = ", ".join(f'[{name}*="window.ran"]' for name in ("onerror", "onload", "onfocus"))
MAIL = (
    f"From: {EVIL} <eve@x.example>\nSubject: {EVIL}\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=x\n\n"
    f"--x\nContent-Type: text/html\n\n<p>{EVIL}</p>\n--x\nContent-Type: application/pdf\n"
    'Content-Disposition: attachment; filename="<img src=x onerror=window.ran=1>.pdf"\n\n%PDF-1.4\n--x--\n'
)


@pytest.fixture
def opened(transactional_db: None, monkeypatch: pytest.MonkeyPatch) -> Opened:
    monkeypatch.setattr(world, "CANARY", EVIL)
    return open_account("Acme", "ada@acme.example", "correct-horse-7-battery")


def send_evil(opened: Opened) -> None:
    """What strangers can send to inlets: JSON, a call, a mail."""
    for protocol in (Protocol.GENERIC, Protocol.CALLS):
        send(an_inlet(opened.account, protocol), {"name": EVIL, "email": "eve@x.example", "phone": "1", EVIL: EVIL})
    inlet = an_inlet(opened.account, Protocol.EMAIL)
    Client().post(f"/in/{inlet.token}/email/", MAIL.encode(), content_type="message/rfc822")
    drain.drain()
    with scope(opened.account):
        Inlet.objects.update(mapping={"name": EVIL[:80]})
        a_source(EVIL[:80], "webhook")


def paths(opened: Opened) -> list[str]:
    """Every page of the account that answers with HTML, once per row of the tables behind it."""
    with scope(opened.account):
        rows = {model.PREFIX: a_row_of(model) for model in TENANT_MODELS}
        payloads = [row.public_id for row in rows["pay"].__class__.objects.all()]
    values = PLAIN | {name: rows[prefix].public_id for name, prefix in PARAMETERS.items()}
    found = [url.path(values) for url in ACCOUNT_URLS if not url.route.startswith("api/")]
    found += [f"settings/received/{public_id}/" for public_id in payloads] + ["intake/?view=spam", "search/?q=img"]
    ada = logged_in(opened.user)
    return [path for path in found if _is_page(ada.get(f"/acme/{path}"))]


def _is_page(response: Any) -> bool:
    html = response.get("Content-Type", "").startswith("text/html")
    return response.status_code == 200 and html and "attachment" not in response.get("Content-Disposition", "")


@pytest.fixture
def context(browser: Browser) -> Any:
    """Without our policy, which would hide that something was let through."""
    context = browser.new_context(bypass_csp=True)
    yield context
    context.close()


def test_no_page_runs_what_stands_in_any_column(context: BrowserContext, live_server: Any, opened: Opened) -> None:
    send_evil(opened)
    page = context.new_page()
    sign_in(page, live_server, opened.user)
    pages = paths(opened)
    assert len(pages) > 40
    for path in pages:
        page.goto(f"{live_server.url}/acme/{path}", wait_until="load")
        ran = page.evaluate("Boolean(window.ran)")
        assert not ran, path
        assert page.locator(PLANTED).count() == 0, path


def test_the_trap_would_be_seen(context: BrowserContext) -> None:
    page = context.new_page()
    page.set_content(f"<p>{EVIL}</p>")
    page.wait_for_function("() => window.ran")
    assert page.locator(PLANTED).count() > 0
