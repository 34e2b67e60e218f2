"""Make two leads one, and two again."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api import endpoint
from accounts.idempotency import idempotent
from accounts.openapi import IDEMPOTENCY_KEY, OF_ONE, OF_POST, answers
from accounts.problems import Problem
from leads.api.leads import the_lead
from leads.api.schemas import LeadOut
from leads.api.work import WORK, valid
from leads.merging import GONE, CannotMerge, merge, undo
from leads.merging.facts import CHOICES
from leads.models import Lead, Merge
from leads.wire import lead_on_wire, moment
from tenancy.models import get_or_404

REFUSED = "Understood and refused"


class MergeIn(serializers.Serializer[Any]):
    """`lead` is kept. Facts it does not know come from the other; those in `take` come from the other in any case."""

    lead = serializers.CharField()
    take = serializers.ListField(child=serializers.CharField(max_length=60), required=False, max_length=100)

    def validate_take(self, names: list[str]) -> list[str]:
        if unknown := sorted(name for name in names if name not in CHOICES and not name.startswith("custom.")):
            raise serializers.ValidationError(f"“{unknown[0]}” is none of: {', '.join(CHOICES)}, custom.<key>.")
        return names


class MergeOut(serializers.Serializer[Any]):
    id, merged = serializers.CharField(), serializers.CharField()
    lead = LeadOut()
    merged_at = serializers.DateTimeField()
    undone_at = serializers.DateTimeField(allow_null=True)


@extend_schema(
    methods=["POST"],
    operation_id="merge_lead",
    parameters=[IDEMPOTENCY_KEY],
    request=MergeIn,
    responses=answers(*OF_ONE, *OF_POST, ok=MergeOut),
    description="Merges this lead into `lead`, which keeps both histories. It can be undone at any time.",
)
@endpoint(POST=WORK)
@idempotent
def merging(request: Request, lead_id: str) -> Response:
    other, said = the_lead(lead_id), valid(MergeIn, request)
    inner: Any = request._request
    try:
        made = merge(other, _kept(said["lead"]), by=inner.by, take=said.get("take", []))
    except CannotMerge as error:
        raise Problem(422, REFUSED, str(error)) from None
    return Response(_on_wire(made))


def _kept(public: str) -> Lead:
    try:
        found: Lead = Lead.objects.with_people().by_public_id(public)
    except Lead.DoesNotExist:
        raise ValidationError({"lead": ["There is no such lead in this account."]}, code="unknown") from None
    return found


@extend_schema(
    methods=["DELETE"],
    operation_id="undo_merge",
    responses=answers(*OF_ONE, 409, ok=MergeOut),
    description=(
        "Both leads are as they were; what came in between stays. In any order: what belongs to the other comes back "
        "from wherever it is by now. Undoing twice changes nothing. 409: the person was erased."
    ),
)
@endpoint(DELETE=WORK)
def unmerging(request: Request, merge_id: str) -> Response:
    found: Merge = get_or_404(Merge, merge_id)
    inner: Any = request._request
    if not undo(found, by=inner.by) and not found.undone_at:
        raise Problem(409, "Erased", GONE)
    return Response(_on_wire(found))


def _on_wire(merge: Merge) -> dict[str, Any]:
    lead, other = the_lead(merge.lead.public_id), merge.other
    return {
        "id": merge.public_id,
        "lead": lead_on_wire(lead),
        "merged": other.public_id,
        "merged_at": moment(merge.merged_at),
        "undone_at": moment(merge.undone_at),
    }
