"""A page is its reader's as long as the session lasts."""

from __future__ import annotations

from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.contrib.sessions.models import Session
from django.test import Client

from tenancy import clock
from tenancy.models import Account

pytestmark = pytest.mark.django_db


@pytest.fixture
def page(client: Client, account: Account, cast: SimpleNamespace) -> str:
    client.force_login(cast.rita.user)
    return f"/{account.slug}/board/"


def test_it_is_open_until_the_session_is_over(client: Client, page: str) -> None:
    assert client.get(page).status_code == 200
    Session.objects.update(expire_date=clock.now() - timedelta(seconds=1))
    assert client.get(page).status_code == 302


def test_a_session_that_is_gone_or_never_was_is_nobodys(client: Client, page: str) -> None:
    Session.objects.all().delete()
    assert client.get(page).status_code == 302
    client.cookies["sessionid"] = "never-was-one"
    assert client.get(page).status_code == 302


def test_somebody_who_was_switched_off_is_out_at_once(client: Client, page: str, cast: SimpleNamespace) -> None:
    cast.rita.user.is_active = False
    cast.rita.user.save()
    assert client.get(page).status_code == 302
