"""REST: the territories of an account, in order."""

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
from routing import territories as verbs
from routing.models import Pool, Territory
from tenancy.models import get_or_404
from tenancy.serializers import PublicIdField, TenantRelatedField

NEED = Need(Scope.SETTINGS_WRITE, Function.MANAGE_ACCOUNT)
MOST = 2_000_000_000


def _words(most: int = 60) -> s.ListField:
    return s.ListField(child=s.CharField(max_length=most), required=False, max_length=verbs.MOST_WORDS)


class TerritoryIn(s.Serializer[Any]):
    """A lead belongs to it when it meets every kind of limit, or when its company's domain is among `accounts`.

    Its owner is a `member` or a `pool`. `position` 1 is asked first.
    """

    name = s.CharField(max_length=80)
    countries, regions, postal_prefixes, industries = _words(), _words(), _words(), _words()
    headcount_from = s.IntegerField(min_value=0, max_value=MOST, required=False, allow_null=True)
    headcount_to = s.IntegerField(min_value=0, max_value=MOST, required=False, allow_null=True)
    accounts = _words(253)
    member = TenantRelatedField(Member, required=False, allow_null=True)
    pool = TenantRelatedField(Pool, required=False, allow_null=True)
    position = s.IntegerField(min_value=1, max_value=verbs.MOST, required=False)


class TerritoryOut(s.Serializer[Any]):
    """`overlaps`: the names of other territories that some lead could be in as well."""

    id = PublicIdField("ter")
    name = s.CharField()
    position = s.IntegerField()
    countries, regions, postal_prefixes = (s.ListField(child=s.CharField()) for _ in range(3))
    industries, accounts, overlaps = (s.ListField(child=s.CharField()) for _ in range(3))
    headcount_from, headcount_to = s.IntegerField(allow_null=True), s.IntegerField(allow_null=True)
    member, pool = s.CharField(allow_null=True), s.CharField(allow_null=True)


@extend_schema(
    methods=["GET"],
    operation_id="list_territories",
    parameters=[LIMIT, CURSOR],
    responses=answers(*REFUSALS, ok=listing("TerritoryPage", TerritoryOut)),
)
@extend_schema(
    methods=["POST"],
    operation_id="add_territory",
    request=TerritoryIn,
    parameters=[IDEMPOTENCY_KEY],
    responses=answers(*REFUSALS, *OF_POST, created=TerritoryOut),
)
@endpoint(GET=NEED, POST=NEED)
@idempotent
def territories(request: Request) -> Response:
    """Parts of the market, and whose they are."""
    if request.method == "GET":
        return paged(request, verbs.every_territory(), "position", _teller())
    return Response(_put(Territory(), valid(TerritoryIn, request), request._request), status=201)


@extend_schema(methods=["GET"], operation_id="read_territory", responses=answers(*OF_ONE, ok=TerritoryOut))
@extend_schema(
    methods=["PATCH"],
    operation_id="change_territory",
    request=TerritoryIn(partial=True),
    responses=answers(*OF_ONE, 409, 413, 415, ok=TerritoryOut),
)
@extend_schema(methods=["DELETE"], operation_id="remove_territory", responses=answers(*OF_ONE, 409) | {204: None})
@endpoint(GET=NEED, PATCH=NEED, DELETE=NEED)
def territory(request: Request, territory_id: str) -> Response:
    """One territory. It is removed only while no rule names it."""
    found, inner = get_or_404(Territory, territory_id), request._request
    if request.method == "DELETE":
        _remove(found, inner)
        return Response(status=204)
    if request.method == "PATCH":
        return Response(_put(found, valid(TerritoryIn, request, partial=True), inner))
    return Response(_teller()(found))


def _put(found: Territory, said: dict[str, Any], inner: Any) -> dict[str, Any]:
    position = said.pop("position", None)
    row = verbs.put_territory(found, said, by=inner.by)
    if position is not None and position != row.position:
        verbs.move_territory(row, position, by=inner.by)
    told: dict[str, Any] = _teller()(row)
    return told


def _teller() -> Any:
    """Tells a territory, knowing which overlap."""
    pairs = verbs.overlapping(verbs.every_territory())

    def on_wire(row: Territory) -> dict[str, Any]:
        others = [one if other == row.name else other for one, other in pairs if row.name in (one, other)]
        plain = {
            name: getattr(row, name) for name in ("name", "position", *verbs.LISTS, "headcount_from", "headcount_to")
        }
        owner = {"member": row.member and row.member.public_id, "pool": row.pool and row.pool.public_id}
        return {"id": row.public_id, **plain, **owner, "overlaps": others}

    return on_wire


def _remove(found: Territory, inner: Any) -> None:
    try:
        verbs.remove_territory(found, by=inner.by)
    except ValidationError as refusal:
        raise Problem(409, "Conflict", " ".join(refusal.messages)) from None
