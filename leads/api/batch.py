"""POST many leads, each with a result of its own."""

from __future__ import annotations

import json
from typing import Any

import orjson
from drf_spectacular.utils import extend_schema
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api import Need, endpoint
from accounts.idempotency import idempotent
from accounts.openapi import IDEMPOTENCY_KEY, OF_POST, REFUSALS, answers
from accounts.parsers import MOST
from accounts.problems import pointers
from accounts.roles import Function, Scope
from leads.api.leads import checked, sender
from leads.api.schemas import BATCH_IN, BatchOut
from leads.bulk import AT_ONCE, Outcome, Row, capture_many
from leads.models import Lead
from leads.reading import Problem
from tenancy.sight import current_sight


@extend_schema(
    operation_id="capture_leads",
    request=BATCH_IN,
    parameters=[IDEMPOTENCY_KEY],
    responses=answers(*REFUSALS, *OF_POST, each=BatchOut),
    description=(
        "Up to 500 leads, as a list or as `leads` of an object. Each has its own status, as if it were sent alone: "
        "201, 200 for one that is repeated, 400 or 413 with `errors`. A bad one never fails the others."
    ),
)
@endpoint(POST=Need(Scope.LEADS_WRITE, Function.CAPTURE), most=128 * MOST)
@idempotent
def batch(request: Request) -> Response:
    inner: Any = request._request
    rows = _rows(request.data)
    errors = [_errors(row, measured=len(inner.body) > MOST) for row in rows]
    good = [Row(row) for row, wrong in zip(rows, errors, strict=True) if not wrong]
    captured = iter(capture_many(good, source=None, channel="api", **sender(request)))
    outcomes = [Outcome(errors=wrong) if wrong else next(captured) for wrong in errors]
    return Response({"results": [_result(*one) for one in enumerate(outcomes)]}, status=207)


def _rows(said: Any) -> list[Any]:
    rows = said.get("leads") if isinstance(said, dict) else said
    if not isinstance(rows, list) or not rows:
        raise ValidationError({"leads": ["A list of leads is wanted."]}, code="required")
    if len(rows) > AT_ONCE:
        raise ValidationError({"leads": [f"At most {AT_ONCE} leads are taken at once."]}, code="too_many")
    return rows


def _errors(row: Any, *, measured: bool) -> list[Problem]:
    """Why a row can be no lead at all: what the endpoint for one would have refused."""
    try:
        checked(row)
    except ValidationError as error:
        return pointers(error.get_full_details())
    if measured and _size(row) > MOST:
        return [{"pointer": "/", "code": "too_large", "detail": "At most 64 KB fit into one lead."}]
    return []


def _size(row: Any) -> int:
    """How many bytes one lead of the batch is."""
    try:
        return len(orjson.dumps(row))
    except TypeError:  # halves of surrogate pairs, numbers beyond 64 bits
        return len(json.dumps(row, ensure_ascii=False).encode("utf-8", "replace"))


def _result(index: int, outcome: Outcome) -> dict[str, Any]:
    public_id = _id(outcome.lead)
    return {
        "index": index,
        "status": _status(outcome),
        "id": public_id,
        "submission": outcome.submission.public_id if outcome.submission else None,
        "duplicate_of": _id(outcome.duplicate_of),
        "incomplete": outcome.incomplete if public_id else [],
        "problems": outcome.problems,
        "ignored": outcome.ignored,
        "errors": outcome.errors,
    }


def _id(lead: Lead | None) -> str | None:
    """None, too, for a lead that the sender does not see."""
    return lead.public_id if lead and current_sight().sees(lead.owner_id, lead.pk) else None


def _status(outcome: Outcome) -> int:
    if outcome.errors:
        return 413 if outcome.errors[0]["code"] == "too_large" else 400
    return 200 if outcome.duplicate_of else 201
