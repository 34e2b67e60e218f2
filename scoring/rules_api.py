"""REST: the scoring rules of the draft; nothing is live until it is published as a version."""

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
from accounts.openapi import CURSOR, IDEMPOTENCY_KEY, LIMIT, OF_ONE, OF_POST, REFUSALS, answers, listing
from accounts.problems import Problem
from accounts.roles import Function, Scope
from leads.api.conditions import ConditionField
from leads.api.leads import paged
from leads.api.work import valid
from leads.catalogue import catalogue
from scoring import drafting, versions
from scoring.checking import LONGEST_HALF_LIFE, scorable
from scoring.models import Group, ScoringRule, ScoringVersion, SignalKind
from scoring.signals import PRICING, PRICING_AGAIN
from tenancy.models import get_or_404

NEED = Need(Scope.SETTINGS_WRITE, Function.MANAGE_ACCOUNT)
COLUMNS = ("group", "label", "condition", "signal", "points", "cap", "half_life_hours", "exclusive")


class ScoringRuleIn(s.Serializer[Any]):
    """Points of a group for a `condition`, or for each `signal` of a kind, `cap` at most.

    With `half_life_hours` they fade. Of a group's rules with the same word in `exclusive` only the first that holds
    counts.
    """

    group = s.ChoiceField(Group.choices)
    condition = ConditionField(among=scorable, required=False, allow_null=True)
    signal = s.ChoiceField([PRICING, PRICING_AGAIN, *SignalKind.values], required=False, allow_blank=True)
    points = s.IntegerField(min_value=-100, max_value=100)
    cap = s.IntegerField(min_value=0, max_value=100, required=False, allow_null=True)
    half_life_hours = s.IntegerField(min_value=1, max_value=LONGEST_HALF_LIFE, required=False, allow_null=True)
    exclusive = s.CharField(max_length=40, allow_blank=True, required=False)


class ScoringRuleOut(s.Serializer[Any]):
    """`version` is the number of the version it is in: the draft's, if there is one."""

    id, version = s.CharField(), s.IntegerField()
    group = s.ChoiceField(Group.choices)
    condition = s.JSONField()  # null for none
    signal, exclusive = s.CharField(allow_blank=True), s.CharField(allow_blank=True)
    points = s.IntegerField()
    cap, half_life_hours = s.IntegerField(allow_null=True), s.IntegerField(allow_null=True)


# What DRF calls `label` is something else, so the class bodies may not.
ScoringRuleIn._declared_fields["label"] = s.CharField(max_length=120)
ScoringRuleOut._declared_fields["label"] = s.CharField()

VERSION = OpenApiParameter("version", str, description="A scoring version; the draft, else what is live.")


@extend_schema(
    methods=["GET"],
    operation_id="list_scoring_rules",
    parameters=[LIMIT, CURSOR, VERSION],
    responses=answers(*OF_ONE, 409, ok=listing("ScoringRulePage", ScoringRuleOut)),
)
@extend_schema(
    methods=["POST"],
    operation_id="add_scoring_rule",
    request=ScoringRuleIn,
    parameters=[IDEMPOTENCY_KEY],
    responses=answers(*REFUSALS, *OF_POST, created=ScoringRuleOut),
)
@endpoint(GET=NEED, POST=NEED)
@idempotent
def rules(request: Request) -> Response:
    """The rules in order: of the draft, else of what is live. A new one goes into the draft."""
    if request.method == "GET":
        return paged(request, versions.rules_at_hand(_version_asked(request)), "position", on_wire)
    return Response(_put(ScoringRule(), valid(ScoringRuleIn, request)), status=201)


@extend_schema(methods=["GET"], operation_id="read_scoring_rule", responses=answers(*OF_ONE, ok=ScoringRuleOut))
@extend_schema(
    methods=["PATCH"],
    operation_id="change_scoring_rule",
    request=ScoringRuleIn(partial=True),
    responses=answers(*OF_ONE, 409, 413, 415, ok=ScoringRuleOut),
)
@extend_schema(methods=["DELETE"], operation_id="remove_scoring_rule", responses=answers(*OF_ONE, 409) | {204: None})
@endpoint(GET=NEED, PATCH=NEED, DELETE=NEED)
def rule(request: Request, rule_id: str) -> Response:
    """One rule. Changing one that is live changes its copy in the draft."""
    found: ScoringRule = get_or_404(ScoringRule, rule_id)
    if request.method == "GET":
        return Response(on_wire(found))
    if request.method == "DELETE":
        drafting.remove_rule(_in_draft(found))
        return Response(status=204)
    return Response(_put(_in_draft(found), valid(ScoringRuleIn, request, partial=True)))


def on_wire(row: ScoringRule) -> dict[str, Any]:
    return {
        "id": row.public_id,
        "version": row.version.number,
        **{name: getattr(row, name) for name in COLUMNS},
    }


def the_draft() -> ScoringVersion:
    """The draft, begun where there is none. Raises Problem in an account that never published rules."""
    try:
        return versions.begin_draft()
    except ValidationError as refusal:
        raise Problem(409, "Conflict", " ".join(refusal.messages)) from None


def _version_asked(request: Request) -> ScoringVersion:
    """The version that a request names, else the draft, else what is live. Raises Http404."""
    if named := request.query_params.get("version"):
        found: ScoringVersion = get_or_404(ScoringVersion, named)
        return found
    at_hand = versions.draft_version() or versions.live_version()
    if at_hand is None:
        raise Problem(409, "Conflict", "This account has no scoring rules.")
    return at_hand


def _in_draft(found: ScoringRule) -> ScoringRule:
    try:
        return drafting.in_draft(found)
    except ValidationError as refusal:
        raise Problem(409, "Conflict", " ".join(refusal.messages)) from None


@transaction.atomic
def _put(row: ScoringRule, said: dict[str, Any]) -> dict[str, Any]:
    try:
        return on_wire(drafting.put_rule(the_draft(), row, said, catalogue()))
    except ValidationError as refusal:
        raise s.ValidationError({"": refusal.messages}) from None
