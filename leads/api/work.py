"""What hangs on one lead: its timeline, activities, stakeholders, disqualification."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api import Need, endpoint
from accounts.idempotency import idempotent
from accounts.openapi import CURSOR, IDEMPOTENCY_KEY, LIMIT, OF_ONE, OF_POST, answers, listing
from accounts.problems import Problem
from accounts.roles import Function, Scope
from events.models import Event
from leads.api import schemas
from leads.api.leads import paged, the_lead
from leads.models import Activity, Stakeholder
from leads.timeline import entry
from leads.timeline_page import told
from leads.wire import lead_on_wire, moment
from tenancy.ids import public_id
from tenancy.models import get_or_404

SEE = Need(Scope.LEADS_READ, Function.SEE_LEADS)
WORK = Need(Scope.LEADS_WRITE, Function.WORK_LEADS)
ACTOR_PREFIX = {"member": "mem", "key": "key"}


@extend_schema(
    operation_id="read_timeline",
    parameters=[OpenApiParameter("who", str, enum=["all", "people", "system"]), LIMIT, CURSOR],
    responses=answers(*OF_ONE, ok=listing("TimelinePage", schemas.EntryOut)),
    description="Everything that happened to the lead, newest first.",
)
@endpoint(GET=SEE)
def timeline(request: Request, lead_id: str) -> Response:
    lead = the_lead(lead_id)
    events = told(lead, request.query_params.get("who", "all"))
    return paged(request, events, "-occurred_at", _event_on_wire)


def _event_on_wire(event: Event) -> dict[str, Any]:
    line = entry(event)
    prefix = ACTOR_PREFIX.get(event.actor_kind)
    actor_id = public_id(prefix, event.actor_id) if prefix and event.actor_id else None
    return {
        "id": line.id,
        "kind": line.kind,
        "title": line.title,
        "text": line.text,
        "actor": {"kind": event.actor_kind, "id": actor_id, "name": event.actor_name},
        "at": moment(event.occurred_at),
        "body": event.body,
    }


@extend_schema(
    methods=["GET"],
    operation_id="list_activities",
    parameters=[LIMIT, CURSOR],
    responses=answers(*OF_ONE, ok=listing("ActivityPage", schemas.ActivityOut)),
)
@extend_schema(
    methods=["POST"],
    operation_id="log_activity",
    parameters=[IDEMPOTENCY_KEY],
    request=schemas.ActivityIn,
    responses=answers(*OF_ONE, *OF_POST, created=schemas.ActivityOut),
)
@endpoint(GET=SEE, POST=WORK)
@idempotent
def activities(request: Request, lead_id: str) -> Response:
    lead = the_lead(lead_id)
    if request.method == "GET":
        return paged(request, lead.activities.all(), "-occurred_at", _activity_on_wire)
    said = valid(schemas.ActivityIn, request)
    inner: Any = request._request
    activity = lead.log_activity(**said, by=inner.by, member=inner.member)
    return Response(_activity_on_wire(activity), status=201)


def valid(serializer: Any, request: Request, *, partial: bool = False) -> dict[str, Any]:
    """The request's body through a serializer. Raises ValidationError."""
    checked = serializer(data=request.data, partial=partial)
    checked.is_valid(raise_exception=True)
    said: dict[str, Any] = checked.validated_data
    return said


def _activity_on_wire(activity: Activity) -> dict[str, Any]:
    return {
        "id": activity.public_id,
        "kind": activity.kind,
        "direction": activity.direction,
        "outcome": activity.outcome,
        "body": activity.body,
        "automatic": activity.automatic,
        "occurred_at": moment(activity.occurred_at),
    }


@extend_schema(
    methods=["GET"],
    operation_id="list_stakeholders",
    parameters=[LIMIT, CURSOR],
    responses=answers(*OF_ONE, ok=listing("StakeholderPage", schemas.StakeholderOut)),
)
@extend_schema(
    methods=["POST"],
    operation_id="add_stakeholder",
    parameters=[IDEMPOTENCY_KEY],
    request=schemas.StakeholderIn,
    responses=answers(*OF_ONE, *OF_POST, created=schemas.StakeholderOut),
)
@endpoint(GET=SEE, POST=WORK)
@idempotent
def stakeholders(request: Request, lead_id: str) -> Response:
    lead = the_lead(lead_id)
    if request.method == "GET":
        return paged(request, lead.stakeholders.all(), "created_at", _stakeholder_on_wire)
    inner: Any = request._request
    stakeholder = lead.add_stakeholder(**valid(schemas.StakeholderIn, request), by=inner.by)
    return Response(_stakeholder_on_wire(stakeholder), status=201)


@extend_schema(
    methods=["PATCH"],
    operation_id="change_stakeholder",
    request=schemas.StakeholderIn(partial=True),
    responses=answers(*OF_ONE, 413, 415, ok=schemas.StakeholderOut),
)
@extend_schema(methods=["DELETE"], operation_id="remove_stakeholder", responses=answers(*OF_ONE, gone=None))
@endpoint(PATCH=WORK, DELETE=WORK)
def stakeholder(request: Request, stakeholder_id: str) -> Response:
    found: Stakeholder = get_or_404(Stakeholder, stakeholder_id)
    inner: Any = request._request
    if request.method == "DELETE":
        found.remove(by=inner.by)
        return Response(status=204)
    found.change(valid(schemas.StakeholderIn, request, partial=True), by=inner.by)
    return Response(_stakeholder_on_wire(found))


def _stakeholder_on_wire(stakeholder: Stakeholder) -> dict[str, Any]:
    return {
        "id": stakeholder.public_id,
        "name": stakeholder.name,
        "role": stakeholder.role,
        "job_title": stakeholder.job_title,
        "email": stakeholder.email,
        "reviewed_at": moment(stakeholder.reviewed_at),
    }


@extend_schema(
    methods=["POST"],
    operation_id="disqualify_lead",
    request=schemas.DisqualificationIn,
    responses=answers(*OF_ONE, *OF_POST, ok=schemas.LeadOut),
)
@extend_schema(methods=["DELETE"], operation_id="take_back", responses=answers(*OF_ONE, 422, ok=schemas.LeadOut))
@endpoint(POST=WORK, DELETE=WORK)
@idempotent
def disqualification(request: Request, lead_id: str) -> Response:
    lead, inner = the_lead(lead_id), request._request
    by: Any = getattr(inner, "by", None)
    if request.method == "DELETE":
        done = lead.reopen(by=by)
    else:
        done = lead.disqualify(**{"recycle_on": None} | valid(schemas.DisqualificationIn, request), by=by)
    if not done:
        raise Problem(422, "Understood and refused", f"This lead is {lead.get_status_display().lower()}.")
    return Response(lead_on_wire(the_lead(lead_id)))
