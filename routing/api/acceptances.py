"""REST: an owner takes a lead, or passes it on."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema, inline_serializer
from rest_framework import serializers as s
from rest_framework.exceptions import PermissionDenied, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api import Need, endpoint
from accounts.idempotency import idempotent
from accounts.models import Member
from accounts.openapi import IDEMPOTENCY_KEY, OF_ONE, OF_POST, answers
from accounts.problems import Problem
from accounts.roles import Function, Scope
from leads.models import Lead
from routing.accepting import accept, decline
from routing.api.decisions import DecisionSerializer
from routing.reasons import Reason
from routing.reassignment import CannotPassOn
from tenancy.models import get_or_404
from tenancy.serializers import TenantRelatedField

NEED = Need(Scope.LEADS_WRITE, Function.WORK_LEADS)


class AcceptanceIn(s.Serializer[Any]):
    """`member`: on whose behalf; a member speaks for themselves, a key has to say for whom."""

    member = TenantRelatedField(Member, required=False)


class RefusalIn(AcceptanceIn):
    reason = s.ChoiceField(choices=Reason.choices)
    note = s.CharField(max_length=200, required=False, allow_blank=True)


RefusalOut = inline_serializer(
    "RefusalOut",
    {
        "passed_on": s.BooleanField(help_text="False: nobody else could take it; the managers are told."),
        "decision": DecisionSerializer(),
    },
)


@extend_schema(
    operation_id="accept_lead",
    request=AcceptanceIn,
    parameters=[IDEMPOTENCY_KEY],
    responses=answers(*OF_ONE, *OF_POST, ok=DecisionSerializer),
    description="Take a lead that is yours, or nobody's. A second time changes nothing.",
)
@endpoint(POST=NEED)
@idempotent
def acceptance(request: Request, lead_id: str) -> Response:
    lead, member, _ = _asked(request, lead_id, AcceptanceIn)
    try:
        decision = accept(lead, member, by=by_of(request))
    except CannotPassOn as refusal:
        raise Problem(422, "Understood and refused", str(refusal)) from None
    return Response(DecisionSerializer(decision).data if decision else {})


@extend_schema(
    operation_id="decline_lead",
    request=RefusalIn,
    parameters=[IDEMPOTENCY_KEY],
    responses=answers(*OF_ONE, *OF_POST, ok=RefusalOut),
    description="Pass a lead on, for a reason, to whomever the rules choose next.",
)
@endpoint(POST=NEED)
@idempotent
def refusal(request: Request, lead_id: str) -> Response:
    lead, member, said = _asked(request, lead_id, RefusalIn)
    try:
        decision = decline(lead, member, reason=Reason(said["reason"]), note=said.get("note", ""), by=by_of(request))
    except CannotPassOn as refusal:
        raise Problem(422, "Understood and refused", str(refusal)) from None
    passed_on = decision.member_id != member.pk
    return Response({"passed_on": passed_on, "decision": DecisionSerializer(decision).data})


def _asked(request: Request, lead_id: str, shape: type[AcceptanceIn]) -> tuple[Lead, Member, dict[str, Any]]:
    """The lead, who speaks, and what was said."""
    lead, asked = get_or_404(Lead, lead_id), shape(data=request.data)
    asked.is_valid(raise_exception=True)
    inner: Any = request._request
    named: Member | None = asked.validated_data.get("member")
    member = named or inner.member
    if member is None:
        raise ValidationError({"member": ["A key says for which member it speaks."]}, code="required")
    if inner.member and member.pk != inner.member.pk:
        raise PermissionDenied("You speak for yourself only.")
    return lead, member, asked.validated_data


def by_of(request: Request) -> Any:
    inner: Any = request._request
    return inner.by
