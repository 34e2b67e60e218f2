from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from django.test import Client

from accounts.roles import Scope
from pipeline.models import Deal, DealStatus
from reports.lost_reasons import NONE, leads_behind, lost_reasons
from tenancy import clock
from tenancy.models import Account
from tenancy.scope import scope
from tests.factories import a_key
from tests.reports.golden import APRIL, World, golden_world, march

NASTY = '=HYPERLINK("http://evil.example")'
SCRIPT = "<script>alert(1)</script>"


@pytest.fixture
def lost(golden: World) -> World:
    """The worked data: 2 and 3 are lost for the price, 2 to Corvid; one more for no reason, one for the time."""
    for number, about in {2: ("Price", "Corvid"), 3: ("Price", "")}.items():
        Deal.objects.filter(pk=golden.deals[number].pk).update(lost_reason=about[0], competitor=about[1])
    for number, reason, day in ((7, "", 5), (8, "Bad timing", 6)):
        golden.deal(
            number,
            70_000 if number == 7 else 5_000,
            [("A", march(2), march(day))],
            status=DealStatus.LOST,
            closed_at=march(day),
            lost_reason=reason,
        )
    return golden


def test_golden_reasons(lost: World) -> None:
    result = lost_reasons(lost.question())
    assert (result.n, result.value_minor) == (4, 125_000_00)
    assert [(one.reason, one.share.part, one.share.whole, one.value_minor) for one in result.reasons] == [
        ("Price", 2, 4, 50_000_00),
        (NONE, 1, 4, 70_000_00),
        ("Bad timing", 1, 4, 5_000_00),
    ]
    assert [(one.competitor, one.to_competitors) for one in result.reasons] == [("Corvid", 1), (None, 0), (None, 0)]


def test_only_what_was_lost_in_the_period_and_still_is(lost: World) -> None:
    Deal.objects.filter(pk=lost.deals[8].pk).place(status=DealStatus.OPEN, closed_at=None)
    Deal.objects.filter(pk=lost.deals[7].pk).place(status=DealStatus.DISQUALIFIED)
    Deal.objects.filter(pk=lost.deals[2].pk).place(closed_at=APRIL)
    assert [(one.reason, one.share.part) for one in lost_reasons(lost.question()).reasons] == [("Price", 1)]


def test_other_currencies_are_left_out_of_the_sum_and_counted(lost: World) -> None:
    Deal.objects.filter(pk=lost.deals[3].pk).update(currency="USD")
    result = lost_reasons(lost.question())
    assert (result.n, result.value_minor, result.foreign_money) == (4, 95_000_00, 1)


def test_each_number_knows_its_leads(lost: World) -> None:
    def behind(part: str | None) -> set[int]:
        ids = set(leads_behind(lost.question(), None, part))
        return {number for number, deal in lost.deals.items() if deal.lead_id in ids}

    assert [behind(part) for part in (None, "Price", NONE, "Weather")] == [{2, 3, 7, 8}, {2, 3}, {7}, set()]


@pytest.fixture
def nasty(account: Account) -> World:
    """Lost for a reason and to a competitor that are a formula and a script."""
    with clock.at(APRIL), scope(account):
        world = golden_world(account)
        for number in (2, 3):
            Deal.objects.filter(pk=world.deals[number].pk).update(
                lost_reason=NASTY, competitor="<script>alert(1)</script>"
            )
    return world


def test_panel_and_csv_show_words_as_words(client: Client, nasty: World, cast: SimpleNamespace) -> None:
    client.force_login(cast.rita.user)
    march_of = "period=custom&first=2026-03-01&last=2026-03-31"
    with clock.at(APRIL):
        text = client.get(f"/golden/reports/lost-reasons/panel/?{march_of}").content.decode()
        file: Any = client.get(f"/golden/reports/lost-reasons.csv?{march_of}")
        rows = b"".join(file.streaming_content).decode()
    assert "Deals lost in the period by the reason that was given" in text
    assert "&lt;script&gt;alert(1)" in text
    assert "<script>alert(1)" not in text
    assert rows.splitlines()[0] == "Reason,Deals lost,Share,Value,Currency,To a competitor,Most often to"
    assert "\"'=HYPERLINK(" in rows


def test_over_rest(client: Client, nasty: World, account: Account) -> None:
    with scope(account):
        key = a_key(Scope.REPORTS_READ)
    path = "/api/v1/reports/lost-reasons/?from=2026-03-01&to=2026-04-01"
    with clock.at(APRIL):
        body = client.get(path, headers={"Authorization": f"Bearer {key}"}).json()
    assert (body["n"], body["value"], body["currency"]) == (2, "50000.00", "EUR")
    assert (body["reasons"][0]["reason"], body["reasons"][0]["share"]["rate"]) == (NASTY, 1.0)
