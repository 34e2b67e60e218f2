"""REST: the pipelines of the account."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from drf_spectacular.utils import extend_schema
from rest_framework import serializers as s
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api import Need, endpoint
from accounts.idempotency import idempotent
from accounts.openapi import CURSOR, IDEMPOTENCY_KEY, LIMIT, OF_ONE, OF_POST, REFUSALS, answers, listing
from accounts.problems import Problem
from accounts.roles import Function, Scope
from leads.api.leads import paged
from leads.api.work import valid
from pipeline import editing
from pipeline.models import Pipeline
from pipeline.templates import TEMPLATES
from tenancy.models import get_or_404

SEE = Need(Scope.LEADS_READ, Function.SEE_LEADS)
EDIT = Need(Scope.SETTINGS_WRITE, Function.MANAGE_ACCOUNT)
MOST = 32_000  # of a position


class PipelineIn(s.Serializer[Any]):
    """`template` only of a new one; `position` 1 is where new deals begin."""

    name = s.CharField(max_length=80)
    template = s.ChoiceField(list(TEMPLATES), required=False)
    position = s.IntegerField(min_value=1, max_value=MOST, required=False)
    archived = s.BooleanField(required=False)


class PipelineOut(s.Serializer[Any]):
    id, name = s.CharField(), s.CharField()
    position = s.IntegerField()
    archived = s.BooleanField()


@extend_schema(
    methods=["GET"],
    operation_id="list_pipelines",
    parameters=[LIMIT, CURSOR],
    responses=answers(*REFUSALS, ok=listing("PipelinePage", PipelineOut)),
)
@extend_schema(
    methods=["POST"],
    operation_id="add_pipeline",
    request=PipelineIn,
    parameters=[IDEMPOTENCY_KEY],
    responses=answers(*REFUSALS, *OF_POST, created=PipelineOut),
)
@endpoint(GET=SEE, POST=EDIT)
@idempotent
def pipelines(request: Request) -> Response:
    """Those in use and those in the archive, in order."""
    if request.method == "GET":
        return paged(request, editing.every_pipeline(), "position", on_wire)
    said = valid(PipelineIn, request)
    with refusals(), transaction.atomic():
        made = editing.add_pipeline(said["name"], said.get("template", "blank"), by=by_of(request))
        _put(made, {name: said[name] for name in ("position", "archived") if name in said}, request)
    return Response(on_wire(made), status=201)


@extend_schema(methods=["GET"], operation_id="read_pipeline", responses=answers(*OF_ONE, ok=PipelineOut))
@extend_schema(
    methods=["PATCH"],
    operation_id="change_pipeline",
    request=PipelineIn(partial=True),
    responses=answers(*OF_ONE, 409, 413, 415, ok=PipelineOut),
)
@extend_schema(methods=["DELETE"], operation_id="delete_pipeline", responses=answers(*OF_ONE, 409) | {204: None})
@endpoint(GET=SEE, PATCH=EDIT, DELETE=EDIT)
def pipeline(request: Request, pipeline_id: str) -> Response:
    """One pipeline. Only one that never had a deal can be deleted; any without open deals can be archived."""
    found: Pipeline = get_or_404(Pipeline, pipeline_id)
    if request.method == "DELETE":
        with refusals():
            editing.delete_pipeline(found, by=by_of(request))
        return Response(status=204)
    if request.method == "PATCH":
        said = valid(PipelineIn, request, partial=True)
        with refusals(), transaction.atomic():
            _put(found, said, request)
    return Response(on_wire(found))


def _put(found: Pipeline, said: dict[str, Any], request: Request) -> None:
    by = by_of(request)
    if "name" in said:
        editing.rename_pipeline(found, said["name"], by=by)
    if "archived" in said:
        (editing.archive_pipeline if said["archived"] else editing.restore_pipeline)(found, by=by)
    if "position" in said:
        editing.put_pipeline(found, said["position"], by=by)
    found.refresh_from_db()


def on_wire(row: Pipeline) -> dict[str, Any]:
    archived = row.archived_at is not None
    return {"id": row.public_id, "name": row.name, "position": row.position + 1, "archived": archived}


def by_of(request: Request) -> Any:
    inner: Any = request._request
    return inner.by


@contextmanager
def refusals() -> Iterator[None]:
    """What an editing verb refuses: 400 with a pointer to the field, or 409 where no field is to blame."""
    try:
        yield
    except ValidationError as refusal:
        if not hasattr(refusal, "error_dict"):
            raise Problem(409, "Conflict", " ".join(refusal.messages)) from None
        raise s.ValidationError(nested(refusal.message_dict)) from None


def nested(errors: dict[str, list[str]]) -> dict[str, Any]:
    """`params.field` below `params`, as pointers want it."""
    found: dict[str, Any] = {}
    for name, messages in errors.items():
        head, _, part = name.partition(".")
        found[head] = found.get(head, {}) | {part: messages} if part else messages
    return found
