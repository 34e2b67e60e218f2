"""REST: what members are asked for, and their answers. A key is nobody's word: only members ask and answer."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied as Forbidden
from django.core.exceptions import ValidationError
from drf_spectacular.utils import extend_schema
from rest_framework import serializers as s
from rest_framework.exceptions import PermissionDenied
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api import Need, endpoint
from accounts.idempotency import idempotent
from accounts.models import Member
from accounts.openapi import CURSOR, IDEMPOTENCY_KEY, LIMIT, OF_ONE, OF_POST, REFUSALS, answers, listing
from accounts.problems import TYPE, Problem
from accounts.roles import Function, Scope
from leads.api.leads import paged
from leads.api.work import valid
from leads.wire import moment
from pipeline import approvals as asked
from pipeline.api import schemas
from pipeline.api.pipelines import nested
from pipeline.approval import Answer, Approver
from pipeline.models import Approval, Criterion, Deal, Stage
from pipeline.refusals import GateClosed, NotOpen
from pipeline.wire import title_of
from tenancy.ids import public_id
from tenancy.models import get_or_404
from tenancy.serializers import Day, TenantRelatedField

SEE = Need(Scope.LEADS_READ, Function.SEE_LEADS)
MOVE = Need(Scope.PIPELINE_WRITE, Function.MOVE_DEALS)


class ApprovalIn(s.Serializer[Any]):
    """For a word on `criterion` or, without one, to let the deal through to stage `to`."""

    deal, to = TenantRelatedField(Deal), TenantRelatedField(Stage)
    criterion = TenantRelatedField(Criterion, required=False, allow_null=True)
    words = s.CharField(max_length=500, required=False, allow_blank=True)


class ApprovalOut(s.Serializer[Any]):
    id = s.CharField()
    deal = schemas.NamedOut()
    criterion, to = s.CharField(allow_null=True), s.CharField()
    role = s.ChoiceField(Approver.choices)
    words, note = s.CharField(), s.CharField()
    asked_by, answered_by = s.CharField(), s.CharField(allow_null=True)
    asked_at, answered_at = s.DateTimeField(), s.DateTimeField(allow_null=True)
    answer = s.ChoiceField(Answer.choices, allow_null=True)


class AnswerIn(s.Serializer[Any]):
    """A note is needed to refuse, and to let a deal through; the proof is then owed by `owed_by`."""

    approved = s.BooleanField()
    note = s.CharField(max_length=500, required=False, allow_blank=True)
    owed_by = Day(required=False, allow_null=True)


@extend_schema(
    methods=["GET"],
    operation_id="list_approvals",
    parameters=[LIMIT, CURSOR],
    responses=answers(*REFUSALS, ok=listing("ApprovalPage", ApprovalOut)),
)
@extend_schema(
    methods=["POST"],
    operation_id="ask_approval",
    request=ApprovalIn,
    parameters=[IDEMPOTENCY_KEY],
    responses=answers(*REFUSALS, *OF_POST, 409, created=ApprovalOut),
)
@endpoint(GET=SEE, POST=MOVE)
@idempotent
def approvals(request: Request) -> Response:
    """What waits for an answer, the newest first."""
    if request.method == "GET":
        return paged(request, asked.waiting(), "-asked_at", on_wire)
    me, said = _member(request), valid(ApprovalIn, request)
    deal, to, criterion = said["deal"], said["to"], said.get("criterion")
    if to.pipeline_id != deal.pipeline_id:
        raise s.ValidationError({"to": ["This stage is of another pipeline."]})
    if criterion and criterion.stage.pipeline_id != deal.pipeline_id:
        raise s.ValidationError({"criterion": ["This criterion is of another pipeline."]})
    try:
        made = asked.ask(deal, to, by=me, criterion=criterion, words=said.get("words", ""))
    except NotOpen as refused:
        raise Problem(409, "Conflict", str(refused)) from None
    except ValidationError as refusal:
        raise s.ValidationError(nested(refusal.message_dict)) from None
    return Response(on_wire(made), status=201)


@extend_schema(
    operation_id="answer_approval",
    request=AnswerIn,
    parameters=[IDEMPOTENCY_KEY],
    responses=answers(*OF_ONE, *OF_POST, 409, ok=ApprovalOut) | {(422, TYPE): schemas.GateClosedProblem},
)
@endpoint(POST=MOVE)
@idempotent
def answer(request: Request, approval_id: str) -> Response:
    """Approve or refuse, once."""
    found, me = get_or_404(Approval, approval_id), _member(request)
    said = valid(AnswerIn, request)
    note, owed_by = said.get("note", ""), said.get("owed_by")
    try:
        made = asked.answer(found, said["approved"], by=me, note=note, owed_by=owed_by)
    except Forbidden as refusal:
        raise PermissionDenied(str(refusal)) from None
    except NotOpen as refused:
        raise Problem(409, "Conflict", str(refused)) from None
    except GateClosed as shut:
        raise Problem(422, "The gate is closed", str(shut), unmet=[item.wire() for item in shut.unmet]) from None
    except ValidationError as refusal:
        raise s.ValidationError(nested(refusal.message_dict)) from None
    return Response(on_wire(made))


def _member(request: Request) -> Member:
    inner: Any = request._request
    if inner.member is None:
        raise PermissionDenied("A person gives his or her word; a key can’t.")
    me: Member = inner.member
    return me


def on_wire(row: Approval) -> dict[str, Any]:
    return {
        "id": row.public_id,
        "deal": {"id": row.deal.public_id, "name": title_of(row.deal.lead)},
        "criterion": row.criterion.public_id if row.criterion else None,
        "to": public_id(Stage.PREFIX, row.to_stage_id),
        "role": row.role,
        "words": row.words,
        "note": row.note,
        "asked_by": public_id(Member.PREFIX, row.asked_by_id),
        "answered_by": public_id(Member.PREFIX, row.answered_by_id) if row.answered_by_id else None,
        "asked_at": moment(row.asked_at),
        "answered_at": moment(row.answered_at),
        "answer": row.answer or None,
    }
