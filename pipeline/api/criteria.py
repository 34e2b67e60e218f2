"""REST: what stages ask for at their ways in and out."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers as s
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api import endpoint
from accounts.idempotency import idempotent
from accounts.openapi import CURSOR, IDEMPOTENCY_KEY, LIMIT, OF_ONE, OF_POST, REFUSALS, answers, listing
from leads.api.leads import paged
from leads.api.work import valid
from leads.catalogue import catalogue
from pipeline.api.pipelines import EDIT, MOST, SEE, by_of, refusals
from pipeline.criteria import criteria_of, place_criterion, put_criterion, remove_criterion
from pipeline.effects import effect_of
from pipeline.models import Criterion, CriterionKind, Stage, When
from tenancy.ids import public_id
from tenancy.models import get_or_404
from tenancy.serializers import TenantRelatedField

COLUMNS = ("when", "kind", "label", "params", "required")
STAGE = OpenApiParameter("stage", str, description="Only those of this stage.")


class CriterionIn(s.Serializer[Any]):
    """`params` by kind: field {field, least, question}; condition {condition}; activity {kind, outcome, count};
    meeting {kind}; stakeholder {roles, reviewed}; document {kind}; approval {role}; checklist {question, date};
    score {minimum}; objections {}. Without a `label` it is called by what it asks."""

    stage = TenantRelatedField(Stage, required=False)
    when = s.ChoiceField(When.choices, required=False)
    kind = s.ChoiceField(CriterionKind.choices)
    params = s.JSONField(required=False)
    position = s.IntegerField(min_value=1, max_value=MOST, required=False)


class CriterionOut(s.Serializer[Any]):
    """`lacking`, after a change: how many open deals do not satisfy it, in front of the gate and past it."""

    id, stage = s.CharField(), s.CharField()
    when, kind = s.ChoiceField(When.choices), s.ChoiceField(CriterionKind.choices)
    params = s.JSONField()
    position = s.IntegerField()
    lacking = s.IntegerField(required=False)


# What DRF calls `label` and `required` is something else, so the class bodies may not.
CriterionIn._declared_fields["label"] = s.CharField(max_length=120, required=False, allow_blank=True)
CriterionIn._declared_fields["required"] = s.BooleanField(required=False)
CriterionOut._declared_fields["label"] = s.CharField()
CriterionOut._declared_fields["required"] = s.BooleanField()


@extend_schema(
    methods=["GET"],
    operation_id="list_criteria",
    parameters=[STAGE, LIMIT, CURSOR],
    responses=answers(*OF_ONE, ok=listing("CriterionPage", CriterionOut)),
)
@extend_schema(
    methods=["POST"],
    operation_id="add_criterion",
    request=CriterionIn,
    parameters=[IDEMPOTENCY_KEY],
    responses=answers(*REFUSALS, *OF_POST, created=CriterionOut),
)
@endpoint(GET=SEE, POST=EDIT)
@idempotent
def criteria(request: Request) -> Response:
    """The criteria of the stages in use, in order."""
    if request.method == "GET":
        named = request.query_params.get("stage")
        rows = criteria_of(get_or_404(Stage, named) if named else None)
        return paged(request, rows, "position", on_wire)
    said = valid(CriterionIn, request)
    if "stage" not in said:
        raise s.ValidationError({"stage": ["Say which stage asks for it."]}, code="required")
    return Response(_put(Criterion(stage=said.pop("stage")), said, request), status=201)


@extend_schema(methods=["GET"], operation_id="read_criterion", responses=answers(*OF_ONE, ok=CriterionOut))
@extend_schema(
    methods=["PATCH"],
    operation_id="change_criterion",
    request=CriterionIn(partial=True),
    responses=answers(*OF_ONE, 409, 413, 415, ok=CriterionOut),
)
@extend_schema(methods=["DELETE"], operation_id="remove_criterion", responses=answers(*OF_ONE, 409) | {204: None})
@endpoint(GET=SEE, PATCH=EDIT, DELETE=EDIT)
def criterion(request: Request, criterion_id: str) -> Response:
    """One criterion."""
    found: Criterion = get_or_404(Criterion, criterion_id)
    if request.method == "GET":
        return Response(on_wire(found))
    if request.method == "DELETE":
        with refusals():
            remove_criterion(found, by=by_of(request))
        return Response(status=204)
    said = valid(CriterionIn, request, partial=True)
    if said.pop("stage", found.stage).pk != found.stage_id:
        raise s.ValidationError({"stage": ["A criterion stays with its stage."]})
    return Response(_put(found, said, request))


def _put(row: Criterion, said: dict[str, Any], request: Request) -> dict[str, Any]:
    columns = {name: said[name] for name in COLUMNS if name in said}
    with refusals(), transaction.atomic():
        kept = put_criterion(row, columns, catalogue(), by=by_of(request))
        if "position" in said:
            place_criterion(kept, said["position"], by=by_of(request))
    kept.refresh_from_db()
    return on_wire(kept) | {"lacking": effect_of(kept).lacking if kept.required else 0}


def on_wire(row: Criterion) -> dict[str, Any]:
    columns = {name: getattr(row, name) for name in COLUMNS}
    stage = public_id(Stage.PREFIX, row.stage_id)
    return {"id": row.public_id, "stage": stage, "position": row.position + 1} | columns
