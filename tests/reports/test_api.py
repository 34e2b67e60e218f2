from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client

from accounts.roles import Scope
from reports.catalogue import REPORTS
from tenancy import clock
from tenancy.models import Account
from tenancy.scope import scope
from tests.factories import a_key
from tests.reports.golden import APRIL, World, golden_world

MARCH = "from=2026-03-01&to=2026-04-01"


@pytest.fixture
def worked(account: Account) -> Iterator[World]:
    with clock.at(APRIL):
        with scope(account):
            world = golden_world(account)
        yield world


@pytest.fixture
def key(account: Account) -> str:
    with scope(account):
        return a_key(Scope.REPORTS_READ)


def read(client: Client, key: str, path: str) -> Any:
    return client.get(f"/api/v1/reports/{path}", headers={"Authorization": f"Bearer {key}"})


def test_golden_funnel(client: Client, worked: World, key: str) -> None:
    body = read(client, key, f"funnel/?{MARCH}").json()

    assert body["period"] == {"from": "2026-03-01", "to": "2026-04-01", "time_zone": "UTC"}
    assert (body["n"], body["still_open"]) == (6, 2)
    assert [(stage["stage"], stage["entered"], stage["conversion"]["rate"]) for stage in body["stages"]] == [
        ("A", 6, 0.6667),
        ("B", 4, 1.0),
        ("C", 4, 0.5),
    ]


def test_golden_velocity(client: Client, worked: World, key: str) -> None:
    body = read(client, key, f"velocity/?{MARCH}").json()

    assert (body["per_day"], body["currency"], body["opportunities"]) == ("4666.67", "EUR", 4)
    assert (body["average_won_value"], body["win_rate"]["rate"], body["mean_cycle_days"]) == ("35000.00", 0.5, 15.0)


def test_golden_lead_funnel_and_time_in_stage(client: Client, worked: World, key: str) -> None:
    steps = {step["step"]: step for step in read(client, key, f"lead-funnel/?{MARCH}").json()["steps"]}
    stages = read(client, key, f"time-in-stage/?{MARCH}").json()["stages"]

    assert steps["opportunity"]["of_captured"]["rate"] == 0.6667
    assert stages[0]["wall_median_seconds"] == 2 * 86_400


def test_csv(client: Client, worked: World, key: str) -> None:
    response = read(client, key, f"funnel/?{MARCH}&format=csv")

    assert response["Content-Type"] == "text/csv; charset=utf-8"
    assert b"".join(response.streaming_content).startswith(b"Stage,Entered")


@pytest.mark.parametrize("name", REPORTS)
def test_empty_account_gets_zeros(client: Client, key: str, name: str) -> None:
    assert read(client, key, f"{name}/").json()["n"] == 0


@pytest.mark.parametrize(
    ("query", "pointer"),
    [
        ("from=yesterday", "/from"),
        ("from=2026-04-01&to=2026-03-01", "/to"),
        ("from=0001-01-01", "/to"),
        ("owner=mem_1", "/owner"),
        ("tier=%00", "/tier"),
        ("product=%00", "/product"),
        ("format=csv&source=x", "/source"),
    ],
)
def test_bad_question_is_400_with_its_pointer(client: Client, key: str, query: str, pointer: str) -> None:
    response = read(client, key, f"funnel/?{query}")

    assert response.status_code == 400
    assert response["Content-Type"] == "application/problem+json"
    assert response.json()["errors"][0]["pointer"] == pointer


def test_unknown_report_is_404(client: Client, key: str) -> None:
    assert read(client, key, "weather/").status_code == 404


def test_key_without_the_scope_is_refused(client: Client, account: Account) -> None:
    with scope(account):
        key = a_key(Scope.LEADS_WRITE)

    assert read(client, key, "funnel/").status_code == 403
    assert client.get("/api/v1/reports/funnel/").status_code == 401
