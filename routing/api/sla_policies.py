"""REST: what an account promises its leads."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers as s
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api import Need, endpoint
from accounts.idempotency import idempotent
from accounts.openapi import CURSOR, IDEMPOTENCY_KEY, LIMIT, OF_ONE, OF_POST, REFUSALS, answers, listing
from accounts.roles import Function, Scope
from leads.api.conditions import ConditionField
from leads.api.leads import paged
from routing import ladder, policies
from routing.models import Clock, SlaPolicy
from routing.policies import LONGEST_MINUTES, LONGEST_PAUSE, usual_name
from tenancy.models import get_or_404
from tenancy.serializers import PublicIdField, TenantSerializer

NEED = Need(Scope.SETTINGS_WRITE, Function.MANAGE_ACCOUNT)
END_OF_DAY = {"end_of": "working_day"}


@extend_schema_field(
    {
        "oneOf": [
            {"type": "object", "properties": {"minutes": {"type": "integer"}}, "required": ["minutes"]},
            {
                "type": "object",
                "properties": {"end_of": {"type": "string", "enum": ["working_day"]}},
                "required": ["end_of"],
            },
        ]
    }
)
class DueField(s.Field):  # type: ignore[type-arg]
    """`{"minutes": 30}` of working time, or `{"end_of": "working_day"}`."""

    def to_internal_value(self, data: Any) -> int | None:
        if data == END_OF_DAY:
            return None
        minutes = data.get("minutes") if isinstance(data, dict) and len(data) == 1 else None
        if isinstance(minutes, bool) or not isinstance(minutes, int) or not 1 <= minutes <= LONGEST_MINUTES:
            raise s.ValidationError(
                f'{{"minutes": 1 to {LONGEST_MINUTES}}} of working time, or {{"end_of": "working_day"}}.'
            )
        return minutes

    def get_attribute(self, instance: SlaPolicy) -> Any:
        return {"minutes": instance.due_minutes} if instance.due_minutes else END_OF_DAY

    def to_representation(self, value: Any) -> Any:
        return value


@extend_schema_field(
    {
        "type": "array",
        "items": {
            "type": "object",
            "properties": {"at": {"type": "number"}, "do": {"type": "string", "enum": list(ladder.ACTS)}},
            "required": ["at", "do"],
        },
    }
)
class LadderField(s.Field):  # type: ignore[type-arg]
    """`[{"at": 0.75, "do": "remind"}, ...]`: windows after the start, 1 is when the promise is due."""

    def to_internal_value(self, data: Any) -> Any:
        wrong = {(str(number) if number >= 0 else "non_field_errors"): [said] for number, said in ladder.flaws(data)}
        if wrong:
            raise s.ValidationError(wrong)
        return sorted(data, key=lambda rung: rung["at"])

    def to_representation(self, value: Any) -> Any:
        return value


class SlaPolicyShape(TenantSerializer):
    """For each clock the first policy, by `position`, counts whose `condition` a lead meets; null: every lead."""

    id = PublicIdField("sla")
    name = s.CharField(max_length=80, required=False, help_text="Made from clock and time, where it is left out.")
    position = s.IntegerField(min_value=1, max_value=1000, required=False, help_text="The last, where it is left out.")
    clock = s.ChoiceField(choices=Clock.choices)
    condition = ConditionField(required=False, allow_null=True)
    due = DueField(source="due_minutes", allow_null=False)
    warn_at = s.FloatField(min_value=0.05, max_value=0.99, required=False)
    ladder = LadderField(required=False)
    pause_days = s.IntegerField(
        min_value=0, max_value=LONGEST_PAUSE, required=False, help_text="Working days it may wait for the customer."
    )

    class Meta:
        model = SlaPolicy
        fields = ("id", "name", "position", "clock", "condition", "due", "warn_at", "ladder", "pause_days")


@extend_schema(
    methods=["GET"],
    operation_id="list_sla_policies",
    parameters=[LIMIT, CURSOR],
    responses=answers(*REFUSALS, ok=listing("SlaPolicyPage", SlaPolicyShape)),
)
@extend_schema(
    methods=["POST"],
    operation_id="add_sla_policy",
    request=SlaPolicyShape,
    parameters=[IDEMPOTENCY_KEY],
    responses=answers(*REFUSALS, *OF_POST, created=SlaPolicyShape),
)
@endpoint(GET=NEED, POST=NEED)
@idempotent
def sla_policies(request: Request) -> Response:
    """What is promised, in the order in which it is asked."""
    if request.method == "POST":
        return Response(_saved(request, SlaPolicyShape(data=request.data)), status=201)
    return paged(request, policies.in_order(), "position", lambda policy: SlaPolicyShape(policy).data)


@extend_schema(methods=["GET"], operation_id="read_sla_policy", responses=answers(*OF_ONE, ok=SlaPolicyShape))
@extend_schema(
    methods=["PATCH"],
    operation_id="change_sla_policy",
    request=SlaPolicyShape(partial=True),
    responses=answers(*OF_ONE, 409, 413, 415, ok=SlaPolicyShape),
)
@extend_schema(methods=["DELETE"], operation_id="remove_sla_policy", responses=answers(*OF_ONE) | {204: None})
@endpoint(GET=NEED, PATCH=NEED, DELETE=NEED)
def sla_policy(request: Request, policy_id: str) -> Response:
    """One policy. A change holds for promises made from then on; what a removed one promised runs on."""
    found: SlaPolicy = get_or_404(SlaPolicy, policy_id)
    if found.retired_at:
        raise NotFound("This policy was removed.")
    if request.method == "DELETE":
        policies.retire(found, by=by_of(request))
        return Response(status=204)
    if request.method == "PATCH":
        return Response(_saved(request, SlaPolicyShape(found, data=request.data, partial=True)))
    return Response(SlaPolicyShape(found).data)


def _saved(request: Request, shape: SlaPolicyShape) -> Any:
    shape.is_valid(raise_exception=True)
    said = dict(shape.validated_data)
    position = said.pop("position", None)
    policy: SlaPolicy = shape.instance or SlaPolicy()
    for name, value in said.items():
        setattr(policy, name, value)
    if shape.instance is None:
        policy.ladder = said.get("ladder", ladder.usual(policy.clock))
    policy.name = policy.name or usual_name(policy)
    policies.put(policy, by=by_of(request))
    if position is not None:
        policies.put_at(policy, position, by=by_of(request))
    policy.refresh_from_db()
    return SlaPolicyShape(policy).data


def by_of(request: Request) -> Any:
    inner: Any = request._request
    return inner.by
