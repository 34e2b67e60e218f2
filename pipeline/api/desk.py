"""What people put on a lead's desk: tasks, documents, comments."""

from __future__ import annotations

from django.http import FileResponse, Http404
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import parser_classes
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api import endpoint
from accounts.idempotency import idempotent
from accounts.openapi import OF_ONE, answers
from accounts.problems import Problem
from leads.api.leads import paged, the_lead
from leads.api.work import valid
from pipeline.api import schemas
from pipeline.api.dossier import CHANGED, SEE, WORK, by, changed, documented, inner
from pipeline.comments import add_comment, change_comment, may_change, remove_comment
from pipeline.files import NotReady, TooLarge, WrongType, attach_file, change_file, download, or_no_file, remove_file
from pipeline.models import Comment, File, Task
from pipeline.tasks import add_task, change_task, finish_task, remove_task, reopen_task
from pipeline.wire import comment_on_wire, file_on_wire, task_on_wire
from tenancy.models import get_or_404


@documented("task", schemas.TaskIn, schemas.TaskOut)
@endpoint(GET=SEE, POST=WORK)
@idempotent
def tasks(request: Request, lead_id: str) -> Response:
    lead = the_lead(lead_id)
    if request.method == "GET":
        return paged(request, lead.tasks.all(), "created_at", task_on_wire)
    return Response(task_on_wire(add_task(lead, **valid(schemas.TaskIn, request), by=by(request))), status=201)


@changed("task", schemas.TaskChange, schemas.TaskOut)
@endpoint(PATCH=WORK, DELETE=WORK)
def task(request: Request, task_id: str) -> Response:
    """`done` ticks it off, or opens it again; one with `every` is made anew when it is done."""
    found: Task = get_or_404(Task, task_id)
    if request.method == "DELETE":
        remove_task(found, by=by(request))
        return Response(status=204)
    said = valid(schemas.TaskChange, request, partial=True)
    done = said.pop("done", None)
    change_task(found, said, by=by(request))
    if done is not None:
        (finish_task if done else reopen_task)(found, by=by(request))
    return Response(task_on_wire(found))


@documented("file", {"multipart/form-data": schemas.FileIn}, schemas.FileOut)
@endpoint(GET=SEE, POST=WORK)
@parser_classes([MultiPartParser])
@idempotent
def files(request: Request, lead_id: str) -> Response:
    lead = the_lead(lead_id)
    if request.method == "GET":
        return paged(request, lead.files.all(), "created_at", file_on_wire)
    said = valid(schemas.FileIn, request)
    try:
        with or_no_file():
            added = attach_file(lead, said["file"], kind=said.get("kind", "other"), by=by(request))
    except TooLarge as error:
        raise Problem(413, "Too large", " ".join(error.messages)) from None
    except WrongType as error:
        raise Problem(415, "Unsupported type", " ".join(error.messages)) from None
    return Response(file_on_wire(added), status=201)


@extend_schema(
    methods=["GET"],
    operation_id="read_file",
    responses={(200, "application/octet-stream"): OpenApiTypes.BINARY} | answers(*OF_ONE, 409, 503),
)
@extend_schema(
    methods=["PATCH"],
    operation_id="change_file",
    request=schemas.FileChange,
    responses=answers(*CHANGED, ok=schemas.FileOut),
)
@extend_schema(methods=["DELETE"], operation_id="remove_file", responses=answers(*OF_ONE, gone=None))
@endpoint(GET=SEE, PATCH=WORK, DELETE=WORK)
def file(request: Request, file_id: str) -> Response | FileResponse:
    """The document itself, once it was found clean; its kind; its end."""
    found: File = get_or_404(File, file_id)
    if request.method == "DELETE":
        remove_file(found, by=by(request))
        return Response(status=204)
    if request.method == "PATCH":
        said = valid(schemas.FileChange, request)
        return Response(file_on_wire(change_file(found, said["kind"], by=by(request))))
    try:
        return download(found)
    except NotReady as reason:
        raise Problem(409, "Not ready", f"{reason}.") from None
    except FileNotFoundError:
        raise Http404 from None


@documented("comment", schemas.CommentIn, schemas.CommentOut)
@endpoint(GET=SEE, POST=WORK)
@idempotent
def comments(request: Request, lead_id: str) -> Response:
    lead = the_lead(lead_id)
    if request.method == "GET":
        return paged(request, lead.comments.all(), "created_at", comment_on_wire)
    added = add_comment(lead, valid(schemas.CommentIn, request)["body"], by=by(request))
    return Response(comment_on_wire(added), status=201)


@changed("comment", schemas.CommentIn, schemas.CommentOut)
@endpoint(PATCH=WORK, DELETE=WORK)
def comment(request: Request, comment_id: str) -> Response:
    """Only its author may change or delete it."""
    found: Comment = get_or_404(Comment, comment_id)
    if not may_change(found, inner(request).member, by(request)):
        raise Problem(403, "Not yours", f"Only {found.author or 'its author'} may change this comment.")
    if request.method == "DELETE":
        remove_comment(found, by=by(request))
        return Response(status=204)
    said = valid(schemas.CommentIn, request, partial=True)
    return Response(comment_on_wire(change_comment(found, said.get("body", found.body), by=by(request))))
