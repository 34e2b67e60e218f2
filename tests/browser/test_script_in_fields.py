"""Script in every field that a stranger fills in: no page that shows it ever runs it."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

import pytest
from playwright.sync_api import Browser, Page

from events import drain
from events.record import PROSPECT
from leads.capture import capture
from leads.models import Form, Lead, Source
from leads.vocabulary import FACTS
from tenancy.scope import scope
from tests.browser.elsewhere import website
from tests.browser.served import sign_in
from workspace.opening import Opened, open_account

pytestmark = pytest.mark.django_db(transaction=True)
TRAP = "window.ran=1"
CORPUS = (
    f"<script>{TRAP}</script>",
    f"<img src=x onerror={TRAP}>",
    f'"><svg/onload={TRAP}>',
    f"' autofocus onfocus={TRAP} x='",
    f"</textarea></title></option></select><script>{TRAP}</script>",
    f"javascript:{TRAP}//",
    f"{{{{constructor.constructor('{TRAP}')()}}}}{{% debug %}}",
    f"\u2028</script><iframe srcdoc='<script>parent.ran=1</script>'>`${{{TRAP}}}`",
)
PAGES = ("leads/", "intake/", "intake/?view=spam", "board/", "", "search/?q=script", "settings/forms/", "leads/new/")


@pytest.fixture
def opened(transactional_db: None) -> Opened:
    return open_account("Acme", "ada@acme.example", "correct-horse-7-battery")


def ran(page: Page) -> bool:
    page.wait_for_timeout(150)
    return bool(page.evaluate("Boolean(window.ran)"))


def test_no_page_of_ours_runs_what_a_stranger_wrote(browser: Browser, live_server: Any, opened: Opened) -> None:
    with scope(opened.account):
        source = Source.objects.get(name="Website")
        Form.objects.update(
            fields=[{"field": name, "label": CORPUS[1], "help": CORPUS[0]} for name in ("name", "email")]
        )
        form = Form.objects.get()
        Form.objects.update(title=CORPUS[4][:120], intro=CORPUS[2], consent_text=CORPUS[3], thanks=CORPUS[0])
        for number, evil in enumerate(CORPUS):
            facts: dict[str, Any] = {name: evil for name in FACTS if name not in ("email", "external_id")}
            facts |= {"email": f"n{number}@x.example", "custom": {evil: evil}, "utm_source": evil}
            capture(facts, source=source, channel="form", by=PROSPECT, spam=evil if number % 3 == 2 else "")
    drain.drain()
    with scope(opened.account):
        leads = [f"leads/{lead.public_id}/" for lead in Lead.objects.all()]
    page = browser.new_page()
    sign_in(page, live_server, opened.user)
    for address in (*PAGES, *leads, f"settings/forms/{form.public_id}/"):
        page.goto(f"{live_server.url}/acme/{address}")
        assert not ran(page), address
    for evil in CORPUS:
        page.goto(f"{live_server.url}/f/{form.public_id}/?{urlencode({'name': evil, 'utm_source': evil})}")
        assert not ran(page), evil
        page.get_by_role("button").click()
        assert not ran(page), evil
    page.close()


def test_an_embedded_form_runs_nothing_of_its_words(browser: Browser, live_server: Any, opened: Opened) -> None:
    page = browser.new_page()
    for evil in CORPUS:
        with scope(opened.account):
            words = {"title": evil[:120], "intro": evil, "consent_text": evil, "thanks": evil, "button": evil[:40]}
            Form.objects.update(
                fields=[{"field": "name", "label": evil, "help": evil, "choices": [evil, "b"]}], **words
            )
            form = Form.objects.get()
        script = f'<script src="{live_server.url}/f/{form.public_id}/embed.js"></script>'
        with website({"/": f"<!DOCTYPE html><body>{script}"}) as origin:  # without any policy
            page.goto(origin)
            page.get_by_role("button").wait_for()
            assert not ran(page), evil
    page.close()
