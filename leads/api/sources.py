"""REST: sources, what they call things, what they must bring; and whether all of theirs arrived."""

from __future__ import annotations

from typing import Any

from django.db.models import ProtectedError
from drf_spectacular.utils import extend_schema, inline_serializer
from rest_framework import serializers as s
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api import Need, endpoint
from accounts.idempotency import idempotent
from accounts.openapi import CURSOR, IDEMPOTENCY_KEY, LIMIT, OF_ONE, OF_POST, REFUSALS, answers, listing
from accounts.problems import Problem
from accounts.roles import Function, Scope
from leads.api.leads import paged
from leads.changes import custom_fields
from leads.lookup import every_source
from leads.mapping import MOST, check_facts, check_mapping
from leads.models import Source
from leads.reconciling import reconcile
from tenancy.models import get_or_404
from tenancy.serializers import PublicIdField, TenantSerializer

NEED = Need(Scope.SETTINGS_WRITE, Function.MANAGE_CAPTURE)


class SourceShape(TenantSerializer):
    """`mapping`: their key, or path with dots, -> our fact. `required`: facts without which a lead is incomplete."""

    id = PublicIdField("src")
    mapping = s.DictField(child=s.CharField(max_length=60), required=False)

    class Meta:
        model = Source
        fields = ("id", "name", "kind", "mapping", "required")

    def validate_mapping(self, value: dict[str, str]) -> dict[str, str]:
        check_mapping(value, custom_fields())
        return value

    def validate_required(self, value: list[str]) -> list[str]:
        check_facts(value, custom_fields())
        return list(dict.fromkeys(value))


# What DRF calls `required` is something else, so the class body may not.
SourceShape._declared_fields["required"] = s.ListField(
    child=s.CharField(max_length=60), required=False, max_length=MOST
)


@extend_schema(
    methods=["GET"],
    operation_id="list_sources",
    parameters=[LIMIT, CURSOR],
    responses=answers(*REFUSALS, ok=listing("SourcePage", SourceShape)),
)
@extend_schema(
    methods=["POST"],
    operation_id="add_source",
    request=SourceShape,
    parameters=[IDEMPOTENCY_KEY],
    responses=answers(*REFUSALS, *OF_POST, created=SourceShape),
)
@endpoint(GET=NEED, POST=NEED)
@idempotent
def sources(request: Request) -> Response:
    """Where leads come from."""
    if request.method == "POST":
        return Response(_saved(SourceShape(data=request.data)), status=201)
    return paged(request, every_source(), "created_at", lambda source: SourceShape(source).data)


@extend_schema(methods=["GET"], operation_id="read_source", responses=answers(*OF_ONE, ok=SourceShape))
@extend_schema(
    methods=["PATCH"],
    operation_id="change_source",
    request=SourceShape(partial=True),
    responses=answers(*OF_ONE, 409, 413, 415, ok=SourceShape),
)
@extend_schema(methods=["DELETE"], operation_id="remove_source", responses=answers(*OF_ONE, 409) | {204: None})
@endpoint(GET=NEED, PATCH=NEED, DELETE=NEED)
def source(request: Request, source_id: str) -> Response:
    """One source; it can be removed while nothing came from it."""
    found: Source = get_or_404(Source, source_id)
    if request.method == "DELETE":
        _remove(found)
        return Response(status=204)
    if request.method == "PATCH":
        return Response(_saved(SourceShape(found, data=request.data, partial=True)))
    return Response(SourceShape(found).data)


def _saved(shape: SourceShape) -> Any:
    shape.is_valid(raise_exception=True)
    shape.save()
    return shape.data


def _remove(found: Source) -> None:
    try:
        found.delete()
    except ProtectedError:
        raise Problem(409, "Conflict", "Leads or forms of this source are here; it stays.") from None


ReconciliationIn = inline_serializer(
    "ReconciliationIn",
    {
        "from": s.DateTimeField(),
        "to": s.DateTimeField(),
        "count": s.IntegerField(min_value=0, max_value=1_000_000_000),
        "external_ids": s.ListField(child=s.CharField(max_length=200), max_length=1000, required=False),
    },
)
ReconciliationOut = inline_serializer(
    "ReconciliationOut",
    {
        "theirs": s.IntegerField(),
        "ours": s.IntegerField(),
        "missing": s.IntegerField(),
        "missing_ids": s.ListField(child=s.CharField()),
    },
)


@extend_schema(
    operation_id="reconcile_source",
    request=ReconciliationIn,
    parameters=[IDEMPOTENCY_KEY],
    responses=answers(*OF_ONE, *OF_POST, ok=ReconciliationOut),
)
@endpoint(POST=Need(Scope.LEADS_WRITE, Function.MANAGE_CAPTURE))
@idempotent
def reconciliation(request: Request, source_id: str) -> Response:
    """What the sender sent between `from` and `to` (not itself part of it), and what of that we have."""
    found: Source = get_or_404(Source, source_id)
    told = type(ReconciliationIn)(data=request.data)
    told.is_valid(raise_exception=True)
    said = told.validated_data
    if said["from"] >= said["to"]:
        raise ValidationError({"to": ["This is not after `from`."]})
    result = reconcile(found, said["from"], said["to"], said["count"], said.get("external_ids", []))
    return Response(
        {"theirs": said["count"], "ours": result.ours, "missing": result.missing, "missing_ids": result.missing_ids}
    )
