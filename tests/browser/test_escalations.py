"""The escalations inbox and the promises in a browser: a manager sees to them, an admin promises."""

from __future__ import annotations

from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from events import drain
from leads.models import Lead
from pipeline import templates
from routing.defaults import publish_default_rules
from routing.models import Breach, SlaPolicy, Timer
from tenancy import clock
from tenancy.scope import scope
from tests.browser.checks import assert_good, screenshot
from tests.browser.served import sign_in
from tests.factories import a_lead
from tests.pipeline.deals import a_ready_deal

pytestmark = pytest.mark.django_db(transaction=True)
LEADS = (
    ("Jonas Weidmann", "Kestrel Logistics", "urgent", 7, "person", "Rita was on shift for 5 min of it.", 2),
    (
        "Petra Falk",
        "Pinecrest Credit Union",
        "high",
        190,
        "capacity",
        "Rita was off shift; everybody else was full.",
        1,
    ),
    ("Dean Marlowe", "Marlowe Freight", "urgent", 30, "calendar", "Nobody was on shift while it waited.", 1),
)


@pytest.fixture
def account(transactional_db: None, cast: SimpleNamespace) -> Any:
    with scope(cast.account):
        publish_default_rules()
        policy, now = SlaPolicy.objects.get(name="Answer within 5 minutes"), clock.now()
        for name, company, tier, minutes, blame, why, windows in LEADS:
            due = now - timedelta(minutes=minutes)
            lead = a_lead(name=name, owner=cast.rita, tier=tier, company=company)
            times = {"started_at": due, "risk_at": due, "due_at": due, "broken_at": due}
            timer = Timer.objects.create(lead=lead, policy=policy, **times)
            Breach.objects.create(
                timer=timer, lead=lead, owner=cast.rita, blame=blame, why=why, windows=windows, broken_at=due
            )
    return cast


def test_max_sees_to_what_is_broken(page: Page, live_server: Any, account: Any) -> None:
    sign_in(page, live_server, account.max.user)
    page.goto(f"{live_server.url}/acme/leads/")
    page.keyboard.press("g")
    page.keyboard.press("e")
    expect(page.get_by_role("heading", level=1)).to_have_text("Escalations")
    assert_good(page, "escalations")
    page.set_viewport_size({"width": 1440, "height": 900})

    page.get_by_role("button", name="Take Petra Falk").press("Enter")
    expect(page.get_by_role("status")).to_contain_text("Petra Falk is yours now.")
    expect(page.get_by_role("listitem").filter(has_text="Petra Falk")).to_have_count(0)

    page.get_by_role("button", name="Wait for Dean Marlowe").click()
    page.get_by_role("dialog").get_by_label("What they were asked").fill("The number of seats")
    assert_good(page, "escalations-wait")
    page.set_viewport_size({"width": 1440, "height": 900})
    page.get_by_role("button", name="Let it wait").click()
    expect(page.get_by_role("listitem").filter(has_text="Dean Marlowe")).to_have_count(0)

    page.get_by_role("button", name="Dismiss Jonas Weidmann").click()
    page.get_by_role("dialog").get_by_role("button", name="Dismiss").click()
    expect(page.get_by_role("dialog").get_by_text("This field is required.")).to_be_visible()
    page.get_by_role("dialog").get_by_label("Why").fill("It was a test")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Every promise is kept")).to_be_visible()
    with scope(account.account):
        assert sorted(Breach.objects.values_list("settled", flat=True)) == ["dismissed", "paused", "taken"]
        assert Lead.objects.get(contact__name="Petra Falk").owner_id == account.max.pk


def test_ada_promises_referrals_an_answer_within_an_hour(page: Page, live_server: Any, account: Any) -> None:
    sign_in(page, live_server, account.ada.user)
    page.goto(f"{live_server.url}/acme/settings/promises/")
    assert_good(page, "settings-promises")
    page.set_viewport_size({"width": 1440, "height": 900})
    page.get_by_role("link", name="Add a promise").click()
    page.get_by_label("Fact").select_option("source_kind")
    page.get_by_label("Value").fill("Referral")
    page.get_by_label("Step 2: what is done").select_option("reassign")
    page.get_by_label("Step 2: when").select_option("1.5")
    assert_good(page, "settings-promise")
    page.set_viewport_size({"width": 1440, "height": 900})
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("heading", name="5. First response within 1 working hour")).to_be_visible()
    with scope(account.account):
        made = SlaPolicy.objects.get(name="First response within 1 working hour")
        assert made.condition == {"all": [{"field": "source_kind", "operator": "is", "value": "referral"}]}
        assert {"at": 1.5, "do": "reassign"} in made.ladder


def test_a_card_dropped_on_a_colleague_asks_why_and_goes_there(page: Page, live_server: Any, account: Any) -> None:
    with scope(account.account):
        templates.install("it_services")
        deal = a_ready_deal(account.rita, company="Northgate Biotech")
    sign_in(page, live_server, account.rita.user)
    page.goto(f"{live_server.url}/acme/board/")
    card, raj = page.locator(f"#deal-{deal.public_id}"), page.locator("[data-owner]").filter(has_text="Raj")
    expect(raj).to_have_count(1)
    start = card.bounding_box()
    assert start
    page.mouse.move(start["x"] + 40, start["y"] + 60)
    page.mouse.down()
    page.mouse.move(start["x"] + 80, start["y"] + 90, steps=6)
    expect(raj).to_be_visible()
    screenshot(page, "board-owners")
    end = raj.bounding_box()
    assert end
    page.mouse.move(end["x"] + 20, end["y"] + 20, steps=12)
    expect(raj.locator("[data-card]")).to_have_count(1)
    page.mouse.up()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_label("To")).to_have_value(account.raj.public_id)
    assert_good(page, "pass-on")
    page.set_viewport_size({"width": 1440, "height": 900})
    dialog.get_by_role("button", name="Wrong territory").click()
    expect(page.get_by_role("status")).to_contain_text("is Raj’s now.")
    with scope(account.account):
        assert Lead.objects.get(pk=deal.lead_id).owner_id == account.raj.pk
    drain.drain_inside()
    page.reload()
    expect(card).to_be_visible()
    card.locator("[data-open]").focus()
    page.keyboard.press("p")
    expect(page.get_by_role("dialog")).to_have_count(0)  # it is not Rita's any more


def test_max_passes_on_what_he_chose_in_the_list(page: Page, live_server: Any, account: Any) -> None:
    sign_in(page, live_server, account.max.user)
    page.goto(f"{live_server.url}/acme/leads/")
    page.get_by_label("Choose Petra Falk").check()
    page.get_by_label("Choose Dean Marlowe").check()
    assert_good(page, "leads-chosen")
    page.set_viewport_size({"width": 1440, "height": 900})
    page.get_by_role("button", name="Pass on").click()
    page.get_by_label("To").select_option(label="Raj")
    page.get_by_role("button", name="Too much on the table").click()
    expect(page.get_by_role("status")).to_contain_text("2 leads passed on.")
    expect(page.get_by_role("row").filter(has_text="Petra Falk")).to_contain_text("Raj")
