"""The board between walls: its columns, sums and tabs count what its reader sees, and many at once are what he sees."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.test import Client
from django.urls import set_urlconf

from accounts.models import Member
from accounts.sight import sight_of
from leads.models import Lead
from pipeline.board import Board, all_stages, stages_of
from pipeline.closing import reopen
from pipeline.following import follow
from pipeline.models import Deal, Move, Stage
from pipeline.recent import last_move
from tenancy import clock
from tenancy.ids import public_id, uuid7
from tenancy.models import Account
from tenancy.scope import scope
from tenancy.sight import seeing
from tests.factories import in_team
from tests.pipeline.deals import a_deal, a_ready_deal, stage

pytestmark = pytest.mark.django_db


@pytest.fixture
def deals(account: Account, cast: SimpleNamespace) -> dict[str, Deal]:
    """Rita's of the north; Raj's of the south, Max's without a team; nobody's."""
    with scope(account):
        in_team(cast.rita, "North")
        in_team(cast.raj, "South")
        facts: dict[str, dict[str, Any]] = {
            "Kestrel": {"owner": cast.rita, "value": 1000, "tier": "urgent"},
            "Marlowe": {"owner": cast.rita, "value": 2000, "tier": "low"},
            "Lumen": {"owner": cast.raj, "value": 4000, "tier": "high"},
            "Gable": {"owner": cast.max, "value": 8000, "tier": "low"},
            "Orphan": {"owner": cast.max, "value": 16000, "tier": "urgent"},
        }
        made = {name: a_ready_deal(company=name, **said) for name, said in facts.items()}
        made["Orphan"].lead.__class__.objects.filter(pk=made["Orphan"].lead_id).update(owner=None)
        Deal.objects.filter(pk=made["Orphan"].pk).update(owner=None)
        return made


@pytest.fixture(autouse=True)
def _inside() -> Iterator[None]:
    """Links are made as on a page of the account."""
    set_urlconf("config.account_urls")
    yield
    set_urlconf(None)


def board_of(member: Member, query: dict[str, str] | None = None) -> Board:
    with seeing(sight_of(member.account, member)):
        return Board(stages_of("", all_stages()), member, query or {}, views=True)


def shown(board: Board) -> dict[str, Any]:
    """The first column: its names, count, worth; the whole and the tabs."""
    column = board.columns()[0]
    totals = board.totals
    return {
        "names": {card["title"] for card in column["cards"]},
        "count": column["count"],
        "worth": sum(board.sums[board.stages[0].pk].value.values()) // 100,
        "open": totals["open"],
        "all": totals["all"],
        "tabs": {name: board.by_view[name] for name in ("", "mine", "hot")},
    }


def test_columns_sums_and_tabs_are_those_of_what_is_seen(
    in_scope: Account, cast: SimpleNamespace, deals: dict[str, Deal]
) -> None:
    assert shown(board_of(cast.raj)) == {
        "names": {"Lumen", "Gable", "Orphan"},
        "count": 3,
        "worth": 28000,
        "open": 3,
        "all": 3,
        "tabs": {"": 3, "mine": 1, "hot": 2},
    }
    assert shown(board_of(cast.max))["worth"] == 31000
    assert shown(board_of(cast.max))["tabs"] == {"": 5, "mine": 1, "hot": 3}


def test_who_sees_a_part_of_a_stage_is_told_that_its_limit_counts_the_rest(
    client: Client, account: Account, cast: SimpleNamespace, deals: dict[str, Deal]
) -> None:
    with scope(account):
        Stage.objects.filter(pk=stage("Discovery").pk).update(wip=1)
        deals["Kestrel"].move(stage("Discovery"), by=cast.rita.by)
    for member, told in ((cast.raj, True), (cast.max, False)):
        client.force_login(member.user)
        board = client.get("/acme/board/").content.decode()
        assert ("Deals of other teams count to the 1, too" in board) is told
        with scope(account):
            lumen, to = Deal.objects.get(pk=deals["Lumen"].pk), stage("Discovery").public_id
        asked = {"stage": to, "version": lumen.version}
        refused = client.post(f"/acme/deals/{lumen.public_id}/moves/", asked, headers={"HX-Request": "true"})
        assert refused.status_code == 422
        assert "Discovery complete is full: 1 of 1." in refused.content.decode()
        assert ("Deals of other teams count, too." in refused.content.decode()) is told


@pytest.mark.parametrize(
    ("query", "names", "worth"),
    [
        ({"view": "hot"}, {"Lumen", "Orphan"}, 20000),
        ({"tier": "low"}, {"Gable"}, 8000),
        ({"owner": "none"}, {"Orphan"}, 16000),
        ({"q": "Kestrel"}, set(), 0),
        ({"q": "Lumen"}, {"Lumen"}, 4000),
    ],
)
def test_filters_find_nothing_more(
    in_scope: Account,
    cast: SimpleNamespace,
    deals: dict[str, Deal],
    query: dict[str, str],
    names: set[str],
    worth: int,
) -> None:
    found = shown(board_of(cast.raj, query))
    assert (found["names"], found["count"], found["worth"], found["all"]) == (names, len(names), worth, 3)


def test_a_filter_by_a_hidden_owner_finds_nothing(
    in_scope: Account, cast: SimpleNamespace, deals: dict[str, Deal]
) -> None:
    assert shown(board_of(cast.raj, {"owner": cast.rita.public_id}))["count"] == 0
    assert shown(board_of(cast.max, {"owner": cast.rita.public_id}))["count"] == 2


def test_filters_offer_no_word_of_hidden_leads(
    in_scope: Account, cast: SimpleNamespace, deals: dict[str, Deal]
) -> None:
    for name in ("Kestrel", "Lumen"):
        Lead.objects.filter(pk=deals[name].lead_id).update(product=f"What {name} wants")
    offered = {}
    for member in (cast.max, cast.raj):
        with seeing(sight_of(in_scope, member)):
            offered[member] = board_of(member).names.products
    assert offered == {cast.max: ["What Kestrel wants", "What Lumen wants"], cast.raj: ["What Lumen wants"]}


@pytest.mark.parametrize("query", [{}, {"view": "hot"}, {"q": "Kestrel"}])
def test_what_one_follows_is_counted_too(
    in_scope: Account, cast: SimpleNamespace, deals: dict[str, Deal], query: dict[str, str]
) -> None:
    before = shown(board_of(cast.raj, query))
    follow(deals["Kestrel"].lead, cast.raj)
    after = shown(board_of(cast.raj, query))
    assert after["names"] == before["names"] | {"Kestrel"}
    assert (after["count"], after["worth"]) == (before["count"] + 1, before["worth"] + 1000)
    assert after["tabs"] == {"": 4, "mine": 1, "hot": 3}


def test_what_is_over_is_counted_by_the_same_rule(
    in_scope: Account, cast: SimpleNamespace, deals: dict[str, Deal]
) -> None:
    for name in ("Kestrel", "Lumen"):
        deals[name].lose(by=cast.max.by, reason="No budget")
    theirs, everybodys = board_of(cast.raj).columns()[-1], board_of(cast.max).columns()[-1]
    assert (theirs["count"], everybodys["count"]) == (1, 2)
    assert [card["title"] for card in theirs["cards"]] == ["Lumen"]
    reopen(deals["Kestrel"], by=cast.max.by)


def test_stalled_and_owed_count_what_is_seen(in_scope: Account, cast: SimpleNamespace, deals: dict[str, Deal]) -> None:
    late = clock.now() - timedelta(days=1)
    Deal.objects.update(limit_at=late, owed_by=late.date())
    tabs = board_of(cast.raj).by_view
    assert (tabs["stalled"], tabs["owed"]) == (3, 3)


def test_the_card_of_a_lead_that_went_out_of_sight_leaves_though_its_deal_follows_later(
    in_scope: Account, cast: SimpleNamespace, deals: dict[str, Deal]
) -> None:
    lead = deals["Lumen"].lead
    type(lead).objects.filter(pk=lead.pk).update(owner=cast.rita)
    with seeing(sight_of(in_scope, cast.raj)):
        changed = board_of(cast.raj).changed("lead_id", [lead.pk])
    assert (changed["gone"], changed["left"]) == ([], [lead.public_id])


def test_a_lead_that_is_hidden_and_one_that_is_not_there_bring_the_same_answer(
    account: Account, cast: SimpleNamespace, deals: dict[str, Deal]
) -> None:
    raj, hidden = Client(), deals["Kestrel"]
    raj.force_login(cast.raj.user)

    def answer(lead: str) -> str:
        page = {"HX-Request": "true", "HX-Current-URL": "https://x/acme/board/"}
        html = raj.get(f"/acme/board/cards/?leads={lead}", headers=page).content.decode()
        assert hidden.public_id not in html
        return html.replace(lead, "")

    assert answer(hidden.lead.public_id) == answer(public_id("lead", uuid7()))
    assert "Lumen" in answer(deals["Lumen"].lead.public_id)


@pytest.mark.parametrize("view", ["mine", "hot"])
def test_what_is_in_sight_and_not_of_the_view_leaves_by_its_deal(
    in_scope: Account, cast: SimpleNamespace, deals: dict[str, Deal], view: str
) -> None:
    asked = [deals[name].lead_id for name in ("Gable", "Lumen", "Kestrel")]
    with seeing(sight_of(in_scope, cast.raj)):
        changed = board_of(cast.raj, {"view": view}).changed("lead_id", asked)
    assert changed["gone"] == [deals["Gable"].public_id]
    assert changed["left"] == [deals["Kestrel"].lead.public_id]
    assert [card["title"] for column in changed["columns"] for card in column["cards"]] == ["Lumen"]


def test_the_foot_of_the_board_tells_of_moves_in_sight(
    in_scope: Account, cast: SimpleNamespace, deals: dict[str, Deal]
) -> None:
    deals["Lumen"].move(stage("Discovery"), by=cast.raj.by)
    deals["Kestrel"].move(stage("Discovery"), by=cast.rita.by)
    assert "Kestrel" in last_move()
    with seeing(sight_of(in_scope, cast.raj)):
        assert "Lumen" in last_move()


def send(member: Member, path: str, deals: list[Deal], **values: Any) -> Any:
    client = Client()
    client.force_login(member.user)
    headers = {"HX-Request": "true", "HX-Current-URL": "https://x/acme/board/"}
    return client.post(
        f"/acme/board/{path}/", {"chosen": [deal.public_id for deal in deals], **values}, headers=headers
    )


def test_many_at_once_leave_hidden_ones_alone(account: Account, cast: SimpleNamespace, deals: dict[str, Deal]) -> None:
    hidden, seen = deals["Kestrel"], deals["Lumen"]
    with scope(account):
        to = stage("Discovery").public_id
    answers = [
        send(cast.raj, "moves", [hidden], stage=to),
        send(cast.raj, "disqualification", [hidden], reason="Not a customer of ours"),
        send(cast.raj, "assignment", [hidden], owner=cast.raj.public_id, reason="handover"),
        send(cast.raj, "moves", [hidden, seen], stage=to),
    ]
    assert all("Kestrel" not in answer.content.decode() for answer in answers)
    assert "1 deal moved" in answers[3]["HX-Trigger-After-Settle"]
    with scope(account):
        kept = Deal.objects.select_related("lead").get(pk=hidden.pk)
        assert (kept.status, kept.lead.status, kept.lead.owner_id) == ("open", "open", cast.rita.pk)
        assert Move.objects.get().deal_id == seen.pk


def test_a_new_deal_stands_in_its_teams_sums_at_once(
    in_scope: Account, cast: SimpleNamespace, deals: dict[str, Deal]
) -> None:
    a_deal(cast.raj, company="Fresh")
    a_deal(cast.rita, company="Not theirs")
    assert shown(board_of(cast.raj))["count"] == 4
