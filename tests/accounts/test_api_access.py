"""The API's door: keys by scope, members by role, errors in one shape."""

from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.test import Client, RequestFactory, override_settings
from django.urls import path
from rest_framework import serializers
from rest_framework.response import Response

from accounts.api import Need, endpoint
from accounts.failures import server_error
from accounts.idempotency import idempotent
from accounts.models import ApiKey, Team
from accounts.problems import Problem
from accounts.roles import Function, Scope
from events.record import SYSTEM
from tenancy import clock
from tenancy.scope import scope
from tests.factories import an_account, the_cast

pytestmark = pytest.mark.django_db(transaction=True)

READ, WRITE = Need(Scope.LEADS_READ, Function.SEE_LEADS), Need(Scope.SETTINGS_WRITE, Function.MANAGE_ACCOUNT)


class TeamBody(serializers.Serializer):  # type: ignore[type-arg]
    name = serializers.CharField(max_length=10)


@endpoint(GET=READ, POST=WRITE)
@idempotent
def teams(request: Any) -> Response:
    if request.method == "GET":
        return Response(list(Team.objects.values_list("name", flat=True)))
    body = TeamBody(data=request.data)
    body.is_valid(raise_exception=True)
    if body.validated_data["name"] == "no":
        raise Problem(422, "Understood and refused", "Not this one.", unmet=["a"])
    team = Team.objects.create(name=body.validated_data["name"])
    return Response({"id": team.public_id}, status=201)


urlpatterns = [path("api/v1/teams/", teams)]


@pytest.fixture
def cast() -> Any:
    with override_settings(ACCOUNT_URLCONF=__name__, ROOT_URLCONF=__name__):
        yield the_cast(an_account("acme"))


def key(cast: SimpleNamespace, *scopes: Scope, **columns: Any) -> dict[str, str]:
    with scope(cast.account):
        return {"Authorization": f"Bearer {ApiKey.issue('test', list(scopes), by=SYSTEM, **columns)[1]}"}


def post(client: Client, headers: dict[str, str], body: Any, path: str = "/api/v1/teams/") -> Any:
    return client.post(path, body, content_type="application/json", headers=headers)


def test_a_key_with_the_scope_may(cast: SimpleNamespace) -> None:
    headers = key(cast, Scope.SETTINGS_WRITE, Scope.LEADS_READ)
    assert post(Client(), headers, {"name": "North"}).status_code == 201
    assert Client().get("/api/v1/teams/", headers=headers).json() == ["North"]


def test_a_key_without_the_scope_may_not(cast: SimpleNamespace) -> None:
    response = post(Client(), key(cast, Scope.LEADS_READ), {"name": "North"})
    assert (response.status_code, response["Content-Type"]) == (403, "application/problem+json")


@pytest.mark.parametrize("header", ["", "Bearer", "Bearer tg_00000000_wrong", "Basic abc", "Bearer ü"])
def test_no_or_a_bad_key_is_401(cast: SimpleNamespace, header: str) -> None:
    response = Client().get("/api/v1/teams/", headers={"Authorization": header})
    assert response.status_code == 401
    assert response["WWW-Authenticate"].startswith("Bearer")
    assert response.json()["title"] == "No or bad key"


def test_a_revoked_or_expired_key_is_401(cast: SimpleNamespace) -> None:
    expired = key(cast, Scope.LEADS_READ, expires_at=clock.now())
    revoked = key(cast, Scope.LEADS_READ)
    with scope(cast.account):
        ApiKey.objects.order_by("-created_at").first().revoke(by=SYSTEM)
    for headers in (expired, revoked):
        assert Client().get("/api/v1/teams/", headers=headers).status_code == 401


def test_a_key_is_stored_hashed(cast: SimpleNamespace) -> None:
    secret = key(cast, Scope.LEADS_READ)["Authorization"].removeprefix("Bearer ")
    with scope(cast.account):
        stored = str(list(ApiKey.objects.values()))
    assert secret.split("_", 2)[2] not in stored  # the secret itself may hold an underscore


def test_a_key_sees_its_own_account(cast: SimpleNamespace) -> None:
    eves = the_cast(an_account("eves"))
    with scope(eves.account):
        Team.objects.create(name="Secret")
    assert Client().get("/api/v1/teams/", headers=key(cast, Scope.LEADS_READ)).json() == []


def test_a_member_needs_the_role_and_the_csrf_token(cast: SimpleNamespace) -> None:
    for member, status in ((cast.ada, 201), (cast.rita, 403)):
        client = Client()
        client.force_login(member.user)
        assert post(client, {}, {"name": "North"}, "/acme/api/v1/teams/").status_code == status
    client = Client(enforce_csrf_checks=True)
    client.force_login(cast.ada.user)
    assert post(client, {}, {"name": "South"}, "/acme/api/v1/teams/").status_code == 403


def test_errors_point_at_the_field(cast: SimpleNamespace) -> None:
    response = post(Client(), key(cast, Scope.SETTINGS_WRITE), {"name": "much too long for it"})
    assert response.status_code == 400
    assert response.json()["errors"] == [
        {"pointer": "/name", "code": "max_length", "detail": "Ensure this field has no more than 10 characters."}
    ]
    assert response.json()["instance"] == "/api/v1/teams/"


def test_broken_json_is_400_and_a_wrong_type_415(cast: SimpleNamespace) -> None:
    headers = key(cast, Scope.SETTINGS_WRITE)
    assert post(Client(), headers, "{").status_code == 400
    assert Client().post("/api/v1/teams/", "x", content_type="text/plain", headers=headers).status_code == 415
    assert Client().put("/api/v1/teams/", headers=headers).status_code == 405


def test_a_problem_carries_its_members(cast: SimpleNamespace) -> None:
    response = post(Client(), key(cast, Scope.SETTINGS_WRITE), {"name": "no"})
    assert (response.status_code, response.json()["unmet"]) == (422, ["a"])


def test_the_same_idempotency_key_gets_the_same_answer(cast: SimpleNamespace) -> None:
    headers = key(cast, Scope.SETTINGS_WRITE) | {"Idempotency-Key": "k1"}
    first, second = (post(Client(), headers, {"name": "North"}) for _ in range(2))
    assert (second.status_code, second.json()) == (201, first.json())
    assert "Idempotent-Replayed" not in first
    assert second["Idempotent-Replayed"] == "true"


def test_another_body_with_the_same_key_is_422(cast: SimpleNamespace) -> None:
    headers = key(cast, Scope.SETTINGS_WRITE) | {"Idempotency-Key": "k1"}
    post(Client(), headers, {"name": "North"})
    assert post(Client(), headers, {"name": "South"}).status_code == 422


def test_a_refused_request_may_be_mended_under_its_key(cast: SimpleNamespace) -> None:
    headers = key(cast, Scope.SETTINGS_WRITE) | {"Idempotency-Key": "k1"}
    assert post(Client(), headers, {"name": "no"}).status_code == 422
    assert post(Client(), headers, {"name": "North"}).status_code == 201


def test_a_key_is_forgotten_after_a_day(cast: SimpleNamespace) -> None:
    headers = key(cast, Scope.SETTINGS_WRITE) | {"Idempotency-Key": "k1"}
    with clock.at(clock.now() - timedelta(hours=25)):
        post(Client(), headers, {"name": "North"})
    assert post(Client(), headers, {"name": "South"}).status_code == 201


@override_settings(DEBUG=False)
def test_an_unknown_path_of_the_api_is_a_problem_not_a_page(db: None) -> None:
    for address in ("/api/v1/nothing/", "/api/v1/leads/lead_00000000000000000000000000/nothing/"):
        response = Client().get(address)
        assert (response.status_code, response["Content-Type"]) == (404, "application/problem+json")
        assert response.json()["instance"] == address


def test_a_crash_of_the_api_is_a_problem_too() -> None:
    response = server_error(RequestFactory().get("/acme/api/v1/leads/"))
    assert (response.status_code, response["Content-Type"]) == (500, "application/problem+json")
