from types import SimpleNamespace
from typing import Any

import pytest
from django.test import Client

from accounts.models import Member
from accounts.roles import Role
from events.record import SYSTEM
from pipeline.models import BoardView
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


def sidebar(client: Client, slug: str) -> str:
    page = client.get(f"/{slug}/leads/").content.decode()
    return " ".join(page.partition('<nav class="sidebar"')[2].partition("</nav>")[0].split())


def test_who_belongs_to_several_goes_from_one_account_to_another(client: Client, cast: SimpleNamespace) -> None:
    second, third = an_account("second"), an_account("third")
    with scope(second):
        Member.join(cast.rita.user, name="Rita", role=Role.REP, by=SYSTEM)
    client.force_login(cast.rita.user)
    menu = sidebar(client, cast.account.slug).partition("account-menu")[2].partition("</details>")[0]
    assert f'href="/{cast.account.slug}/" aria-current="true"' in menu
    assert f'href="/{second.slug}/"' in menu
    assert third.slug not in menu
    there = sidebar(client, second.slug).partition("account-menu")[2].partition("</details>")[0]
    assert f'href="/{second.slug}/" aria-current="true"' in there


def test_with_one_account_there_is_nothing_to_switch(client: Client, cast: SimpleNamespace) -> None:
    client.force_login(cast.rita.user)
    assert "account-menu" not in sidebar(client, cast.account.slug)
    assert 'class="brand"' in sidebar(client, cast.account.slug)


def test_saved_views_stand_in_the_sidebar_of_who_sees_them(
    client: Client, cast: SimpleNamespace, django_assert_max_num_queries: Any
) -> None:
    client.force_login(cast.rita.user)
    url = f"/{cast.account.slug}/board/saved/"
    assert f'hx-get="{url}"' in sidebar(client, cast.account.slug)
    assert client.get(url).content == b""
    with scope(cast.account):
        own = BoardView.save_for(cast.rita, name="My urgent", query={"tier": "urgent"})
        BoardView.save_for(cast.raj, name="Of Raj alone", query={})
        for number in range(3):
            BoardView.save_for(cast.raj, name=f"Of all {number}", query={}, shared=True)
    with django_assert_max_num_queries(9):  # who asks, where, and one question
        shown = client.get(url).content.decode()
    assert f'href="/{cast.account.slug}/board/?tier=urgent&amp;saved={own.public_id}"' in shown
    assert shown.count("Of all") == 3
    assert "Of Raj alone" not in shown
