"""What the board says where there is nothing: first steps, and columns without cards."""

from __future__ import annotations

import re
from types import SimpleNamespace

import pytest
from django.template.loader import render_to_string
from django.test import Client

from accounts.models import Member
from tenancy.models import Account
from tenancy.scope import scope
from tests.pipeline.deals import a_deal, a_ready_deal, stage, the_pipeline

pytestmark = pytest.mark.django_db


def board(member: Member, query: str = "") -> str:
    client = Client()
    client.force_login(member.user)
    return " ".join(client.get(f"/acme/board/{query}").content.decode().split())


def empties(page: str) -> list[str]:
    """What each column says in case that it has no cards."""
    found = re.findall(r'<li class="cards-empty">(.*?)</li>', page)
    return [" ".join(re.sub(r"<[^>]*>", " ", words).split()) for words in found]


@pytest.mark.parametrize(
    ("who", "offered"),
    [
        ("rita", ["Add a first lead"]),
        ("max", ["Add a first lead"]),
        ("mo", ["Add a first lead", "Import a file", "Connect a form"]),
        ("ada", ["Add a first lead", "Import a file", "Connect a form"]),
    ],
)
def test_an_empty_board_offers_what_its_reader_may_do(
    account: Account, cast: SimpleNamespace, who: str, offered: list[str]
) -> None:
    with scope(account):
        the_pipeline()
    page = board(getattr(cast, who))
    acts = page.partition('class="empty-acts"')[2].partition("</div>")[0]
    assert [" ".join(one.split()) for one in re.findall(r"</svg>\s*(.*?)\s*</a>", acts)] == offered
    for address in re.findall(r'href="(/[^"#]*)"', acts):
        client = Client()
        client.force_login(getattr(cast, who).user)
        assert client.get(address).status_code == 200


def test_an_empty_column_says_who_waits_before_its_gate(account: Account, cast: SimpleNamespace) -> None:
    with scope(account):
        a_deal(cast.rita)
        a_deal(cast.raj)
        first = stage("Initial").public_id
    page = board(cast.rita)
    assert empties(page) == [
        "Nothing here now",
        "No deal is behind this gate 2 deals wait in Initial interest. Show them",
        "No deal is behind this gate Nobody waits in Discovery complete either.",
        "No deal is behind this gate Nobody waits in Technical fit confirmed either.",
        "Nothing closed yet What is won or lost this month stands here.",
    ]
    assert f'href="/acme/board/list/?stage={first}"' in page


def test_an_empty_first_column_waits_for_new_deals(account: Account, cast: SimpleNamespace) -> None:
    with scope(account):
        a_ready_deal(cast.rita).move(stage("Discovery"), by=cast.rita.by)
    assert empties(board(cast.rita))[0] == "Nothing here New deals begin in this stage."


def test_one_that_waits_is_one(account: Account, cast: SimpleNamespace) -> None:
    with scope(account):
        a_ready_deal(cast.rita).move(stage("Discovery"), by=cast.rita.by)
    assert empties(board(cast.rita))[2] == "No deal is behind this gate 1 deal waits in Discovery complete. Show them"


def test_a_column_that_a_filter_emptied_blames_the_filter(account: Account, cast: SimpleNamespace) -> None:
    with scope(account):
        a_deal(cast.rita, tier="urgent")
    for query in ("?tier=low", "?view=stalled", "?q=nobody"):
        assert set(empties(board(cast.rita, query))[:4]) == {
            "None of these deals What you look for is not in this stage."
        }, query


def test_large_numbers_are_written_as_people_read_them() -> None:
    totals = {"open": 2107, "value": "€1.28M", "weighted": "€505k"}
    assert "2,107 open" in render_to_string("pipeline/board_totals.html", {"totals": totals})
    column = {"id": "stg_1", "name": "Initial interest", "count": 2095}
    assert "2,095" in render_to_string("pipeline/board.html#head", {"column": column})
