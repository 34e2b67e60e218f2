"""Many cards at once: one gate for each, and a word about every refusal."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from django.test import Client

from accounts.models import Member
from leads.models import Lead
from pipeline.bulk import MOST, NOT_YOURS, chosen_deals, move_all
from pipeline.models import Deal, Move
from tenancy.models import Account
from tenancy.scope import scope
from tests.pipeline.deals import a_deal, a_ready_deal, stage

pytestmark = pytest.mark.django_db


@pytest.fixture
def deals(account: Account, cast: SimpleNamespace) -> list[Deal]:
    """Two that may leave the first stage, one that may not, one of Raj's that may."""
    with scope(account):
        return [
            a_ready_deal(cast.rita, company="Kestrel"),
            a_ready_deal(cast.rita, company="Marlowe"),
            a_deal(cast.rita, company="Gable"),
            a_ready_deal(cast.raj, company="Lumen"),
        ]


def send(member: Member, path: str, deals: list[Deal], *, method: str = "post", **values: Any) -> Any:
    client = Client()
    client.force_login(member.user)
    chosen = [f"{deal.public_id}~{deal.version}" for deal in deals]
    headers = {"HX-Request": "true", "HX-Current-URL": "https://x/acme/board/"}
    return getattr(client, method)(f"/acme/board/{path}/", {"chosen": chosen, **values}, headers=headers)


def stages(account: Account) -> dict[str, str]:
    with scope(account):
        return dict(Deal.objects.open().values_list("lead__company__name", "stage__name"))


def test_each_goes_through_the_gate_and_the_refused_are_named_with_what_they_lack(
    account: Account, cast: SimpleNamespace, deals: list[Deal]
) -> None:
    with scope(account):
        to = stage("Discovery")
    answer = send(cast.rita, "moves", deals, stage=to.public_id)
    html = " ".join(answer.content.decode().split())
    assert "3 of 4 moved to Discovery complete." in html
    assert "Missing: Company size is known, A discovery call is scheduled" in html
    assert html.count("refusals") == 1
    assert deals[2].public_id in answer["HX-Trigger-After-Settle"]
    assert deals[0].public_id not in answer["HX-Trigger-After-Settle"]
    assert html.count(f'data-into="{to.public_id}"') == 1
    assert all(f'id="deal-{deal.public_id}"' in html for deal in deals)
    assert stages(account) == {
        "Kestrel": to.name,
        "Marlowe": to.name,
        "Lumen": to.name,
        "Gable": "Initial interest",
    }
    with scope(account):
        assert Move.objects.count() == 3


def test_without_a_refusal_a_toast_is_enough(account: Account, cast: SimpleNamespace, deals: list[Deal]) -> None:
    with scope(account):
        to = stage("Discovery").public_id
    answer = send(cast.rita, "moves", deals[:1], stage=to)
    assert "1 deal moved to Discovery complete." in answer["HX-Trigger-After-Settle"]
    assert "<dialog" not in answer.content.decode()


def test_who_looks_at_an_older_board_overrules_nobody(
    account: Account, cast: SimpleNamespace, deals: list[Deal]
) -> None:
    with scope(account):
        there, back = stage("Discovery"), stage("Initial")
        deals[0].move(there, by=cast.raj.by)
        deals[0].version = 1  # as Rita's board still has it
        deals[1].lose(by=cast.raj.by, reason="Price")
        deals[1].version = 2
        outcomes = move_all(
            chosen_deals([f"{deal.public_id}~{deal.version}" for deal in deals[:2]]), back, by=cast.rita.by
        )
    assert {one.title: one.why[:7] for one in outcomes} == {"Kestrel": "Somebod", "Marlowe": "It is i"}
    assert stages(account)["Kestrel"] == there.name


def test_disqualifying_many_takes_one_reason(account: Account, cast: SimpleNamespace, deals: list[Deal]) -> None:
    asked = send(cast.rita, "disqualification", deals, method="get").content.decode()
    assert "Disqualify 4 deals" in asked
    assert asked.count('name="chosen"') == 4
    wrong = send(cast.rita, "disqualification", deals, reason="Because")
    assert wrong.status_code == 422
    done = send(cast.rita, "disqualification", deals[:3], reason="No budget")
    assert "3 deals disqualified." in done["HX-Trigger-After-Settle"]
    with scope(account):
        said = Lead.objects.filter(status="disqualified").values_list("disqualified_reason", flat=True)
        assert list(said) == ["No budget"] * 3


def test_a_rep_passes_on_the_own_ones_and_a_manager_all(
    account: Account, cast: SimpleNamespace, deals: list[Deal]
) -> None:
    asked = send(cast.rita, "assignment", deals, method="get").content.decode()
    assert "Pass on 4 leads" in asked
    assert 'action="/acme/board/assignment/"' in asked
    form = {"owner": cast.max.public_id, "reason": "workload"}
    reasons = asked.split('name="reason"')[1:]
    form["reason"] = reasons[-1].partition('value="')[2].partition('"')[0]
    mine = send(cast.rita, "assignment", [deals[0], deals[3]], **form)
    assert "1 of 2 passed on." in mine.content.decode()
    assert NOT_YOURS.partition(" a manager")[0] in mine.content.decode().replace("&#x27;", "’")
    all_ = send(cast.max, "assignment", [deals[1], deals[3]], **form)
    assert "2 deals passed on." in all_["HX-Trigger-After-Settle"]
    with scope(account):
        owners = dict(Lead.objects.values_list("company__name", "owner__name"))
    assert owners == {"Kestrel": "Max", "Marlowe": "Max", "Gable": "Rita", "Lumen": "Max"}


@pytest.mark.parametrize("path", ["moves", "disqualification", "assignment"])
def test_marketing_chooses_in_vain(account: Account, cast: SimpleNamespace, deals: list[Deal], path: str) -> None:
    with scope(account):
        to = stage("Discovery").public_id
    assert send(cast.mo, path, deals, stage=to, reason="No budget").status_code == 403
    assert set(stages(account).values()) == {"Initial interest"}


@pytest.mark.parametrize(
    "said", [[], ["nonsense"], ["dea_x~1"], ["\x00~\x00"], ["~"], ["lead_01M8PCBYG5F0YT62XBX5SA3D28"]]
)
def test_strange_ids_are_nobody(account: Account, cast: SimpleNamespace, deals: list[Deal], said: list[str]) -> None:
    with scope(account):
        assert chosen_deals(said) == []


def test_no_more_than_a_hundred_at_once(account: Account, deals: list[Deal]) -> None:
    with scope(account):
        said = ["dea_x"] * MOST + [deals[0].public_id]
        assert chosen_deals(said) == []
        assert [one.version for one in chosen_deals([f"{deals[0].public_id}~x"])] == [None]


def test_nobody_moves_what_is_another_accounts(
    account: Account, cast: SimpleNamespace, eve: Member, deals: list[Deal]
) -> None:
    client = Client()
    client.force_login(eve.user)
    with scope(eve.account):
        from pipeline import templates

        templates.install("it_services")
        to = stage("Discovery").public_id
    answer = client.post(
        "/globex/board/moves/",
        {"chosen": [deal.public_id for deal in deals], "stage": to},
        headers={"HX-Request": "true"},
    )
    assert "0 deals moved" in answer["HX-Trigger-After-Settle"]
    assert set(stages(account).values()) == {"Initial interest"}
