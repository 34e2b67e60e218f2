from __future__ import annotations

from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any
from unittest.mock import patch

import pytest
from django.db import OperationalError
from django.test import Client
from pytest_django.fixtures import DjangoAssertNumQueries

from reports.catalogue import REPORTS
from tenancy import clock
from tenancy.models import Account
from tenancy.scope import scope
from tests.reports.golden import APRIL, World, golden_world

MARCH = "period=custom&first=2026-03-01&last=2026-03-31"


@pytest.fixture
def rita(client: Client, cast: SimpleNamespace) -> Iterator[Client]:
    """Rita looks at the worked data on 1 April."""
    client.force_login(cast.rita.user)
    with clock.at(APRIL):
        yield client


@pytest.fixture
def worked(account: Account) -> World:
    with scope(account), clock.at(APRIL):
        return golden_world(account)


def panel(client: Client, name: str, query: str = MARCH) -> str:
    response = client.get(f"/golden/reports/{name}/panel/?{query}")
    assert response.status_code == 200
    return " ".join(response.content.decode().split())


def test_page_names_period_and_loads_every_panel(rita: Client, worked: World) -> None:
    text = rita.get(f"/golden/reports/?{MARCH}").content.decode()

    assert "against 1 to 28 Feb 2026" in text
    for name in REPORTS:
        assert f"/golden/reports/{name}/panel/?period=custom&amp;first=2026-03-01" in text


def test_funnel_panel_shows_the_golden_figures_and_its_definition(rita: Client, worked: World) -> None:
    text = panel(rita, "funnel")

    assert "n = 6 deals" in text
    for figure in ("6 entered", "4 entered", "67 %", "100 %", "50 %", "67 % settled.", "2 of 6 are still open"):
        assert figure in text
    assert "Of the deals that entered a stage in the period, the share that ever reached a later one." in text
    assert "A deal that re-enters a stage counts once" in text


def test_velocity_panel_shows_four_terms_and_the_formula(rita: Client, worked: World) -> None:
    text = panel(rita, "velocity")

    assert "€4,667" in text
    assert "4 × €35,000 × 0.5000 ÷ 15.0 = €4,667." in text


def test_lead_funnel_and_time_panels_show_the_golden_figures(rita: Client, worked: World) -> None:
    assert "67 % of captured" in panel(rita, "lead-funnel")
    assert "2.0 d" in panel(rita, "time-in-stage")
    assert "Never" in panel(rita, "response-times")


@pytest.mark.parametrize("name", REPORTS)
def test_panels_of_an_empty_account_say_so(rita: Client, account: Account, name: str) -> None:
    assert "Traceback" not in panel(rita, name)


def test_number_opens_its_leads(rita: Client, worked: World) -> None:
    stage = worked.stages["A"].public_id
    assert f"/golden/reports/funnel/leads/?part=lost&amp;stage={stage}&amp;{MARCH.replace('&', '&amp;')}" in panel(
        rita, "funnel"
    )

    text = rita.get(f"/golden/reports/funnel/leads/?part=lost&stage={stage}&{MARCH}").content.decode()

    assert "Deal 3" in text
    assert "Deal 1" not in text


def test_csv_streams_in_its_own_scope(rita: Client, worked: World) -> None:
    response: Any = rita.get(f"/golden/reports/funnel.csv?{MARCH}")

    lines = b"".join(response.streaming_content).decode().splitlines()
    assert lines[0] == "Stage,Entered,Passed,Lost,Disqualified,Open past limit,Open,Conversion"
    assert [line.split(",")[:3] for line in lines[1:]] == [["A", "6", "4"], ["B", "4", "4"], ["C", "4", "2"]]
    assert response["Content-Disposition"] == 'attachment; filename="funnel-2026-03-01-2026-03-31.csv"'


def test_all_as_csv_holds_every_report(rita: Client, worked: World) -> None:
    response: Any = rita.get(f"/golden/reports/all.csv?{MARCH}")

    text = b"".join(response.streaming_content).decode()
    assert all(report.title in text for report in REPORTS.values())


def test_stage_name_that_is_a_formula_is_defused(rita: Client, worked: World) -> None:
    with scope(worked.account):
        stage = worked.stages["B"]
        stage.name = '=HYPERLINK("http://evil.example")'
        stage.save()

    response: Any = rita.get(f"/golden/reports/funnel.csv?{MARCH}")

    assert "\"'=HYPERLINK(" in b"".join(response.streaming_content).decode()


def test_slow_report_says_so_and_leaves_the_page_alive(rita: Client, worked: World) -> None:
    with patch("reports.views.answers", side_effect=OperationalError("canceling statement due to statement timeout")):
        text = panel(rita, "velocity")

    assert "Velocity took too long" in text
    assert "Try again" in text


@pytest.mark.parametrize(
    "query",
    [
        "period=custom&first=2026-03-31&last=2026-03-01",
        "period=century",
        "tier=platinum",
        "owner=mem_nobody",
        "source=src_1",
    ],
)
def test_impossible_filters_are_no_error(rita: Client, worked: World, query: str) -> None:
    assert rita.get(f"/golden/reports/?{query}").status_code == 200
    assert rita.get(f"/golden/reports/funnel/panel/?{query}").status_code == 404


def test_eve_sees_nothing(client: Client, worked: World, eve: Any) -> None:
    client.force_login(eve.user)

    for path in ("", "funnel/panel/", "funnel/leads/", "funnel.csv"):
        assert client.get(f"/golden/reports/{path}").status_code == 404


def test_page_asks_little_of_the_database(
    rita: Client, worked: World, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_max_num_queries(20):
        rita.get(f"/golden/reports/?{MARCH}")
    with django_assert_max_num_queries(22):
        rita.get(f"/golden/reports/funnel/panel/?{MARCH}")
