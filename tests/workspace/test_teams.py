"""Who sees a lead, and who is in which team: settings of the admin's, on the record."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from django.test import Client

from accounts.models import Member, Team
from events.kinds import Kind
from events.models import Event
from tenancy.models import Account, SeenBy
from tenancy.scope import scope
from tests.factories import a_lead

pytestmark = pytest.mark.django_db
FACTS = {"name": "Acme", "time_zone": "Europe/London", "currency": "EUR", "country": "GB"}


@pytest.fixture
def ada(client: Client, cast: SimpleNamespace) -> Client:
    client.force_login(cast.ada.user)
    return client


def bodies(account: Account, kind: Kind) -> list[Any]:
    with scope(account):
        return list(Event.objects.filter(kind=kind).order_by("id").values_list("body", flat=True))


def test_the_admin_says_who_sees_a_lead_and_it_is_recorded(ada: Client, account: Account) -> None:
    assert "Who sees a lead" in ada.get("/acme/settings/").content.decode()
    assert ada.post("/acme/settings/", FACTS | {"seen_by": "everybody"}).status_code == 302
    account.refresh_from_db()
    assert account.seen_by == SeenBy.EVERYBODY
    ada.post("/acme/settings/", FACTS | {"seen_by": "everybody"})
    assert bodies(account, Kind.ACCOUNT_CHANGED) == [{"seen_by": ["team", "everybody"]}]


def test_a_form_that_does_not_ask_leaves_it_as_it_is(ada: Client, account: Account) -> None:
    Account.objects.update(seen_by=SeenBy.EVERYBODY)
    ada.post("/acme/settings/", FACTS)
    account.refresh_from_db()
    assert account.seen_by == SeenBy.EVERYBODY


def test_nonsense_is_an_error_beside_the_field(ada: Client, account: Account) -> None:
    assert "field-error" in ada.post("/acme/settings/", FACTS | {"seen_by": "nobody"}).content.decode()
    account.refresh_from_db()
    assert account.seen_by == SeenBy.TEAM


@pytest.mark.parametrize("who", ["rita", "max", "mo"])
def test_nobody_but_the_admin_changes_it(client: Client, account: Account, cast: SimpleNamespace, who: str) -> None:
    member: Member = getattr(cast, who)
    client.force_login(member.user)
    assert client.post("/acme/settings/", FACTS | {"seen_by": "everybody"}).status_code == 403
    path = f"/acme/settings/members/{member.public_id}/role/"
    assert client.post(path, {"role": "admin", "team": "North"}).status_code == 403
    account.refresh_from_db()
    assert account.seen_by == SeenBy.TEAM


def put(ada: Client, member: Member, **said: str) -> Any:
    return ada.post(f"/acme/settings/members/{member.public_id}/role/", {"role": member.role} | said, follow=True)


def team_of(member: Member) -> str:
    with scope(member.account):
        return str(Member.objects.select_related("team").get(pk=member.pk).team or "")


def test_a_member_is_put_into_a_team_which_is_made_by_its_name(
    ada: Client, account: Account, cast: SimpleNamespace
) -> None:
    assert "Rita changed." in put(ada, cast.rita, team="  The   North ").content.decode()
    put(ada, cast.raj, team="the north")
    assert (team_of(cast.rita), team_of(cast.raj)) == ("The North", "The North")
    put(ada, cast.rita)
    assert team_of(cast.rita) == "The North", "who says nothing of a team leaves it"
    put(ada, cast.rita, team="")
    assert team_of(cast.rita) == ""
    changes = [body["team"] for body in bodies(account, Kind.MEMBER_CHANGED)]
    assert changes == [["", "The North"], ["", "The North"], ["The North", ""]]
    with scope(account):
        assert Team.objects.count() == 1


def test_a_new_member_begins_in_a_team(ada: Client, account: Account) -> None:
    facts = {"name": "Nora", "email": "nora@acme.example", "role": "rep", "team": "North"}
    ada.post("/acme/settings/members/", facts)
    with scope(account):
        assert Member.objects.get(name="Nora").team == Team.objects.get(name="North")


def test_who_comes_back_stays_in_the_team_unless_another_is_said(
    ada: Client, account: Account, cast: SimpleNamespace
) -> None:
    put(ada, cast.rita, team="North")
    ada.post(f"/acme/settings/members/{cast.rita.public_id}/departure/")
    ada.post("/acme/settings/members/", {"name": "Rita", "email": cast.rita.email, "role": "rep", "team": ""})
    assert team_of(cast.rita) == "North"


def test_too_long_a_name_is_refused(ada: Client, account: Account, cast: SimpleNamespace) -> None:
    assert "more than 80 characters" in put(ada, cast.rita, team="x" * 81).content.decode()
    assert team_of(cast.rita) == ""


def test_walls_stand_and_fall_with_the_next_page(ada: Client, account: Account, cast: SimpleNamespace) -> None:
    with scope(account):
        page = f"/acme/leads/{a_lead(owner=cast.rita).public_id}/"
    raj = Client()
    raj.force_login(cast.raj.user)
    assert raj.get(page).status_code == 200
    put(ada, cast.rita, team="North")
    assert raj.get(page).status_code == 200, "he has no team"
    put(ada, cast.raj, team="South")
    assert raj.get(page).status_code == 404
    ada.post("/acme/settings/", FACTS | {"seen_by": "everybody"})
    assert raj.get(page).status_code == 200
