"""The list of deals: the board's filter as a table, and as a spreadsheet."""

from __future__ import annotations

import csv
import io
import re
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import Member
from pipeline.deal_columns import COLUMNS, USUAL, chosen
from pipeline.deal_list import SIZE
from pipeline.models import Deal
from tenancy.models import Account
from tenancy.scope import scope
from tests.pipeline.deals import a_deal, a_ready_deal, stage, the_pipeline

pytestmark = pytest.mark.django_db


@pytest.fixture
def rita(account: Account, cast: SimpleNamespace) -> Client:
    with scope(account):
        the_pipeline()
    client = Client()
    client.force_login(cast.rita.user)
    return client


def names(client: Client, query: str = "") -> list[str]:
    html = client.get(f"/acme/board/list/{query}").content.decode()
    return re.findall(r"data-open>([^<]+)</a>", html)


def table(client: Client, query: str = "") -> list[list[str]]:
    response: Any = client.get(f"/acme/board/list/csv/{query}")
    assert response["Content-Type"] == "text/csv; charset=utf-8"
    return list(csv.reader(io.StringIO(b"".join(response.streaming_content).decode())))


def test_it_shows_what_the_board_shows_as_open(account: Account, cast: SimpleNamespace, rita: Client) -> None:
    with scope(account):
        a_deal(cast.rita, company="Kestrel", tier="urgent", value=84000, currency="EUR")
        a_deal(cast.raj, company="Marlowe", tier="low")
        a_deal(cast.rita, company="Gable", tier="urgent").lose(by=cast.rita.by, reason="Price")
    assert names(rita) == ["Marlowe", "Kestrel"]
    assert names(rita, "?tier=urgent") == ["Kestrel"]
    html = " ".join(rita.get("/acme/board/list/?tier=urgent").content.decode().split())
    assert "1 hidden by the filter." in html
    assert "€84k" in html
    assert 'class="tier tier-urgent' in html
    assert 'href="/acme/board/?tier=urgent"' in html


@pytest.mark.parametrize("column", [column for column in COLUMNS if column.order], ids=lambda column: column.name)
def test_every_heading_that_sorts_sorts_both_ways_with_gaps_at_one_end(
    account: Account, cast: SimpleNamespace, rita: Client, column: Any
) -> None:
    with scope(account):
        for number, facts in enumerate([{"value": 5}, {"value": 3}, {}, {"value": 9}]):
            a_deal(cast.rita, company=f"Firm {number}", **facts)
        wanted = list(Deal.objects.order_by(column.order, "id").values_list("lead__company__name", flat=True))
    assert names(rita, f"?sort={column.order}") == wanted
    assert names(rita, f"?sort=-{column.order}") == wanted[::-1]
    html = rita.get(f"/acme/board/list/?sort={column.order}").content.decode()
    if column.name in USUAL:
        assert html.count('aria-sort="ascending"') == 1
        assert f"sort=-{column.order}" in html


@pytest.mark.parametrize("sort", ["opened_at", "-opened_at", "value_minor", "-value_minor"])
def test_pages_go_on_and_back_without_losing_or_repeating_a_deal(
    account: Account, cast: SimpleNamespace, rita: Client, sort: str
) -> None:
    with scope(account):
        for number in range(SIZE + 5):
            a_deal(cast.rita, company=f"Firm {number:02}", **({"value": number % 7} if number % 3 else {}))
    first = rita.get(f"/acme/board/list/?sort={sort}").content.decode()
    onward = re.search(r'href="([^"]*cursor=[^"]*)"', first)
    assert onward
    rest = names(rita, onward[1].replace("&amp;", "&").removeprefix("/acme/board/list/"))
    there = names(rita, f"?sort={sort}")
    assert (len(there), len(rest), len({*there, *rest})) == (SIZE, 5, SIZE + 5)


@pytest.mark.parametrize(
    "query", ["?cursor=nonsense", "?cursor=W10", "?sort=lead__contact__email", "?sort=--value_minor"]
)
def test_nonsense_leads_to_the_list_as_usual(account: Account, cast: SimpleNamespace, rita: Client, query: str) -> None:
    with scope(account):
        a_deal(cast.rita, company="Kestrel")
    answer = rita.get(f"/acme/board/list/{query}", follow=True)
    assert answer.status_code == 200
    assert "Kestrel" in answer.content.decode()


def test_it_takes_the_same_statements_for_any_number(account: Account, cast: SimpleNamespace, rita: Client) -> None:
    def statements() -> int:
        with CaptureQueriesContext(connection) as asked:
            assert rita.get("/acme/board/list/").status_code == 200
        return len(asked)

    with scope(account):
        a_deal(cast.rita, company="Firm")
    statements()
    few = statements()
    with scope(account):
        for number in range(20):
            a_deal(cast.raj if number % 2 else cast.rita, company=f"Firm {number}")
    assert statements() == few


class TestColumns:
    def test_the_choice_is_remembered_for_this_person(
        self, account: Account, cast: SimpleNamespace, rita: Client
    ) -> None:
        with scope(account):
            a_deal(cast.rita, company="Kestrel", product="Backup")
        rita.post("/acme/board/list/columns/", {"column": ["product", "stage", "nonsense"]})
        assert table(rita)[0] == ["Deal", "Stage", "Product"]
        assert "Backup" in rita.get("/acme/board/list/").content.decode()
        raj = Client()
        raj.force_login(cast.raj.user)
        assert len(table(raj)[0]) == len(USUAL)

    @pytest.mark.parametrize("said", [[], ["nonsense"], [None], [3, {}]])
    def test_nothing_known_means_the_usual_ones(self, said: list[Any]) -> None:
        assert [column.name for column in chosen(said)] == list(USUAL)

    def test_the_list_comes_again_with_its_filter(self, rita: Client) -> None:
        headers = {"HX-Request": "true", "HX-Current-URL": "https://x/acme/board/list/?tier=low"}
        answer = rita.post("/acme/board/list/columns/", {"column": ["stage"]}, headers=headers)
        assert answer["HX-Redirect"] == "/acme/board/list/?tier=low"


class TestSpreadsheet:
    def test_all_pages_are_in_it_in_the_order_of_the_list(
        self, account: Account, cast: SimpleNamespace, rita: Client, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("pipeline.deal_list.SLICE", 4)
        with scope(account):
            for number in range(11):
                a_deal(cast.rita, company=f"Firm {number:02}", tier="high" if number % 2 else "low")
        rows = table(rita)
        assert [row[0] for row in rows[1:]] == [f"Firm {number:02}" for number in range(10, -1, -1)]
        assert len(table(rita, "?tier=high&sort=opened_at")) == 1 + 5

    def test_what_a_spreadsheet_would_compute_is_text(
        self, account: Account, cast: SimpleNamespace, rita: Client
    ) -> None:
        evil = ["=cmd|' /C calc'!A0", "+1", "-1", "@SUM(A1)"]
        with scope(account):
            for name in evil:
                a_deal(cast.rita, company=name, name=name)
        cells = {cell for row in table(rita)[1:] for cell in row}
        assert {f"'{name}" for name in evil} <= cells
        assert not set(evil) & cells

    def test_figures_and_times_are_for_machines(self, account: Account, cast: SimpleNamespace, rita: Client) -> None:
        with scope(account):
            deal = a_ready_deal(cast.rita, company="Kestrel", value=84000, currency="EUR")
            deal.move(stage("Discovery"), by=cast.rita.by)
            moved = Deal.objects.get()
        rita.post("/acme/board/list/columns/", {"column": [column.name for column in COLUMNS]})
        heads, row = table(rita)
        said = dict(zip(heads, row, strict=True))
        assert said["Value"] == "84000.00"
        assert said["Currency"] == "EUR"
        assert said["Stage"] == "Discovery complete"
        assert said["In the stage since"] == moved.entered_stage_at.isoformat()
        assert said["Proof owed by"] == ""

    def test_another_accounts_deals_are_not_in_it(
        self, account: Account, cast: SimpleNamespace, rita: Client, eve: Member
    ) -> None:
        with scope(eve.account):
            a_deal(eve, company="Globex secret")
        with scope(account):
            a_deal(cast.rita, company="Kestrel")
        assert [row[0] for row in table(rita)[1:]] == ["Kestrel"]


def test_without_a_pipeline_it_says_so(account: Account, cast: SimpleNamespace) -> None:
    client = Client()
    client.force_login(cast.mo.user)
    assert "No pipeline yet" in client.get("/acme/board/list/").content.decode()
    assert client.get("/acme/board/list/csv/").status_code == 302


@pytest.mark.parametrize("path", ["list/", ""])
def test_script_in_a_deal_is_text(account: Account, cast: SimpleNamespace, rita: Client, path: str) -> None:
    evil = "<img src=x onerror=alert(1)>\"'"
    with scope(account):
        a_deal(cast.rita, company=evil, name=evil, product=evil[:80])
        rita.post("/acme/board/views/", {"name": evil, "shared": "on"})
    rita.post("/acme/board/list/columns/", {"column": [column.name for column in COLUMNS]})
    html = rita.get(f"/acme/board/{path}?q={evil[:5]}&product={evil}").content.decode()
    assert "<img src=x" not in html
    assert "&lt;img src=x" in html
