"""What hangs on a lead and opens its gates: meetings and objections."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api import Need, endpoint
from accounts.idempotency import idempotent
from accounts.openapi import CURSOR, IDEMPOTENCY_KEY, LIMIT, OF_ONE, OF_POST, answers, listing
from accounts.roles import Function, Scope
from leads.api.leads import paged, the_lead
from leads.api.work import valid
from pipeline.api import schemas
from pipeline.meetings import OUTCOMES, book_meeting, change_meeting, hold_meeting
from pipeline.models import Meeting, Objection
from pipeline.objections import answer_objection, change_objection, raise_objection, remove_objection
from pipeline.wire import meeting_on_wire, objection_on_wire
from tenancy.models import get_or_404

SEE = Need(Scope.LEADS_READ, Function.SEE_LEADS)
WORK = Need(Scope.LEADS_WRITE, Function.WORK_LEADS)
CHANGED = (*OF_ONE, 413, 415)


def documented(noun: str, taken: Any, shown: Any) -> Callable[[Any], Any]:
    """The documentation of a lead's list of `noun`s and of adding one."""

    def decorate(view: Any) -> Any:
        listed = extend_schema(
            methods=["GET"],
            operation_id=f"list_{noun}s",
            parameters=[LIMIT, CURSOR],
            responses=answers(*OF_ONE, ok=listing(f"{noun.capitalize()}Page", shown)),
        )
        added = extend_schema(
            methods=["POST"],
            operation_id=f"add_{noun}",
            parameters=[IDEMPOTENCY_KEY],
            request=taken,
            responses=answers(*OF_ONE, *OF_POST, *([503] if noun == "file" else []), created=shown),
        )
        return listed(added(view))

    return decorate


def changed(noun: str, taken: Any, shown: Any) -> Callable[[Any], Any]:
    """The documentation of changing one, and of removing it."""

    def decorate(view: Any) -> Any:
        patched = extend_schema(
            methods=["PATCH"],
            operation_id=f"change_{noun}",
            request=taken(partial=True),
            responses=answers(*CHANGED, ok=shown),
        )
        removed = extend_schema(
            methods=["DELETE"], operation_id=f"remove_{noun}", responses=answers(*OF_ONE, gone=None)
        )
        return patched(removed(view))

    return decorate


@documented("meeting", schemas.MeetingAdd, schemas.MeetingOut)
@endpoint(GET=SEE, POST=WORK)
@idempotent
def meetings(request: Request, lead_id: str) -> Response:
    lead = the_lead(lead_id)
    if request.method == "GET":
        return paged(request, lead.meetings.all(), "starts_at", meeting_on_wire)
    return Response(
        meeting_on_wire(book_meeting(lead, **valid(schemas.MeetingAdd, request), by=by(request))), status=201
    )


@changed("meeting", schemas.MeetingChange, schemas.MeetingOut)
@endpoint(PATCH=WORK, DELETE=WORK)
def meeting(request: Request, meeting_id: str) -> Response:
    """One that was held, or to which nobody came, is logged with it; removing cancels, for the record keeps it."""
    found: Meeting = get_or_404(Meeting, meeting_id)
    if request.method == "DELETE":
        change_meeting(found, {"outcome": "cancelled"}, by=by(request))
        return Response(status=204)
    said = valid(schemas.MeetingChange, request, partial=True)
    took_place = said.pop("outcome") if said.get("outcome") in OUTCOMES[:2] else ""
    change_meeting(found, said, by=by(request))
    if took_place:
        hold_meeting(found, took_place, by=by(request), member=inner(request).member)
    return Response(meeting_on_wire(found))


@documented("objection", schemas.ObjectionIn, schemas.ObjectionOut)
@endpoint(GET=SEE, POST=WORK)
@idempotent
def objections(request: Request, lead_id: str) -> Response:
    lead = the_lead(lead_id)
    if request.method == "GET":
        return paged(request, lead.objections.select_related("stakeholder"), "created_at", objection_on_wire)
    raised = raise_objection(lead, **valid(schemas.ObjectionIn, request), by=by(request))
    return Response(objection_on_wire(raised), status=201)


@changed("objection", schemas.ObjectionChange, schemas.ObjectionOut)
@endpoint(PATCH=WORK, DELETE=WORK)
def objection(request: Request, objection_id: str) -> Response:
    found: Objection = get_or_404(Objection, objection_id)
    if request.method == "DELETE":
        remove_objection(found, by=by(request))
        return Response(status=204)
    said = valid(schemas.ObjectionChange, request, partial=True)
    if "answer" in said and said["answer"] is None:
        said["answered_at"] = None
    answer = said.pop("answer", None)
    change_objection(found, said, by=by(request))
    if answer:
        answer_objection(found, answer, by=by(request))
    return Response(objection_on_wire(found))


def inner(request: Request) -> Any:
    return request._request


def by(request: Request) -> Any:
    return inner(request).by
