"""Whose page: members get theirs, everybody else gets nothing, and an error leaves nothing behind."""

from types import SimpleNamespace
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client, override_settings
from django.urls import path, reverse

from accounts.middleware import outside_url
from accounts.models import Team
from accounts.permissions import allow
from accounts.roles import Function
from tenancy.scope import NoAccount, account_in_scope, scope
from tests.factories import an_account, the_cast

pytestmark = pytest.mark.django_db(transaction=True)


def where(request: Any) -> HttpResponse:
    teams = ",".join(Team.objects.values_list("name", flat=True))
    return HttpResponse(f"{request.account.slug} {request.member.name} [{teams}] {reverse('where')}")


def found(request: Any, status: int) -> HttpResponse:
    Team.objects.create(name="made on the way")
    return HttpResponse(status=status)


def broken(request: Any) -> HttpResponse:
    Team.objects.create(name="made on the way")
    raise RuntimeError


@allow(Function.MANAGE_ACCOUNT)
def admins_only(request: Any) -> HttpResponse:
    return HttpResponse("settings")


urlpatterns = [
    path("where/", where, name="where"),
    path("found/<int:status>/", found),
    path("broken/", broken),
    path("admins/", admins_only),
]


@pytest.fixture
def cast() -> Any:
    with override_settings(ACCOUNT_URLCONF=__name__):
        yield the_cast(an_account("acme"))


@pytest.fixture
def eve(cast: SimpleNamespace) -> SimpleNamespace:
    return the_cast(an_account("eves"))


def of(member: Any) -> Client:
    client = Client(raise_request_exception=False)
    client.force_login(member.user)
    return client


def test_a_member_is_inside_the_account(cast: SimpleNamespace) -> None:
    with scope(cast.account):
        Team.objects.create(name="North")
    assert of(cast.rita).get("/acme/where/").content.decode() == "acme Rita [North] /acme/where/"
    assert account_in_scope() is None
    assert reverse("healthz") == "/healthz"


def test_strangers_are_told_that_nothing_is_there(cast: SimpleNamespace, eve: SimpleNamespace) -> None:
    client = of(eve.ada)
    assert client.get("/acme/where/").status_code == 404
    assert client.get("/nobody/where/").status_code == 404
    assert client.get("/eves/where/").status_code == 200


def test_nobody_is_sent_to_the_login(cast: SimpleNamespace) -> None:
    for slug in ("acme", "nobody"):
        response = Client().get(f"/{slug}/where/")
        assert (response.status_code, response["Location"]) == (302, f"/accounts/login/?next=/{slug}/where/")


def test_who_left_is_a_stranger(cast: SimpleNamespace) -> None:
    client = of(cast.rita)
    with scope(cast.account):
        cast.rita.left_at = cast.rita.joined_at
        cast.rita.save()
    assert client.get("/acme/where/").status_code == 404


def test_a_member_without_the_right_gets_403(cast: SimpleNamespace) -> None:
    assert of(cast.rita).get("/acme/admins/").status_code == 403
    assert of(cast.ada).get("/acme/admins/").status_code == 200


@pytest.mark.parametrize(("path", "kept"), [("found/200", 1), ("found/302", 1), ("found/422", 0), ("broken", 0)])
def test_an_error_leaves_nothing_behind(cast: SimpleNamespace, path: str, kept: int) -> None:
    of(cast.rita).post(f"/acme/{path}/")
    with scope(cast.account):
        assert Team.objects.count() == kept


def test_a_link_out_of_the_account_has_no_slug(cast: SimpleNamespace) -> None:
    assert outside_url("account_login") == "/accounts/login/"


def test_no_scope_is_left_behind_after_an_error(cast: SimpleNamespace) -> None:
    of(cast.rita).get("/acme/broken/")
    with pytest.raises(NoAccount):
        Team.objects.count()


@pytest.mark.parametrize("path", ["/%00/", "/ac%00me/where/", "/%0a/", "/%F0%9F%98%80/", "/%ff/"])
def test_an_address_that_no_account_can_have_is_not_found(cast: SimpleNamespace, path: str) -> None:
    assert of(cast.ada).get(path).status_code == 404
