"""REST: the routing rules of the draft; nothing is live until it is published as a version."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers as s
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api import Need, endpoint
from accounts.idempotency import idempotent
from accounts.models import Member
from accounts.openapi import CURSOR, IDEMPOTENCY_KEY, LIMIT, OF_ONE, OF_POST, REFUSALS, answers, listing
from accounts.problems import Problem
from accounts.roles import Function, Scope
from leads.api.leads import paged
from leads.api.work import valid
from leads.catalogue import catalogue
from pipeline.models import Pipeline, Stage
from routing import drafting, versions
from routing.checking import MOST_RULES
from routing.models import Action, Pool, RoutingRule, RoutingVersion, Territory
from scoring.models import VersionState
from tenancy.ids import public_id
from tenancy.models import get_or_404
from tenancy.serializers import TenantRelatedField

NEED = Need(Scope.SETTINGS_WRITE, Function.MANAGE_ACCOUNT)
TARGETS: dict[str, Any] = {Action.MEMBER: Member, Action.POOL: Pool, Action.TERRITORY: Territory}


class ActionShape(s.Serializer[Any]):
    """`id`: of the member, the pool, or the territory (without one: the lead's own)."""

    kind = s.ChoiceField(Action.choices)
    id = s.CharField(required=False, allow_null=True, max_length=40)

    def validate(self, said: dict[str, Any]) -> dict[str, Any]:
        kind = Action(said["kind"])
        columns: dict[str, Any] = {"action": kind, "member": None, "pool": None, "territory": None}
        if (model := TARGETS.get(kind)) and said.get("id"):
            try:
                columns[kind.value] = model.objects.by_public_id(said["id"])
            except model.DoesNotExist:
                raise s.ValidationError({"id": [f"There is no such {kind.value} in this account."]}) from None
        return columns


class RuleIn(s.Serializer[Any]):
    """`condition` null makes no rule but the fallback, which is always there and always last; `{"all": []}` is every
    lead. `pipeline` and `stage` say where the deal is to begin, as far as the gates are open."""

    position = s.IntegerField(min_value=1, max_value=MOST_RULES, required=False)
    condition = s.JSONField(required=False, allow_null=True)
    action = ActionShape()
    pipeline = TenantRelatedField(Pipeline, required=False, allow_null=True)
    stage = TenantRelatedField(Stage, required=False, allow_null=True)


class ActionOut(s.Serializer[Any]):
    kind = s.ChoiceField(Action.choices)
    id = s.CharField(allow_null=True)


class RuleOut(s.Serializer[Any]):
    """`version` is the number of the version it is in: the draft's, if there is one."""

    id, version, position = s.CharField(), s.IntegerField(), s.IntegerField()
    condition = s.JSONField()
    fallback = s.BooleanField()
    action = ActionOut()
    pipeline, stage = s.CharField(allow_null=True), s.CharField(allow_null=True)


# What DRF calls `label` is something else, so the class bodies may not.
RuleIn._declared_fields["label"] = s.CharField(max_length=120)
RuleOut._declared_fields["label"] = s.CharField()

VERSION = OpenApiParameter("version", str, description="A routing version; the draft, else what is live.")


@extend_schema(
    methods=["GET"],
    operation_id="list_routing_rules",
    parameters=[LIMIT, CURSOR, VERSION],
    responses=answers(*OF_ONE, ok=listing("RoutingRulePage", RuleOut)),
)
@extend_schema(
    methods=["POST"],
    operation_id="add_routing_rule",
    request=RuleIn,
    parameters=[IDEMPOTENCY_KEY],
    responses=answers(*REFUSALS, *OF_POST, created=RuleOut),
)
@endpoint(GET=NEED, POST=NEED)
@idempotent
def rules(request: Request) -> Response:
    """The rules in order: of the draft, else of what is live. A new one goes into the draft."""
    if request.method == "GET":
        return paged(request, versions.rules_at_hand(version_asked(request)), "position", on_wire)
    said = valid(RuleIn, request)
    if said.get("condition") is None:
        raise s.ValidationError({"condition": ['Say which leads it is for; {"all": []} is every lead.']})
    return Response(_put(RoutingRule(), said), status=201)


@extend_schema(methods=["GET"], operation_id="read_routing_rule", responses=answers(*OF_ONE, ok=RuleOut))
@extend_schema(
    methods=["PATCH"],
    operation_id="change_routing_rule",
    request=RuleIn(partial=True),
    responses=answers(*OF_ONE, 409, 413, 415, ok=RuleOut),
)
@extend_schema(methods=["DELETE"], operation_id="remove_routing_rule", responses=answers(*OF_ONE, 409) | {204: None})
@endpoint(GET=NEED, PATCH=NEED, DELETE=NEED)
def rule(request: Request, routing_rule_id: str) -> Response:
    """One rule. Changing one that is live changes its copy in the draft."""
    found: RoutingRule = get_or_404(RoutingRule, routing_rule_id)
    if request.method == "GET":
        return Response(on_wire(found))
    if request.method == "DELETE":
        _remove(_in_draft(found))
        return Response(status=204)
    return Response(_put(_in_draft(found), valid(RuleIn, request, partial=True)))


def version_asked(request: Request) -> RoutingVersion:
    """The version that a request names, else the draft, else what is live. Raises Http404."""
    if named := request.query_params.get("version"):
        found: RoutingVersion = get_or_404(RoutingVersion, named)
        return found
    return the_version()


def the_version() -> RoutingVersion:
    found = versions.draft_version() or versions.live_version()
    if found is None:
        raise Problem(409, "Conflict", "This account has no routing rules.")
    return found


def on_wire(row: RoutingRule) -> dict[str, Any]:
    target = row.member or row.pool or row.territory
    return {
        "id": row.public_id,
        "version": row.version.number,
        "position": row.position,
        "label": row.label,
        "condition": row.condition,
        "fallback": row.is_fallback,
        "action": {"kind": row.action, "id": target.public_id if target else None},
        "pipeline": row.pipeline_id and public_id(Pipeline.PREFIX, row.pipeline_id),
        "stage": row.stage_id and public_id(Stage.PREFIX, row.stage_id),
    }


def _in_draft(found: RoutingRule) -> RoutingRule:
    """The rule itself, or the copy of a live one in the draft."""
    if found.version.state == VersionState.RETIRED:
        raise Problem(409, "Conflict", "What was live once does not change.")
    draft = versions.begin_draft()
    copy = versions.rules_at_hand(draft).filter(key=found.key).first()
    if copy is None:
        raise Problem(409, "Conflict", "The draft has this rule no more.")
    return copy


@transaction.atomic
def _put(row: RoutingRule, said: dict[str, Any]) -> dict[str, Any]:
    draft, position = versions.begin_draft(), said.pop("position", None)
    columns = {**said.pop("action", {}), **{name: said[name] for name in ("label", "condition") if name in said}}
    for name in ("pipeline", "stage"):
        if name in said:
            columns[f"{name}_id"] = said[name].pk if said[name] else None
    _check_stage(columns)
    try:
        kept = drafting.put_rule(draft, row, columns, catalogue())
    except ValidationError as refusal:
        raise s.ValidationError({"": refusal.messages}) from None
    if position is not None and position != kept.position and not kept.is_fallback:
        drafting.move_rule(draft, kept, position)
    return on_wire(versions.rules_at_hand(draft).get(pk=kept.pk))


def _check_stage(columns: dict[str, Any]) -> None:
    stage, pipeline = columns.get("stage_id"), columns.get("pipeline_id")
    if stage and pipeline and not Stage.objects.filter(pk=stage, pipeline_id=pipeline).exists():
        raise s.ValidationError({"stage": ["This stage is of another pipeline."]})


def _remove(row: RoutingRule) -> None:
    try:
        drafting.remove_rule(row)
    except ValidationError as refusal:
        raise Problem(409, "Conflict", " ".join(refusal.messages)) from None
