"""POST, list, read and change leads."""

from __future__ import annotations

from typing import Any

from django.http import Http404
from drf_spectacular.utils import extend_schema
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api import Need, endpoint
from accounts.idempotency import idempotent
from accounts.openapi import CURSOR, IDEMPOTENCY_KEY, LIMIT, OF_ONE, OF_POST, REFUSALS, answers, listing
from accounts.problems import Problem
from accounts.roles import Function, Scope
from leads.already import ALREADY_KNOWN
from leads.api.schemas import CAPTURE_IN, CHANGE_IN, LIST_FILTERS, CapturedOut, LeadOut
from leads.capture import Captured, Unreachable, capture
from leads.listing import listed, order_of
from leads.models import Lead
from leads.vocabulary import depth
from leads.wire import lead_on_wire
from tenancy.paging import BadCursor, Page, links, page_of
from tenancy.sight import current_sight

DEEPEST, MOST_FIELDS = 5, 100


@extend_schema(
    methods=["POST"],
    operation_id="capture_lead",
    request=CAPTURE_IN,
    parameters=[IDEMPOTENCY_KEY],
    responses=answers(*REFUSALS, *OF_POST, created=CapturedOut, ok=CapturedOut),
    description=(
        "201: a new lead. 200: attached to the lead it repeats, named in `duplicate_of`. A browser's key is always "
        "answered 201, with `submission`, `problems` and `ignored` only: what we know of people is not for strangers. "
        "A member who repeats a lead of another team is told no more, with 200."
    ),
)
@extend_schema(
    methods=["GET"],
    operation_id="list_leads",
    parameters=[*LIST_FILTERS, LIMIT, CURSOR],
    responses=answers(*REFUSALS, ok=listing("LeadPage", LeadOut)),
)
@endpoint(GET=Need(Scope.LEADS_READ, Function.SEE_LEADS), POST=Need(Scope.LEADS_WRITE, Function.CAPTURE, browsers=True))
@idempotent
def leads(request: Request) -> Response:
    if request.method == "POST":
        captured = _capture(request)
        if is_from_browser(request):
            return Response(told_to_browser(captured), status=201)
        if not current_sight().sees(captured.lead.owner_id, captured.lead.pk):
            return Response(told_to_browser(captured) | {"detail": ALREADY_KNOWN})
        return Response(captured_on_wire(captured), status=200 if captured.duplicate_of else 201)
    inner: Any = request._request
    return paged(request, listed(request.query_params, me=inner.member), order_of(request.query_params), lead_on_wire)


def _capture(request: Request) -> Captured:
    payload, by_stranger = checked(request.data), is_from_browser(request)
    try:
        return capture(payload, source=None, channel="api", by_stranger=by_stranger, **sender(request))
    except Unreachable as error:
        raise ValidationError({"contact": [str(error)]}, code="required") from None


def is_from_browser(request: Request) -> bool:
    """Whether the key is one that everybody can read."""
    inner: Any = request._request
    return bool(inner.api_key and inner.api_key.is_for_browsers)


def told_to_browser(captured: Captured) -> dict[str, Any]:
    """What a stranger may learn: that it arrived, and what of it made no sense."""
    return {
        "submission": captured.submission.public_id,
        "problems": captured.problems,
        "ignored": captured.ignored,
    }


def sender(request: Request) -> dict[str, Any]:
    """Who sends, from where, and from which source unless the payload names another."""
    inner: Any = request._request
    usual = inner.api_key.source_id if inner.api_key else None
    return {"by": inner.by, "ip": inner.META.get("REMOTE_ADDR") or None, "usual": usual}


def checked(payload: Any) -> dict[str, Any]:
    """Only what no lead can be is refused: no object, too deep, too many fields."""
    if not isinstance(payload, dict):
        raise ValidationError("An object with the facts of one lead is wanted.")
    if depth(payload) > DEEPEST:
        raise ValidationError(f"At most {DEEPEST} levels of nesting are taken.", code="too_deep")
    if len(payload) > MOST_FIELDS:
        raise ValidationError(f"At most {MOST_FIELDS} fields are taken.", code="too_many")
    return payload


def captured_on_wire(captured: Captured) -> dict[str, Any]:
    """The lead, and what became of the submission."""
    duplicate = captured.duplicate_of
    return lead_on_wire(captured.lead) | {
        "submission": captured.submission.public_id,
        "duplicate_of": duplicate.public_id if duplicate else None,
        "problems": captured.problems,
        "ignored": captured.ignored,
    }


def paged(request: Request, rows: Any, order: str, on_wire: Any) -> Response:
    """A page of `rows` with its links."""
    page = slice_of(request, rows, order)
    query = request.query_params.dict()
    return Response(
        links(page, request.build_absolute_uri(request.path), query) | {"results": [on_wire(row) for row in page.rows]}
    )


def slice_of(request: Request, rows: Any, order: str) -> Page:
    said = request.query_params.get("limit") or "50"
    if not said.isascii() or not said.isdigit() or not 1 <= len(said) <= 3 or not 1 <= int(said) <= 200:
        raise ValidationError({"limit": ["A whole number from 1 to 200 is wanted."]})
    try:
        return page_of(rows, order=order, cursor=request.query_params.get("cursor", ""), limit=int(said))
    except BadCursor as error:
        raise ValidationError({"cursor": [str(error)]}) from None


@extend_schema(
    methods=["GET"], operation_id="read_lead", responses=answers(*OF_ONE, ok=LeadOut), description="One lead."
)
@extend_schema(
    methods=["PATCH"],
    operation_id="change_lead",
    request=CHANGE_IN,
    responses=answers(*OF_ONE, 409, 413, 415, ok=LeadOut),
    description="Change facts; the lead is scored again. `If-Match` with the ETag read before refuses a stale change.",
)
@endpoint(GET=Need(Scope.LEADS_READ, Function.SEE_LEADS), PATCH=Need(Scope.LEADS_WRITE, Function.WORK_LEADS))
def lead(request: Request, lead_id: str) -> Response:
    found = the_lead(lead_id)
    inner: Any = request._request
    if request.method == "PATCH":
        _unless_stale(request, found)
        found.change(checked(request.data), by=inner.by)
    return Response(lead_on_wire(found), headers={"ETag": etag(found)})


def the_lead(public: str) -> Lead:
    """The lead of this account with its people; Http404 for any other."""
    try:
        found: Lead = Lead.objects.with_people().by_public_id(public)
    except Lead.DoesNotExist:
        raise Http404 from None
    return found


def etag(lead: Lead) -> str:
    return f'"{lead.updated_at.timestamp():.6f}"'


def _unless_stale(request: Request, lead: Lead) -> None:
    wanted = request.headers.get("If-Match")
    if wanted and wanted not in ("*", etag(lead)):
        raise Problem(409, "Conflict", "Somebody changed this lead in the meantime. Read it again.")
