"""Who sees and moves what: walls between teams, and around the account (docs/decisions/0021-walls-between-teams.md)."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import Member
from accounts.roles import Role
from leads.models import Lead
from pipeline.models import Deal, Move
from tenancy.ids import public_id, uuid7
from tenancy.models import Account, SeenBy
from tenancy.scope import scope
from tests.factories import a_member, in_team
from tests.pipeline.deals import a_ready_deal, stage

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


@pytest.fixture
def ritas(account: Account, cast: SimpleNamespace) -> Deal:
    """A deal of Rita's, who is of another team than Raj."""
    with scope(account):
        in_team(cast.rita, "North")
        in_team(cast.raj, "South")
        return a_ready_deal(cast.rita, company="Kestrel", name="Jonas Weidmann")


def as_member(member: Member) -> Client:
    client = Client()
    client.force_login(member.user)
    return client


def pages(account: Account, deal: Deal) -> list[str]:
    return [
        f"/{account.slug}/leads/{deal.lead.public_id}/",
        f"/{account.slug}/deals/{deal.public_id}/gate/?to={deal.stage.public_id}",
        f"/{account.slug}/api/v1/leads/{deal.lead.public_id}/",
        f"/{account.slug}/api/v1/deals/{deal.public_id}/",
    ]


LISTS = (
    *("board/", "board/list/", "board/list/csv/", "leads/", "leads/?q=kestrel", "search/?q=kestrel", "companies/"),
    *("contacts/", "contacts/?q=jonas", "api/v1/leads/", "api/v1/deals/", "api/v1/companies/", "api/v1/contacts/"),
)


def sees(member: Member, account: Account, deal: Deal) -> bool:
    """Whether a member finds a deal in every list and at its address; that it is all or nothing is asserted."""
    client = as_member(member)
    found = {path: "Kestrel" in body_of(client, f"/{account.slug}/{path}") for path in LISTS}
    found |= {path: client.get(path).status_code == 200 for path in pages(account, deal)}
    assert len(set(found.values())) == 1, found
    return found["board/"]


def body_of(client: Client, path: str) -> str:
    answer: Any = client.get(path)
    return b"".join(answer.streaming_content if answer.streaming else [answer.content]).decode()


def test_a_rep_of_another_team_does_not_see_it(account: Account, cast: SimpleNamespace, ritas: Deal) -> None:
    assert not sees(cast.raj, account, ritas)
    assert sees(cast.rita, account, ritas)


@pytest.mark.parametrize("role", [Role.MANAGER, Role.ADMIN])
def test_who_leads_others_sees_it_from_any_team(account: Account, ritas: Deal, role: Role) -> None:
    with scope(account):
        other = in_team(a_member("Ottilie", role), "South")
    assert sees(other, account, ritas)


def test_marketing_sees_its_status(account: Account, cast: SimpleNamespace, ritas: Deal) -> None:
    with scope(account):
        in_team(cast.mo, "South")
    assert as_member(cast.mo).get(f"/{account.slug}/leads/{ritas.lead.public_id}/").status_code == 200


def test_colleagues_of_the_team_and_reps_without_one_see_it(account: Account, ritas: Deal) -> None:
    with scope(account):
        nora, tess = in_team(a_member("Nora"), "North"), a_member("Tess")
    assert sees(nora, account, ritas)
    assert sees(tess, account, ritas)


def test_what_nobody_owns_everybody_sees(account: Account, cast: SimpleNamespace, ritas: Deal) -> None:
    with scope(account):
        Lead.objects.update(owner=None)
        Deal.objects.update(owner=None)
    assert sees(cast.raj, account, ritas)


def test_what_somebody_without_a_team_owns_everybody_sees(account: Account, cast: SimpleNamespace, ritas: Deal) -> None:
    with scope(account):
        Member.objects.filter(pk=cast.rita.pk).update(team=None)
    assert sees(cast.raj, account, ritas)


def test_an_account_can_do_without_walls(account: Account, cast: SimpleNamespace, ritas: Deal) -> None:
    Account.objects.update(seen_by=SeenBy.EVERYBODY)
    assert sees(cast.raj, account, ritas)
    with scope(account):
        to = stage("Discovery").public_id
    there = f"/{account.slug}/deals/{ritas.public_id}/moves/"
    assert as_member(cast.raj).post(there, {"stage": to}, headers=HTMX).status_code == 200
    with scope(account):
        assert Move.objects.get().actor_name == "Raj"


def test_it_is_neither_moved_nor_guessed(account: Account, cast: SimpleNamespace, ritas: Deal) -> None:
    raj = as_member(cast.raj)
    with scope(account):
        to = stage("Discovery").public_id
    nowhere = {ritas.public_id: public_id("dea", uuid7()), ritas.lead.public_id: public_id("lead", uuid7())}
    for path in pages(account, ritas):
        missing = path
        for there, not_there in nowhere.items():
            missing = missing.replace(there, not_there)
        hidden, nothing = (raj.get(asked).content.decode().replace(asked, "") for asked in (path, missing))
        assert hidden == nothing, "what is hidden and what is not there look alike"
        assert raj.get(path).status_code == 404
    for path in (f"deals/{ritas.public_id}/moves/", f"deals/{ritas.public_id}/place/"):
        assert raj.post(f"/{account.slug}/{path}", {"stage": to}, headers=HTMX).status_code == 404
    api = f"/{account.slug}/api/v1/deals/{ritas.public_id}/moves/"
    assert raj.post(api, {"stage": to}, content_type="application/json").status_code == 404
    with scope(account):
        assert not Move.objects.exists()
        assert Deal.objects.get().version == ritas.version


def test_nobody_of_another_account_sees_moves_or_guesses_it(
    client: Client, account: Account, cast: SimpleNamespace, eve: Member, ritas: Deal
) -> None:
    client.force_login(eve.user)
    with scope(account):
        to = stage("Discovery").public_id
    for path in pages(account, ritas) + pages(eve.account, ritas):
        assert client.get(path).status_code == 404, path
    guessed = [client.get(path.replace(ritas.public_id[-4:], "0000")) for path in pages(eve.account, ritas)]
    assert {answer.status_code for answer in guessed} == {404}, "what is there and what is not look alike"
    for slug in (account.slug, eve.account.slug):
        there = f"/{slug}/deals/{ritas.public_id}/moves/"
        assert client.post(there, {"stage": to}, headers=HTMX).status_code == 404
    with scope(account):
        assert not Move.objects.exists()


def test_walls_cost_who_has_none_no_question(account: Account, cast: SimpleNamespace, ritas: Deal) -> None:
    with scope(account):
        tess = a_member("Tess")
        in_team(cast.max, "South")

    def asked(member: Member, page: str) -> list[str]:
        client = as_member(member)
        client.get(f"/{account.slug}/{page}")  # what is asked once a minute is at hand now
        with CaptureQueriesContext(connection) as queries:
            client.get(f"/{account.slug}/{page}")
        return [query["sql"] for query in queries]

    for page in ("board/", "leads/"):
        walled, open_ = asked(cast.raj, page), asked(tess, page)
        assert len(walled) == len(open_) + 1, page
        assert not [sql for sql in open_ + asked(cast.max, page) if '"follower"' in sql]
        Account.objects.update(seen_by=SeenBy.EVERYBODY)
        assert len(asked(cast.raj, page)) == len(open_)
        Account.objects.update(seen_by=SeenBy.TEAM)
