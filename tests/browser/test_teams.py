"""The admin makes teams and decides who sees a lead; a rep of another team meets the wall."""

from __future__ import annotations

import re
from types import SimpleNamespace
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from accounts.models import Member
from leads.models import Lead
from tenancy.models import Account
from tenancy.scope import scope
from tests.browser.checks import assert_good
from tests.browser.served import sign_in
from tests.factories import an_account, in_team, the_cast
from tests.pipeline.deals import a_ready_deal

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def cast(transactional_db: None) -> SimpleNamespace:
    return the_cast(an_account("acme"))


def test_teams_are_made_beside_the_roles(page: Page, live_server: Any, cast: SimpleNamespace) -> None:
    sign_in(page, live_server, cast.ada.user)
    page.goto(f"{live_server.url}/acme/settings/members/")
    row = page.get_by_role("row", name="Rita")
    row.get_by_label("Team of Rita").fill("North")
    row.get_by_role("button", name="Change").click()
    expect(page.get_by_label("Team of Rita")).to_have_value("North")
    expect(page.locator("#teams option")).to_have_count(1)
    assert_good(page, "teams")
    page.goto(f"{live_server.url}/acme/settings/")
    page.get_by_label("Who sees a lead").select_option("Everybody")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_label("Who sees a lead")).to_have_value("everybody")
    assert_good(page, "who-sees-a-lead")
    assert Account.objects.get(slug="acme").seen_by == "everybody"


@pytest.fixture
def rajs(cast: SimpleNamespace) -> Lead:
    with scope(cast.account):
        in_team(cast.rita, "North")
        in_team(cast.raj, "South")
        lead: Lead = a_ready_deal(cast.raj, company="Lumen", name="Jonas Weidmann").lead
        return lead


def pass_on(page: Page, to: Member) -> None:
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("To").select_option(to.name)
    dialog.get_by_role("button", name=re.compile("hand", re.IGNORECASE)).first.click()


def test_who_gives_his_lead_to_another_team_is_led_to_the_list(
    page: Page, live_server: Any, cast: SimpleNamespace, rajs: Lead
) -> None:
    sign_in(page, live_server, cast.raj.user)
    page.goto(f"{live_server.url}/acme/leads/{rajs.public_id}/")
    page.get_by_role("button", name="Pass on").or_(page.get_by_role("link", name="Pass on")).first.click()
    pass_on(page, cast.rita)
    expect(page).to_have_url(f"{live_server.url}/acme/leads/")
    expect(page.get_by_text("is Rita’s now.")).to_be_visible()
    expect(page.get_by_role("link", name="Jonas Weidmann")).to_have_count(0)
    page.goto(f"{live_server.url}/acme/leads/{rajs.public_id}/")
    expect(page.get_by_role("heading", level=1)).not_to_contain_text("Jonas")


def test_a_rep_who_adds_somebody_of_another_team_is_told_so(
    page: Page, live_server: Any, cast: SimpleNamespace, rajs: Lead
) -> None:
    sign_in(page, live_server, cast.rita.user)
    page.goto(f"{live_server.url}/acme/leads/new/")
    with scope(cast.account):
        address = rajs.contact.email
    page.get_by_label("Work e-mail").fill(address)
    expect(page.get_by_text("Another team works on somebody like this")).to_be_visible()
    assert_good(page, "known-elsewhere")
    page.get_by_role("button", name="Add lead").click()
    expect(page.get_by_text("Already known; its owner has been told.")).to_be_visible()
    with scope(cast.account):
        assert Lead.objects.count() == 1
