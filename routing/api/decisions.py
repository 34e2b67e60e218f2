"""REST: why a lead has its owner, and giving it another."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.exceptions import NotFound, PermissionDenied
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api import Need, endpoint
from accounts.idempotency import idempotent
from accounts.models import Member
from accounts.openapi import OF_ONE, OF_POST, answers
from accounts.problems import Problem
from accounts.roles import Function, Scope
from leads.models import Lead
from routing.models import Decision
from routing.reasons import Reason
from routing.reassignment import CannotPassOn, may_pass_on, reassign
from tenancy.models import get_or_404
from tenancy.serializers import TenantRelatedField


class ClauseSerializer(serializers.Serializer[Any]):
    sentence = serializers.CharField()
    holds = serializers.BooleanField()


class TriedSerializer(serializers.Serializer[Any]):
    position = serializers.IntegerField()
    label = serializers.CharField()  # type: ignore[assignment]  # DRF calls a field's caption so
    matched = serializers.BooleanField()
    passed_over = serializers.CharField(allow_blank=True)
    clauses = ClauseSerializer(many=True)


class CandidateSerializer(serializers.Serializer[Any]):
    id = serializers.CharField()
    name = serializers.CharField()
    available = serializers.BooleanField()
    chosen = serializers.BooleanField()
    why = serializers.CharField()


class PersonSerializer(serializers.Serializer[Any]):
    id = serializers.CharField(source="public_id")
    name = serializers.CharField()


class DecisionSerializer(serializers.Serializer[Any]):
    """A decision on the wire; what only routing's own decisions know is empty in a person's."""

    id = serializers.CharField(source="public_id")
    outcome = serializers.CharField(source="reason")
    owner = PersonSerializer(source="member", allow_null=True)
    sentence = serializers.CharField()
    rule = serializers.JSONField(source="body.rule", default=None)
    version = serializers.IntegerField(source="body.version", default=None, allow_null=True)
    tried = TriedSerializer(source="body.tried", many=True, default=[])
    candidates = CandidateSerializer(source="body.candidates", many=True, default=[])
    tie_break = serializers.CharField(source="body.tie_break", default="")
    pool = serializers.CharField(source="body.pool", default="")
    territory = serializers.CharField(source="body.territory", default="")
    score = serializers.IntegerField(source="body.score", default=None, allow_null=True)
    tier = serializers.CharField(source="body.tier", default="")
    milliseconds = serializers.FloatField(source="body.milliseconds", default=None, allow_null=True)
    reassigned_for = serializers.CharField(source="body.reason", default="")
    decided_at = serializers.DateTimeField()


class AssignmentSerializer(serializers.Serializer[Any]):
    owner = TenantRelatedField(Member)
    reason = serializers.ChoiceField(choices=Reason.choices)


@extend_schema(responses=answers(*OF_ONE, ok=DecisionSerializer), operation_id="lead_decision")
@endpoint(GET=Need(Scope.LEADS_READ, Function.SEE_LEADS))
def decision(request: Request, lead_id: str) -> Response:
    lead = get_or_404(Lead, lead_id)
    newest = lead.decisions.select_related("member").order_by("-decided_at", "-id").first()
    if newest is None:
        raise NotFound("This lead is not routed yet. It usually takes less than a second.")
    return Response(DecisionSerializer(newest).data)


@extend_schema(
    request=AssignmentSerializer,
    responses=answers(*OF_ONE, *OF_POST, ok=DecisionSerializer),
    operation_id="lead_assignment",
)
@endpoint(POST=Need(Scope.LEADS_WRITE, Function.WORK_LEADS))
@idempotent
def assignment(request: Request, lead_id: str) -> Response:
    lead, asked = get_or_404(Lead, lead_id), AssignmentSerializer(data=request.data)
    inner: Any = request._request
    if inner.member and not may_pass_on(inner.member, lead):
        raise PermissionDenied("You may pass on your own leads; a manager reassigns those of others.")
    asked.is_valid(raise_exception=True)
    made = pass_on(lead, asked.validated_data, inner.by)
    return Response(DecisionSerializer(made).data)


def pass_on(lead: Lead, asked: dict[str, Any], by: Any) -> Decision:
    try:
        return reassign(lead, asked["owner"], reason=Reason(asked["reason"]), by=by)
    except CannotPassOn as refusal:
        raise Problem(422, "Understood and refused", str(refusal)) from None
