import html
import re
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pytest
from django.test import Client

from accounts.models import Member
from leads.models import Lead
from pipeline.models import Deal, Meeting, Stage
from tenancy.models import Account
from tenancy.scope import scope
from tests.pipeline.deals import a_deal, a_ready_deal, criterion, stage, the_deal, the_pipeline

pytestmark = pytest.mark.django_db


def logged_in(member: Any) -> Client:
    client = Client()
    client.force_login(member.user)
    return client


@pytest.fixture
def rita(cast: SimpleNamespace) -> Client:
    return logged_in(cast.rita)


def test_the_board_shows_each_deal_in_its_stage_with_its_meter(
    account: Account, cast: SimpleNamespace, rita: Client
) -> None:
    with scope(account):
        a_deal(cast.rita, company="Kestrel Logistics", value=84000, currency="EUR", tier="urgent")
    page = rita.get("/acme/board/").content.decode()
    assert "Kestrel Logistics" in page
    assert "€84k" in page
    assert "1 of 3 exit criteria met" in page
    assert "1 open" in page


@pytest.mark.parametrize("order", ["attention", "hand", "newest"])
def test_a_column_goes_on_where_it_ended(account: Account, cast: SimpleNamespace, rita: Client, order: str) -> None:
    with scope(account):
        names = [f"Firm {number:02}" for number in range(70)]
        for name in names:
            a_deal(cast.rita, company=name)
        column = f"/acme/board/columns/{stage('Initial').public_id}/"
    first = rita.get(f"{column}?order={order}").content.decode()
    more = html.unescape(first.partition('hx-get="')[2].partition("hx-get=")[2].partition('"')[2].partition('"')[0])
    assert "after=" in more
    rest = rita.get(more).content.decode()
    in_order = names if order == "attention" else names[::-1]
    assert re.findall(r"Firm \d\d</a>", first) == [f"{name}</a>" for name in in_order[:50]]
    assert re.findall(r"Firm \d\d</a>", rest) == [f"{name}</a>" for name in in_order[50:]]


@pytest.mark.parametrize(
    "cursor",
    ["x", "~", "12~dea_x", "2026-01-01~dea_01M8PCBYG5F0YT62XBX5SA3D28", "9" * 40 + "~dea_01M8PCBYG5F0YT62XBX5SA3D28"],
)
@pytest.mark.parametrize("order", ["attention", "hand", "newest"])
def test_a_slice_that_no_slice_named_is_not_found(account: Account, rita: Client, order: str, cursor: str) -> None:
    with scope(account):
        the_pipeline()
        column = f"/acme/board/columns/{stage('Initial').public_id}/"
    wanted = 200 if order == "hand" and cursor.startswith("9") else 404  # a very long rank is a rank
    assert rita.get(f"{column}?order={order}&after={cursor}").status_code == wanted


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ("view=mine", {"Mine"}),
        ("tier=high", {"Mine"}),
        ("q=MINE", {"Mine"}),
        ("score=60", {"Mine"}),
        ("age=day", {"Mine", "Theirs"}),
        ("age=late", set()),
        ("view=owed", set()),
        ("view=hot&tier=low", set()),
        ("tier=nonsense&owner=mem_x&view=what", {"Mine", "Theirs"}),
    ],
)
def test_views_and_filters(account: Account, cast: SimpleNamespace, rita: Client, query: str, shown: set[str]) -> None:
    with scope(account):
        a_deal(cast.rita, company="Mine Ltd", tier="urgent", score=90)
        a_deal(cast.raj, company="Theirs Ltd", tier="low", score=10)
    page = rita.get(f"/acme/board/?{query}").content.decode()
    assert {name for name in ("Mine", "Theirs") if f"{name}</a>" in page or f"{name} Ltd</a>" in page} == shown


def test_it_says_how_many_the_filter_hides(account: Account, cast: SimpleNamespace, rita: Client) -> None:
    with scope(account):
        a_deal(cast.rita, tier="urgent")
        a_deal(cast.raj, tier="low")
        a_deal(cast.raj, tier="low")
    page = rita.get("/acme/board/?tier=high").content.decode()
    assert "2 hidden by the filter" in " ".join(page.split())


def drop(client: Client, deal: Deal, to: str, **values: Any) -> Any:
    with scope(deal.account):
        target: Stage = stage(to)
    return client.post(
        f"/acme/deals/{deal.public_id}/moves/",
        {"stage": target.public_id, "version": deal.version, **values},
        headers={"HX-Request": "true", "HX-Current-URL": "https://x/acme/board/"},
    )


def test_a_drop_through_an_open_gate_answers_with_the_card_in_its_new_column(
    account: Account, cast: SimpleNamespace, rita: Client
) -> None:
    with scope(account):
        deal = a_ready_deal(cast.rita, company="Kestrel")
        target = stage("Discovery").public_id
    response = drop(rita, deal, "Discovery")
    assert response.status_code == 200
    page = response.content.decode()
    assert f'data-into="{target}"' in page
    assert page.count(f'id="deal-{deal.public_id}"') == 1
    with scope(account):
        assert the_deal(deal.lead).stage.name == "Discovery complete"


def test_a_refused_drop_opens_the_dialog_with_exactly_what_is_missing(
    account: Account, cast: SimpleNamespace, rita: Client
) -> None:
    with scope(account):
        deal = a_deal(cast.rita, company="Kestrel")
    response = drop(rita, deal, "Discovery")
    page = " ".join(response.content.decode().split())
    assert response.status_code == 422
    assert "2 things are missing before Kestrel can move" in page
    assert page.count('class="unmet"') == 2
    assert "Contact name is known" in page
    assert "Move anyway" not in page


def test_the_dialog_fills_and_moves_and_keeps_what_was_typed_until_all_is_there(
    account: Account, cast: SimpleNamespace, rita: Client
) -> None:
    with scope(account):
        deal = a_deal(cast.rita)
        size, call = criterion("Company size"), criterion("A discovery call")
    still = drop(rita, deal, "Discovery", **{size: "n/a", f"{call}.starts_at": "2026-03-12T14:00", "again": "1"})
    assert still.status_code == 422
    page = still.content.decode()
    assert 'value="2026-03-12T14:00"' in page
    assert 'aria-invalid="true"' in page
    done = drop(rita, deal, "Discovery", **{size: "51-200", f"{call}.starts_at": "2026-03-12T14:00", "again": "1"})
    assert done.status_code == 200
    with scope(account):
        assert Lead.objects.get(pk=deal.lead_id).stage_name == "Discovery complete"


def test_a_meeting_in_the_dialog_begins_when_the_reader_s_clock_says_so(
    account: Account, cast: SimpleNamespace, rita: Client
) -> None:
    with scope(account):
        Member.objects.filter(pk=cast.rita.pk).update(time_zone="America/New_York")
        deal = a_deal(cast.rita)
        size, call = criterion("Company size"), criterion("A discovery call")
    assert drop(rita, deal, "Discovery", **{size: "51-200", f"{call}.starts_at": "2026-03-12T14:00"}).status_code == 200
    with scope(account):
        assert Meeting.objects.get().starts_at == datetime(2026, 3, 12, 18, tzinfo=UTC)


@pytest.mark.parametrize("colour", ["teal", ""])
def test_a_stage_s_colour_stands_beside_its_name(
    account: Account, cast: SimpleNamespace, rita: Client, colour: str
) -> None:
    with scope(account):
        a_deal(cast.rita)
        Stage.objects.filter(pk=stage("Discovery").pk).update(colour=colour)
    page = rita.get("/acme/board/").content.decode()
    assert page.count('data-stage-colour="teal"') == (2 if colour else 0)  # in the column's head and in its tab


def test_a_manager_may_move_anyway_with_a_reason_and_a_day(account: Account, cast: SimpleNamespace) -> None:
    with scope(account):
        deal = a_deal(cast.rita)
    max_ = logged_in(cast.max)
    assert "Move anyway" in drop(max_, deal, "Discovery").content.decode()
    without = drop(
        max_, deal, "Discovery", **{"override.on": "1", "override.reason": " ", "override.owed_on": "2099-01-01"}
    )
    assert (without.status_code, "Say why it can" in without.content.decode()) == (422, True)
    said = {"override.on": "1", "override.reason": "Board decides Thursday"}
    for day in ("9999-12-31", "0001-01-01", "soon"):  # where calendars end, so do the pages that show it
        refused = drop(max_, deal, "Discovery", **said, **{"override.owed_on": day})
        assert (refused.status_code, "Give the day on which" in refused.content.decode()) == (422, True)
    said["override.owed_on"] = "2099-01-01"
    assert drop(max_, deal, "Discovery", **said).status_code == 200
    with scope(account):
        assert the_deal(deal.lead).gate["owed"] == 2


def test_a_rep_may_not_move_anyway(account: Account, cast: SimpleNamespace, rita: Client) -> None:
    with scope(account):
        deal = a_deal(cast.rita)
    said = {"override.on": "1", "override.reason": "Please", "override.owed_on": "2099-01-01"}
    assert drop(rita, deal, "Discovery", **said).status_code == 403


def test_a_marketer_sees_the_board_and_moves_nothing(account: Account, cast: SimpleNamespace) -> None:
    with scope(account):
        deal = a_ready_deal(cast.rita)
    mo = logged_in(cast.mo)
    assert mo.get("/acme/board/").status_code == 200
    assert drop(mo, deal, "Discovery").status_code == 403
    with scope(account):
        assert the_deal(deal.lead).stage.name == "Initial interest"


def test_a_stale_drop_brings_the_newer_card(account: Account, cast: SimpleNamespace, rita: Client) -> None:
    with scope(account):
        deal = a_ready_deal(cast.rita)
        old = a_copy = the_deal(deal.lead)
        deal.move(stage("Discovery"), by=cast.raj.by)
    response = drop(rita, old, "Technical")
    assert response.status_code == 409
    assert f'id="deal-{a_copy.public_id}"' in response.content.decode()


def test_changed_cards_come_with_the_heads(account: Account, cast: SimpleNamespace, rita: Client) -> None:
    with scope(account):
        deal, other = a_deal(cast.rita, company="Kestrel"), a_deal(cast.rita, company="Marlowe")
        gone = a_deal(cast.rita, company="Gable")
        gone.lose(by=cast.rita.by, reason="Price")
        column = stage("Closed").public_id
    leads = f"{deal.lead.public_id},{gone.lead.public_id},nonsense"
    page = rita.get(f"/acme/board/cards/?leads={leads}", headers={"HX-Request": "true"}).content.decode()
    assert "Kestrel" in page
    assert "Marlowe" not in page
    assert page.partition(f'data-into="{column}"')[2].count("Gable")
    assert other.pk


def test_a_gatepost_opens_the_criteria_of_its_gate(account: Account, rita: Client) -> None:
    with scope(account):
        the_pipeline()
        path = f"/acme/stages/{stage('Closed').public_id}/gate/"
    page = rita.get(path).content.decode()
    assert "A signed agreement is attached" in page
    assert "A review timeline is acknowledged" in page


def test_without_a_pipeline_the_board_says_so(rita: Client) -> None:
    assert "No pipeline yet" in rita.get("/acme/board/").content.decode()


def test_asked_about_an_open_gate_the_dialog_says_so(account: Account, cast: SimpleNamespace, rita: Client) -> None:
    with scope(account):
        deal, to = a_ready_deal(cast.rita, company="Kestrel"), stage("Discovery").public_id
    page = rita.get(f"/acme/deals/{deal.public_id}/gate/?to={to}").content.decode()
    assert "The gate is open for Kestrel" in page
    assert "unmet" not in page
