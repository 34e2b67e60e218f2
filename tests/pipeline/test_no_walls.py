"""Who sees and moves what: all of the account, and nobody else (docs/decisions/0021-an-account-has-no-walls.md)."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from django.test import Client

from accounts.models import Member, Team
from pipeline.models import Deal, Move
from tenancy.models import Account
from tenancy.scope import scope
from tests.pipeline.deals import a_ready_deal, stage

pytestmark = pytest.mark.django_db


@pytest.fixture
def ritas(account: Account, cast: SimpleNamespace) -> Deal:
    """A deal of Rita's, who is of another team than Raj."""
    with scope(account):
        for member, name in ((cast.rita, "North"), (cast.raj, "South")):
            Member.objects.filter(pk=member.pk).update(team=Team.objects.create(name=name))
        return a_ready_deal(cast.rita, company="Kestrel")


def pages(account: Account, deal: Deal) -> list[str]:
    return [
        f"/{account.slug}/leads/{deal.lead.public_id}/",
        f"/{account.slug}/deals/{deal.public_id}/gate/?to={deal.stage.public_id}",
    ]


def test_a_colleague_of_another_team_sees_and_moves_it_under_his_own_name(
    client: Client, account: Account, cast: SimpleNamespace, ritas: Deal
) -> None:
    client.force_login(cast.raj.user)
    assert "Kestrel" in client.get(f"/{account.slug}/board/").content.decode()
    assert "Kestrel" not in client.get(f"/{account.slug}/board/?team=mine").content.decode()
    with scope(account):
        to = stage("Discovery").public_id
    moved = client.post(
        f"/{account.slug}/deals/{ritas.public_id}/moves/", {"stage": to}, headers={"HX-Request": "true"}
    )
    assert moved.status_code == 200
    with scope(account):
        assert Move.objects.get().actor_name == "Raj"


def test_nobody_of_another_account_sees_moves_or_guesses_it(
    client: Client, account: Account, cast: SimpleNamespace, eve: Member, ritas: Deal
) -> None:
    client.force_login(eve.user)
    with scope(account):
        to = stage("Discovery").public_id
    for path in pages(account, ritas) + pages(eve.account, ritas):
        assert client.get(path).status_code == 404, path
    guessed = [client.get(path.replace(ritas.public_id[-4:], "0000")) for path in pages(eve.account, ritas)]
    assert [answer.status_code for answer in guessed] == [404, 404], "what is there and what is not look alike"
    for slug in (account.slug, eve.account.slug):
        there = f"/{slug}/deals/{ritas.public_id}/moves/"
        assert client.post(there, {"stage": to}, headers={"HX-Request": "true"}).status_code == 404
    with scope(account):
        assert not Move.objects.exists()
