"""Tables over the API: upload, follow, fetch what was rejected, undo."""

from __future__ import annotations

import json
from typing import Any

from django.http import StreamingHttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers as s
from rest_framework.decorators import parser_classes
from rest_framework.exceptions import ValidationError
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api import Need, endpoint
from accounts.idempotency import idempotent
from accounts.openapi import IDEMPOTENCY_KEY, OF_ONE, OF_POST, REFUSALS, answers
from accounts.problems import Problem
from accounts.roles import Function, Scope
from leads.api.work import valid
from leads.imports.finding import source_named, the_import
from leads.imports.matching import WrongMapping, map_columns
from leads.imports.rejects import rejected
from leads.imports.spreadsheet import BadFile
from leads.imports.starting import NotNow, TooLarge, receive, start, undo
from leads.imports.storing import or_nothing
from leads.imports.wire import COUNTS, import_on_wire
from leads.models import Import, ImportState
from tenancy.csvfile import download

READ = Need(Scope.LEADS_READ, Function.MANAGE_CAPTURE)
WRITE = Need(Scope.SETTINGS_WRITE, Function.MANAGE_CAPTURE)


# `source` and others are also attributes of a serializer: as a dictionary they are fields only.
ImportIn = type(
    "ImportIn",
    (s.Serializer,),
    {
        "file": s.FileField(allow_empty_file=True),
        "mapping": s.CharField(required=False, help_text="JSON: column -> fact. What is left out is guessed."),
        "source": s.CharField(required=False, max_length=80, help_text="Name or id of the source of every row."),
        "dry_run": s.BooleanField(required=False, default=False),
        "history": s.BooleanField(
            required=False,
            allow_null=True,
            help_text="Leads of another system: not scored, routed or announced. Guessed from owner and stage columns.",
        ),
    },
)


class ProblemRow(s.Serializer[Any]):
    row = s.IntegerField()
    detail = s.CharField()


class ImportShape(s.Serializer[Any]):
    id, name, format = s.CharField(), s.CharField(), s.CharField()
    state = s.ChoiceField(ImportState.choices)
    problem = s.CharField(help_text="Why the file can’t be read, if it was refused in the background.", allow_null=True)
    rows, rows_done = s.IntegerField(), s.IntegerField()
    counts = type("ImportCounts", (s.Serializer,), {name: s.IntegerField() for name in COUNTS})()
    mapping = s.DictField(child=s.CharField())
    unmapped = s.ListField(child=s.CharField())
    history, dry_run = s.BooleanField(), s.BooleanField()
    problems = ProblemRow(many=True)
    created_at = s.DateTimeField()
    started_at = s.DateTimeField(allow_null=True)
    finished_at = s.DateTimeField(allow_null=True)
    undone_at = s.DateTimeField(allow_null=True)


ImportOut = type("ImportOut", (ImportShape,), {"source": s.CharField(allow_null=True)})


@extend_schema(
    operation_id="start_import",
    request={"multipart/form-data": ImportIn},
    parameters=[IDEMPOTENCY_KEY],
    responses=answers(*REFUSALS, *OF_POST, accepted=ImportOut),
    description="Takes CSV in any encoding and with any delimiter, or XLSX. Its beginning is read at once, which shows"
    " the columns; the rest is read and the rows are taken in the background. What only turns out to be unreadable then"
    " ends as `refused`.",
)
@endpoint(POST=WRITE)
@parser_classes([MultiPartParser])
@idempotent
def imports(request: Request) -> Response:
    said, inner = valid(ImportIn, request), _inner(request)
    try:
        batch = receive(said["file"], by=inner.by, dry_run=said["dry_run"])
    except TooLarge as error:
        raise Problem(413, "Too large", str(error)) from None
    except BadFile as error:
        raise ValidationError({"file": [str(error)]}) from None
    with or_nothing(batch.path):
        _shape(batch, said)
        start(batch, source=_source(said))
    return Response(import_on_wire(batch), status=202)


def _shape(batch: Import, said: dict[str, Any]) -> None:
    try:
        if said.get("mapping"):
            map_columns(batch, _mapping(said["mapping"]), anew=said.get("history") is None)
    except WrongMapping as error:
        raise ValidationError({"mapping": [str(error)]}) from None
    if said.get("history") is not None:
        batch.history = said["history"]
        batch.save(update_fields=["history"])


def _mapping(text: str) -> dict[str, str]:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        raise WrongMapping('The mapping is JSON such as {"Mail": "email"}.') from None
    if not isinstance(found, dict) or not all(isinstance(fact, str) for fact in found.values()):
        raise WrongMapping('The mapping is an object such as {"Mail": "email"}.')
    return found


def _source(said: dict[str, Any]) -> Any:
    if not said.get("source"):
        return None
    source = source_named(said["source"])
    if source is None:
        raise ValidationError({"source": ["There is no such source."]})
    return source


@extend_schema(methods=["GET"], operation_id="read_import", responses=answers(*OF_ONE, ok=ImportOut))
@extend_schema(
    methods=["DELETE"],
    operation_id="undo_import",
    responses=answers(*OF_ONE, 409, ok=ImportOut),
    description="Takes back what it did, in the background; leads that people have worked on since stay.",
)
@endpoint(GET=READ, DELETE=WRITE)
def one_import(request: Request, import_id: str) -> Response:
    batch = the_import(import_id)
    if request.method == "DELETE":
        try:
            undo(batch)
        except NotNow as error:
            raise Problem(409, "Conflict", str(error)) from None
    return Response(import_on_wire(batch))


@extend_schema(
    operation_id="read_import_rejects",
    responses={(200, "text/csv"): OpenApiTypes.STR} | answers(*OF_ONE),
    description="The rows that were not taken, each with the reason; to be mended and uploaded again.",
)
@endpoint(GET=READ)
def rejects(request: Request, import_id: str) -> StreamingHttpResponse:
    batch = the_import(import_id)
    return download(f"rejected-{batch.public_id}", rejected(batch))


def _inner(request: Request) -> Any:
    return request._request
