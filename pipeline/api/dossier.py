"""What hangs on a lead and opens its gates: meetings, objections, tasks, files."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.core.files.storage import default_storage
from django.http import FileResponse, Http404
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import parser_classes
from rest_framework.exceptions import ValidationError
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api import Need, endpoint
from accounts.idempotency import idempotent
from accounts.openapi import CURSOR, IDEMPOTENCY_KEY, LIMIT, OF_ONE, OF_POST, answers, listing
from accounts.problems import Problem
from accounts.roles import Function, Scope
from leads.api.leads import paged, the_lead
from leads.api.work import valid
from pipeline.api import schemas
from pipeline.files import TooLarge, WrongType, attach_file, or_no_file
from pipeline.meetings import book_meeting, change_meeting
from pipeline.models import File, Meeting, Objection, Task
from pipeline.objections import answer_objection, raise_objection
from pipeline.tasks import add_task, finish_task
from pipeline.wire import file_on_wire, meeting_on_wire, objection_on_wire, task_on_wire
from tenancy.models import get_or_404

SEE = Need(Scope.LEADS_READ, Function.SEE_LEADS)
WORK = Need(Scope.LEADS_WRITE, Function.WORK_LEADS)
CHANGED = (*OF_ONE, 413, 415)


def _documented(noun: str, taken: Any, shown: Any) -> Callable[[Any], Any]:
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
            responses=answers(*OF_ONE, *OF_POST, created=shown),
        )
        return listed(added(view))

    return decorate


@_documented("meeting", schemas.MeetingIn, schemas.MeetingOut)
@endpoint(GET=SEE, POST=WORK)
@idempotent
def meetings(request: Request, lead_id: str) -> Response:
    lead, inner = the_lead(lead_id), _inner(request)
    if request.method == "GET":
        return paged(request, lead.meetings.all(), "starts_at", meeting_on_wire)
    meeting = book_meeting(lead, **valid(schemas.MeetingIn, request), by=inner.by)
    return Response(meeting_on_wire(meeting), status=201)


@extend_schema(
    operation_id="change_meeting",
    request=schemas.MeetingChange(partial=True),
    responses=answers(*CHANGED, ok=schemas.MeetingOut),
)
@endpoint(PATCH=WORK)
def meeting(request: Request, meeting_id: str) -> Response:
    found: Meeting = get_or_404(Meeting, meeting_id)
    said = valid(schemas.MeetingChange, request, partial=True)
    return Response(meeting_on_wire(change_meeting(found, said, by=_inner(request).by)))


@_documented("objection", schemas.ObjectionIn, schemas.ObjectionOut)
@endpoint(GET=SEE, POST=WORK)
@idempotent
def objections(request: Request, lead_id: str) -> Response:
    lead, inner = the_lead(lead_id), _inner(request)
    if request.method == "GET":
        return paged(request, lead.objections.select_related("stakeholder"), "created_at", objection_on_wire)
    said = valid(schemas.ObjectionIn, request)
    if said.get("stakeholder") and said["stakeholder"].lead_id != lead.pk:
        raise ValidationError({"stakeholder": ["This person belongs to another lead."]})
    return Response(objection_on_wire(raise_objection(lead, **said, by=inner.by)), status=201)


@extend_schema(
    operation_id="answer_objection",
    request=schemas.ObjectionChange,
    responses=answers(*CHANGED, ok=schemas.ObjectionOut),
)
@endpoint(PATCH=WORK)
def objection(request: Request, objection_id: str) -> Response:
    found: Objection = get_or_404(Objection, objection_id)
    said = valid(schemas.ObjectionChange, request)
    return Response(objection_on_wire(answer_objection(found, said["answer"], by=_inner(request).by)))


@_documented("task", schemas.TaskIn, schemas.TaskOut)
@endpoint(GET=SEE, POST=WORK)
@idempotent
def tasks(request: Request, lead_id: str) -> Response:
    lead, inner = the_lead(lead_id), _inner(request)
    if request.method == "GET":
        return paged(request, lead.tasks.select_related("member"), "created_at", task_on_wire)
    return Response(task_on_wire(add_task(lead, **valid(schemas.TaskIn, request), by=inner.by)), status=201)


@extend_schema(
    operation_id="finish_task", request=schemas.TaskChange, responses=answers(*CHANGED, 422, ok=schemas.TaskOut)
)
@endpoint(PATCH=WORK)
def task(request: Request, task_id: str) -> Response:
    found: Task = get_or_404(Task, task_id)
    if not valid(schemas.TaskChange, request)["done"]:
        raise Problem(422, "Understood and refused", "A task can only be ticked off. Add a new one instead.")
    return Response(task_on_wire(finish_task(found, by=_inner(request).by)))


@_documented("file", {"multipart/form-data": schemas.FileIn}, schemas.FileOut)
@endpoint(GET=SEE, POST=WORK)
@parser_classes([MultiPartParser])
@idempotent
def files(request: Request, lead_id: str) -> Response:
    lead, inner = the_lead(lead_id), _inner(request)
    if request.method == "GET":
        return paged(request, lead.files.all(), "created_at", file_on_wire)
    said = valid(schemas.FileIn, request)
    try:
        with or_no_file():
            added = attach_file(lead, said["file"], kind=said.get("kind", "other"), by=inner.by)
    except TooLarge as error:
        raise Problem(413, "Too large", " ".join(error.messages)) from None
    except WrongType as error:
        raise Problem(415, "Unsupported type", " ".join(error.messages)) from None
    return Response(file_on_wire(added), status=201)


@extend_schema(
    operation_id="read_file", responses={(200, "application/octet-stream"): OpenApiTypes.BINARY} | answers(*OF_ONE)
)
@endpoint(GET=SEE)
def file(request: Request, file_id: str) -> FileResponse:
    found: File = get_or_404(File, file_id)
    try:
        content = default_storage.open(found.path)
    except FileNotFoundError:
        raise Http404 from None
    return FileResponse(content, as_attachment=True, filename=found.name, content_type=found.content_type)


def _inner(request: Request) -> Any:
    return request._request
