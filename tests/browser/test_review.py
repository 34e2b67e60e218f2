"""An admin sees that leads drifted from their weights, and puts better ones into a draft; with the keyboard alone."""

from __future__ import annotations

import random
from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from leads.models import Lead, Source
from scoring.models import ScoringVersion
from scoring.review.looking import look
from scoring.versions import live_version
from tenancy import clock
from tenancy.scope import scope
from tests.browser.checks import assert_good
from tests.browser.served import sign_in
from tests.factories import a_lead
from workspace.opening import Opened, open_account

pytestmark = pytest.mark.django_db(transaction=True)
SOURCES = {"Website": 0.1, "Referral": 0.25, "Fair": -0.25}
INDUSTRIES = {"logistics": -0.05, "manufacturing": 0.05, "retail": 0.2, "": -0.1}
TITLES = {"Head of IT": 0.2, "Clerk": -0.1}
SIZES = {8: 0.15, 30: 0.05, 180: -0.2, 1500: 0.0}


@pytest.fixture
def opened(transactional_db: None) -> Opened:
    """A year in which firms of our size bought less than their weights say, and fairs brought nobody of late."""
    opened = open_account("Acme", "ada@acme.example", "correct-horse-7-battery")
    dice, now, leads = random.Random(4), clock.now(), []
    with scope(opened.account):
        ScoringVersion.objects.update(published_at=now - timedelta(days=30))
        firms = {
            (industry, title, size): a_lead(
                industry=industry, job_title=title, headcount=size, country="DE", status="spam"
            )
            for industry in INDUSTRIES
            for title in TITLES
            for size in SIZES
        }
        sources = [Source.objects.get_or_create(name=name, defaults={"kind": "form"})[0] for name in SOURCES]
        for at in range(900):
            source, (kind, firm) = dice.choice(sources), dice.choice(list(firms.items()))
            chance = 0.35 + SOURCES[source.name] + INDUSTRIES[kind[0]] + TITLES[kind[1]] + SIZES[kind[2]]
            closed_at = now - timedelta(days=at * 300 / 900)
            won = dice.random() < chance and not (source.name == "Fair" and at < 250)
            told = {"contact": firm.contact, "company": firm.company, "source": source, "closed_at": closed_at}
            leads.append(Lead(status="won" if won else "lost", captured_at=closed_at - timedelta(days=30), **told))
        Lead.objects.bulk_create(leads)
    return opened


def test_drift_is_seen_and_new_weights_are_previewed_by_keyboard(page: Page, live_server: Any, opened: Opened) -> None:
    with scope(opened.account):
        live = live_version()
    assert live
    look(opened.account, live.pk)
    sign_in(page, live_server, opened.user)
    page.goto(f"{live_server.url}/acme/settings/scoring/")
    page.get_by_role("link", name="Review the weights").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#by-source")).to_contain_text("Less than promised")
    expect(page.get_by_role("row", name="Fair").get_by_role("img")).to_be_visible()
    assert_good(page, "review")

    page.get_by_role("button", name="Put them into a draft").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#preview")).to_contain_text("would change tier")
    page.goto(f"{live_server.url}/acme/settings/scoring/review/")
    expect(page.locator("#earlier")).to_contain_text("put into draft 2")


def test_a_look_shows_how_far_it_is_and_the_page_comes_anew(page: Page, live_server: Any, opened: Opened) -> None:
    sign_in(page, live_server, opened.user)
    page.goto(f"{live_server.url}/acme/settings/scoring/review/")
    page.get_by_role("button", name="Look again now").click()
    expect(page.locator("#looking")).to_contain_text("You may leave this page.")
    assert_good(page, "review-looking")
    with scope(opened.account):
        live = live_version()
    assert live
    look(opened.account, live.pk)
    expect(page.locator("#found")).to_contain_text("closed leads")
