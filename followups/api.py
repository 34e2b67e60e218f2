"""REST: start a cadence for a lead, and stop it."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api import Need, endpoint
from accounts.idempotency import idempotent
from accounts.openapi import IDEMPOTENCY_KEY, OF_ONE, OF_POST, answers
from accounts.problems import Problem
from accounts.roles import Function, Scope
from followups.models import Cadence, Enrolment
from followups.running import CannotStart, start, stop
from leads.models import Lead
from tenancy.models import get_or_404
from tenancy.serializers import TenantRelatedField

WORK = Need(Scope.LEADS_WRITE, Function.WORK_LEADS)


class EnrolmentIn(serializers.Serializer[Any]):
    cadence = TenantRelatedField(Cadence)


class EnrolmentOut(serializers.Serializer[Any]):
    id = serializers.CharField(source="public_id")
    lead = serializers.CharField(source="lead.public_id")
    cadence = serializers.CharField(source="cadence.public_id")
    name = serializers.CharField(source="cadence.name")
    started_at = serializers.DateTimeField()
    ended_at = serializers.DateTimeField(allow_null=True)
    end_reason = serializers.CharField(allow_blank=True)


@extend_schema(
    operation_id="start_cadence",
    parameters=[IDEMPOTENCY_KEY],
    request=EnrolmentIn,
    responses=answers(*OF_ONE, *OF_POST, created=EnrolmentOut),
    description="422 while another cadence runs, for a closed lead, and after an opt-out.",
)
@endpoint(POST=WORK)
@idempotent
def enrolments(request: Request, lead_id: str) -> Response:
    lead, asked = get_or_404(Lead, lead_id), EnrolmentIn(data=request.data)
    asked.is_valid(raise_exception=True)
    inner: Any = request._request
    try:
        enrolment = start(lead, asked.validated_data["cadence"], by=inner.by)
    except CannotStart as refusal:
        raise Problem(422, "Understood and refused", str(refusal)) from None
    return Response(EnrolmentOut(enrolment).data, status=201)


@extend_schema(operation_id="stop_cadence", request=None, responses=answers(*OF_ONE, ok=EnrolmentOut))
@endpoint(DELETE=WORK)
def enrolment(request: Request, enrolment_id: str) -> Response:
    row = get_or_404(Enrolment, enrolment_id)
    inner: Any = request._request
    stop(row, by=inner.by)
    row.refresh_from_db()
    return Response(EnrolmentOut(row).data)
