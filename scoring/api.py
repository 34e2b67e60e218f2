"""REST: why a lead has its score, and what a person answers."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api import Need, endpoint
from accounts.idempotency import idempotent
from accounts.openapi import IDEMPOTENCY_KEY, OF_ONE, OF_POST, answers
from accounts.roles import Function, Scope
from leads.models import Lead
from scoring import answers as verbs
from scoring.current import current_model
from scoring.models import Receipt
from scoring.schemas import AnswersIn, ReceiptOut
from scoring.tiers import Tier
from tenancy.models import get_or_404


@extend_schema(operation_id="read_receipt", responses=answers(*OF_ONE, ok=ReceiptOut))
@endpoint(GET=Need(Scope.LEADS_READ, Function.SEE_LEADS))
def receipt(request: Request, lead_id: str) -> Response:
    """Every point of the lead's score, rule by rule, as of the time it states."""
    return Response(on_wire(get_or_404(Lead, lead_id)))


@extend_schema(
    operation_id="answer_questions",
    request=AnswersIn,
    parameters=[IDEMPOTENCY_KEY],
    responses=answers(*OF_ONE, *OF_POST, ok=ReceiptOut),
)
@endpoint(POST=Need(Scope.LEADS_WRITE, Function.WORK_LEADS))
@idempotent
def answer(request: Request, lead_id: str) -> Response:
    """Facts and answers a person gives; the lead is scored again before this answers."""
    lead, said = get_or_404(Lead, lead_id), AnswersIn(data=request.data)
    said.is_valid(raise_exception=True)
    _refuse_unknown(said.validated_data)
    inner: Any = request._request
    verbs.answer(
        lead,
        by=inner.by,
        facts=said.validated_data["facts"],
        criteria=said.validated_data["answers"],
        declined=said.validated_data["declined"],
    )
    return Response(on_wire(lead))


def on_wire(lead: Lead) -> dict[str, Any]:
    """The newest receipt as the API answers it. Raises NotFound while there is none."""
    newest: Receipt | None = lead.receipts.order_by("-scored_at", "-id").first()
    if newest is None:
        raise NotFound("This lead is not scored yet. It usually takes less than a second.")
    tier = Tier(newest.tier)
    return {
        "learned": None,  # receipts from before there were learned models
        **newest.body,
        "lead": lead.public_id,
        "version": newest.body["model"],
        "tier_label": tier.label,
        "action": tier.action,
    }


def _refuse_unknown(said: dict[str, Any]) -> None:
    model = current_model()
    criteria = {criterion.key for criterion in model.criteria} if model else set()
    askable = criteria | set(model.questions if model else ())
    wrong = {"answers": set(said["answers"]) - criteria, "declined": set(said["declined"]) - askable}
    known = {"answers": criteria, "declined": askable}
    details = {
        name: {
            key: [f"There is no such thing here; there are: {', '.join(sorted(known[name])) or 'none'}."]
            for key in keys
        }
        for name, keys in wrong.items()
        if keys
    }
    if details:
        raise serializers.ValidationError(details, code="unknown")
