from types import SimpleNamespace

import pytest
from django.test import Client

from accounts.models import Member
from accounts.roles import Role
from events.record import SYSTEM
from tenancy.models import Account
from tenancy.scope import scope
from tests.factories import a_member, an_account

pytestmark = pytest.mark.django_db


def test_stranger_is_asked_to_sign_in(client: Client) -> None:
    response = client.get("/")

    assert response.status_code == 302
    assert response["Location"].startswith("/accounts/login/")


def test_member_of_one_account_lands_in_it(client: Client, cast: SimpleNamespace) -> None:
    client.force_login(cast.rita.user)

    assert client.get("/")["Location"] == f"/{cast.account.slug}/"
    assert client.get(f"/{cast.account.slug}/").status_code == 302


def test_member_of_several_chooses(client: Client, cast: SimpleNamespace) -> None:
    with scope(an_account("second")):
        Member.join(cast.rita.user, name="Rita", role=Role.REP, by=SYSTEM)
    client.force_login(cast.rita.user)

    text = client.get("/").content.decode()

    assert f'href="/{cast.account.slug}/"' in text
    assert 'href="/second/"' in text


def test_person_without_an_account_is_told(client: Client, account: Account) -> None:
    with scope(account):
        member = a_member("Nora")
    other = an_account("other")
    client.force_login(member.user)
    assert f'"/{other.slug}/"' not in client.get("/?choose").content.decode()
