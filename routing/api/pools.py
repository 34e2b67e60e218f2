"""REST: the pools of an account and who sits in them."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from drf_spectacular.utils import extend_schema
from rest_framework import serializers as s
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api import Need, endpoint
from accounts.idempotency import idempotent
from accounts.models import Member
from accounts.openapi import CURSOR, IDEMPOTENCY_KEY, LIMIT, OF_ONE, OF_POST, REFUSALS, answers, listing
from accounts.problems import Problem
from accounts.roles import Function, Scope
from leads.api.leads import paged
from leads.api.work import valid
from routing import pools as verbs
from routing.models import Credit, Pool, PoolMember, Strategy
from tenancy.models import get_or_404
from tenancy.serializers import PublicIdField, TenantRelatedField

NEED = Need(Scope.SETTINGS_WRITE, Function.MANAGE_ACCOUNT)
MOST = 100_000  # of any capacity


class SeatIn(s.Serializer[Any]):
    """A capacity that is null limits nothing; `capacity_open` is 30 where it is left out."""

    member = TenantRelatedField(Member)
    weight = s.IntegerField(min_value=1, max_value=100, required=False)
    capacity_open = s.IntegerField(min_value=0, max_value=MOST, required=False, allow_null=True)
    capacity_day = s.IntegerField(min_value=0, max_value=MOST, required=False, allow_null=True)
    capacity_minutes = s.IntegerField(min_value=0, max_value=MOST, required=False, allow_null=True)


class PoolIn(s.Serializer[Any]):
    """`members` say who sits in it from now on; left out, nobody comes or goes."""

    name = s.CharField(max_length=80)
    strategy = s.ChoiceField(Strategy.choices, required=False)
    credits = s.ListField(child=s.ChoiceField(Credit.choices), required=False, max_length=5)
    members = SeatIn(many=True, required=False)


class SeatOut(s.Serializer[Any]):
    member, name = s.CharField(), s.CharField()
    weight, turns = s.IntegerField(), s.IntegerField()
    capacity_open, capacity_day = s.IntegerField(allow_null=True), s.IntegerField(allow_null=True)
    capacity_minutes = s.IntegerField(allow_null=True)
    paused = s.BooleanField()


class PoolOut(s.Serializer[Any]):
    """`everybody`: all reps sit in it by themselves."""

    id = PublicIdField("poo")
    name = s.CharField()
    strategy = s.ChoiceField(Strategy.choices)
    credits = s.ListField(child=s.ChoiceField(Credit.choices))
    everybody = s.BooleanField()
    members = SeatOut(many=True)


@extend_schema(
    methods=["GET"],
    operation_id="list_pools",
    parameters=[LIMIT, CURSOR],
    responses=answers(*REFUSALS, ok=listing("PoolPage", PoolOut)),
)
@extend_schema(
    methods=["POST"],
    operation_id="add_pool",
    request=PoolIn,
    parameters=[IDEMPOTENCY_KEY],
    responses=answers(*REFUSALS, *OF_POST, created=PoolOut),
)
@endpoint(GET=NEED, POST=NEED)
@idempotent
def pools(request: Request) -> Response:
    """Members who take turns."""
    if request.method == "GET":
        return paged(request, verbs.every_pool(), "name", on_wire)
    said, inner = valid(PoolIn, request), request._request
    made = verbs.add_pool(_columns(said), said.get("members", []), by=inner.by)  # type: ignore[attr-defined]
    return Response(on_wire(made), status=201)


@extend_schema(methods=["GET"], operation_id="read_pool", responses=answers(*OF_ONE, ok=PoolOut))
@extend_schema(
    methods=["PATCH"],
    operation_id="change_pool",
    request=PoolIn(partial=True),
    responses=answers(*OF_ONE, 409, 413, 415, ok=PoolOut),
)
@extend_schema(methods=["DELETE"], operation_id="remove_pool", responses=answers(*OF_ONE, 409) | {204: None})
@endpoint(GET=NEED, PATCH=NEED, DELETE=NEED)
def pool(request: Request, pool_id: str) -> Response:
    """One pool. It is removed only while no rule and no territory needs it."""
    found, inner = get_or_404(Pool, pool_id), request._request
    if request.method == "DELETE":
        _remove(found, inner)
        return Response(status=204)
    if request.method == "PATCH":
        said = valid(PoolIn, request, partial=True)
        found = verbs.change_pool(found, _columns(said), said.get("members"), by=inner.by)  # type: ignore[attr-defined]
    return Response(on_wire(found))


def on_wire(found: Pool) -> dict[str, Any]:
    seats = sorted(found.seats.all(), key=lambda seat: seat.pk)
    plain = {name: getattr(found, name) for name in ("name", "strategy", "credits", "everybody")}
    return {"id": found.public_id, **plain, "members": [_seat(seat) for seat in seats]}


def _seat(seat: PoolMember) -> dict[str, Any]:
    numbers = {name: getattr(seat, name) for name in (*verbs.COLUMNS, "turns")}
    return {"member": seat.member.public_id, "name": seat.member.name, **numbers, "paused": seat.paused_at is not None}


def _columns(said: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in said.items() if name != "members"}


def _remove(found: Pool, inner: Any) -> None:
    try:
        verbs.remove_pool(found, by=inner.by)
    except ValidationError as refusal:
        raise Problem(409, "Conflict", " ".join(refusal.messages)) from None
