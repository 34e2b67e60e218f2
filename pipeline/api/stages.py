"""REST: the stages of pipelines."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.http import Http404
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers as s
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api import endpoint
from accounts.idempotency import idempotent
from accounts.openapi import CURSOR, IDEMPOTENCY_KEY, LIMIT, OF_ONE, OF_POST, REFUSALS, answers, listing
from accounts.problems import Problem
from leads.api.leads import paged
from leads.api.work import valid
from pipeline import editing
from pipeline.api.pipelines import EDIT, MOST, SEE, by_of, refusals
from pipeline.models import Back, Colour, Pipeline, Stage, StageKind
from pipeline.removing import deals_in, remove_stage
from tenancy.ids import public_id
from tenancy.models import get_or_404
from tenancy.serializers import TenantRelatedField

COLUMNS = ("name", "kind", "limit_working_days", "probability", "is_opportunity", "wip", "skip", "back", "colour")
PIPELINE = OpenApiParameter("pipeline", str, description="Only those of this pipeline.")
TO = OpenApiParameter("to", str, description="The stage that its open deals go to; without any, none is needed.")


class StageIn(s.Serializer[Any]):
    """Open stages come first, then won, then lost. `wip`: so many deals at most; `back`: coming back here."""

    pipeline = TenantRelatedField(Pipeline, required=False)
    name = s.CharField(max_length=80)
    position = s.IntegerField(min_value=1, max_value=MOST, required=False)
    kind = s.ChoiceField(StageKind.choices, required=False)
    limit_working_days = s.IntegerField(min_value=1, max_value=1000, required=False, allow_null=True)
    probability = s.IntegerField(min_value=0, max_value=100, required=False)
    is_opportunity = s.BooleanField(required=False)
    wip = s.IntegerField(min_value=1, max_value=MOST, required=False, allow_null=True)
    skip = s.BooleanField(required=False)
    back = s.ChoiceField(Back.choices, required=False)
    colour = s.ChoiceField(Colour.choices, required=False, allow_blank=True)


class StageOut(s.Serializer[Any]):
    id, pipeline, name = s.CharField(), s.CharField(), s.CharField()
    position = s.IntegerField()
    kind = s.ChoiceField(StageKind.choices)
    limit_working_days = s.IntegerField(allow_null=True)
    probability = s.IntegerField()
    is_opportunity = s.BooleanField()
    wip = s.IntegerField(allow_null=True)
    skip = s.BooleanField()
    back = s.ChoiceField(Back.choices)
    colour = s.ChoiceField(Colour.choices, allow_blank=True)


@extend_schema(
    methods=["GET"],
    operation_id="list_stages",
    parameters=[PIPELINE, LIMIT, CURSOR],
    responses=answers(*OF_ONE, ok=listing("StagePage", StageOut)),
)
@extend_schema(
    methods=["POST"],
    operation_id="add_stage",
    request=StageIn,
    parameters=[IDEMPOTENCY_KEY],
    responses=answers(*REFUSALS, *OF_POST, created=StageOut),
)
@endpoint(GET=SEE, POST=EDIT)
@idempotent
def stages(request: Request) -> Response:
    """The stages in use, in order."""
    if request.method == "GET":
        named = request.query_params.get("pipeline")
        rows = editing.stages_of(get_or_404(Pipeline, named) if named else None)
        return paged(request, rows, "position", on_wire)
    said = valid(StageIn, request)
    if "pipeline" not in said:
        raise s.ValidationError({"pipeline": ["Say which pipeline it belongs to."]}, code="required")
    made = Stage(pipeline=said.pop("pipeline"))
    with refusals(), transaction.atomic():
        _put(made, said, request)
    return Response(on_wire(made), status=201)


@extend_schema(methods=["GET"], operation_id="read_stage", responses=answers(*OF_ONE, ok=StageOut))
@extend_schema(
    methods=["PATCH"],
    operation_id="change_stage",
    request=StageIn(partial=True),
    responses=answers(*OF_ONE, 409, 413, 415, ok=StageOut),
)
@extend_schema(
    methods=["DELETE"],
    operation_id="remove_stage",
    parameters=[TO],
    responses=answers(*OF_ONE, 409) | {204: None},
    description="Its open deals go to stage `to`, by moves on record; history goes on naming it.",
)
@endpoint(GET=SEE, PATCH=EDIT, DELETE=EDIT)
def stage(request: Request, stage_id: str) -> Response:
    """One stage in use."""
    found: Stage = get_or_404(Stage, stage_id)
    if found.removed_at:
        raise Http404
    if request.method == "DELETE":
        _remove(request, found)
        return Response(status=204)
    if request.method == "PATCH":
        said = valid(StageIn, request, partial=True)
        if said.pop("pipeline", found.pipeline).pk != found.pipeline_id:
            raise s.ValidationError({"pipeline": ["A stage stays in its pipeline."]})
        with refusals(), transaction.atomic():
            _put(found, said, request)
    return Response(on_wire(found))


def _put(row: Stage, said: dict[str, Any], request: Request) -> None:
    editing.put_stage(row, {name: said[name] for name in COLUMNS if name in said}, by=by_of(request))
    if "position" in said:
        editing.place_stage(row, said["position"], by=by_of(request))
    row.refresh_from_db()


def _remove(request: Request, found: Stage) -> None:
    to: Stage | None = get_or_404(Stage, request.query_params["to"]) if request.query_params.get("to") else None
    if to is None and deals_in(found):
        raise Problem(409, "Conflict", "Deals are open here. Say in `to` which stage they go to.")
    with refusals():
        remove_stage(found, to, by=by_of(request))


def on_wire(row: Stage) -> dict[str, Any]:
    columns = {name: getattr(row, name) for name in COLUMNS}
    pipeline = public_id(Pipeline.PREFIX, row.pipeline_id)
    return {"id": row.public_id, "pipeline": pipeline, "position": row.position + 1} | columns
