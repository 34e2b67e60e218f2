"""POST /deals/{id}/moves/: through the gate, won, lost, or taken up again."""

from __future__ import annotations

import json
from datetime import timedelta
from functools import partial
from typing import Any

from django.core.exceptions import ValidationError as DjangoValidationError
from django.db import transaction
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import parser_classes
from rest_framework.exceptions import PermissionDenied, ValidationError
from rest_framework.parsers import JSONParser, MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api import endpoint
from accounts.idempotency import idempotent
from accounts.middleware import afterwards
from accounts.openapi import IDEMPOTENCY_KEY, OF_ONE, OF_POST, answers
from accounts.problems import TYPE, Problem
from accounts.roles import Function, Scope
from pipeline.api import schemas
from pipeline.api.deals import MOVE, as_refusal, seen_version, stage_named, the_deal
from pipeline.held import note_refusal
from pipeline.losing import lost_stage
from pipeline.models import Deal, DealStatus, Move, Override, StageKind
from pipeline.refusals import GateClosed, NotOpen, Stale
from pipeline.wire import move_on_wire
from tenancy import clock

OWED_WITHIN = timedelta(days=7)


@extend_schema(
    operation_id="move_deal",
    parameters=[IDEMPOTENCY_KEY],
    request={"application/json": schemas.MoveIn, "multipart/form-data": schemas.MoveIn},
    responses=answers(*OF_ONE, *OF_POST, created=schemas.MoveOut) | {(422, TYPE): schemas.GateClosedProblem},
    description="Fill `values` and move in one step, or get 422 with what is missing and nothing changed. "
    "In multipart, `values` is JSON and a file's part is named by its criterion.",
)
@endpoint(POST=MOVE)
@parser_classes([JSONParser, MultiPartParser])
@idempotent
def moves(request: Request, deal_id: str) -> Response:
    found = the_deal(deal_id)
    said = _said(request)
    try:
        with transaction.atomic():
            made = _move(request, found, said)
    except GateClosed as shut:
        inner: Any = request._request
        to = lost_stage(found) if _is_lost(said) else stage_named(found, said["stage"], "stage")
        afterwards(inner, partial(note_refusal, found, to, shut, by=inner.by))
        raise Problem(422, "The gate is closed", str(shut), unmet=[item.wire() for item in shut.unmet]) from None
    except (Stale, NotOpen) as refused:
        raise Problem(409, "Conflict", str(refused)) from None
    except DjangoValidationError as wrong:
        raise as_refusal(wrong) from None
    made.deal = the_deal(deal_id)
    return Response(move_on_wire(made), status=201)


def _said(request: Request) -> dict[str, Any]:
    """The body through its serializer; of multipart, with the files among the values."""
    data: Any = request.data
    if hasattr(data, "getlist"):
        data = data.dict()
        files = {name: data.pop(name) for name in request.FILES}
        for name in ("values", "override"):
            data |= {name: _json(name, data[name])} if name in data else {}
    else:
        files = {}
    checked = schemas.MoveIn(data=data)
    checked.is_valid(raise_exception=True)
    said: dict[str, Any] = checked.validated_data
    return said | {"values": said.get("values", {}) | files}


def _json(name: str, text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        raise ValidationError({name: ["JSON is wanted here."]}) from None


def _move(request: Request, found: Deal, said: dict[str, Any]) -> Move:
    inner: Any = request._request
    version = said.get("version") or seen_version(request, found)
    reason = said.get("reason", "")
    if _is_lost(said):
        return _lose(inner, found, said, version)
    to = stage_named(found, said["stage"], "stage")
    if found.status != DealStatus.OPEN and to.kind == "open":
        back = found.reopen(by=inner.by, reason=reason)
        if back.to_stage == to:
            return back
        found, version = back.deal, None
    if to.kind == StageKind.LOST:
        return _lose(inner, found, said, version)
    override = _override(inner, said.get("override"), reason)
    return found.move(to, by=inner.by, values=said["values"], override=override, reason=reason, version=version)


def _lose(inner: Any, found: Deal, said: dict[str, Any], version: int | None) -> Move:
    """Where the stage for what is lost asks for something, it may come along, and a manager may let it pass."""
    reason = said.get("reason", "")
    if not reason.strip():
        raise ValidationError({"reason": ["Say why it was lost."]}, code="required")
    about = {"competitor": said.get("competitor", ""), "recycle_on": said.get("recycle_on"), "version": version}
    override = _override(inner, said.get("override"), reason)
    return found.lose(by=inner.by, reason=reason, values=said["values"], override=override, **about)


def _is_lost(said: dict[str, Any]) -> bool:
    return bool(said["stage"].strip().casefold() == DealStatus.LOST)


def _override(inner: Any, said: Any, reason: str) -> Override | None:
    if not said:
        return None
    checked = schemas.OverrideIn(data=said if isinstance(said, dict) else {"reason": reason})
    checked.is_valid(raise_exception=True)
    if not may_override(inner):
        raise PermissionDenied("Only a manager may move a deal through a shut gate.")
    owed_by = checked.validated_data.get("owed_by") or (clock.now() + OWED_WITHIN).date()
    return Override(checked.validated_data["reason"], owed_by)


def may_override(inner: Any) -> bool:
    """Managers may, and keys that may change settings."""
    if inner.member is not None:
        return bool(inner.member.may(Function.OVERRIDE_GATES))
    return Scope.SETTINGS_WRITE in inner.api_key.scopes
