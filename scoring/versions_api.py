"""REST: versions of the scoring rules: what they come to, published and rolled back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.core.exceptions import ValidationError
from drf_spectacular.utils import extend_schema
from rest_framework import serializers as s
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api import Need, endpoint
from accounts.idempotency import idempotent
from accounts.openapi import CURSOR, IDEMPOTENCY_KEY, LIMIT, OF_ONE, OF_POST, REFUSALS, answers, listing
from accounts.problems import Problem
from accounts.roles import Function, Scope
from leads.api.leads import paged
from leads.api.work import valid
from scoring import drafting, versions
from scoring.checking import MOST_CRITERIA
from scoring.models import Group, Rescoring, ScoringVersion, VersionState
from scoring.rescoring import newest_rescoring
from scoring.tiers import Tier
from tenancy.models import get_or_404
from tenancy.serializers import PublicIdField, TenantRelatedField

NEED = Need(Scope.SETTINGS_WRITE, Function.MANAGE_ACCOUNT)
TIERS = [tier.value for tier in Tier if tier != Tier.LOW]


class RescoringOut(s.Serializer[Any]):
    """How far open leads are scored again."""

    total, done, percent = s.IntegerField(), s.IntegerField(), s.IntegerField()
    started_at = s.DateTimeField()
    finished_at = s.DateTimeField(allow_null=True)


class QualificationCriterionOut(s.Serializer[Any]):
    key = s.CharField()
    condition = s.JSONField()  # null for none


QualificationCriterionOut._declared_fields["label"] = s.CharField()


class ScoringVersionOut(s.Serializer[Any]):
    """`caps`: points a group counts up to; `tiers`: where they begin; `threshold` of the `criteria` make a lead active.
    `rescoring`: of the version with which open leads are, or were last, scored again."""

    id = PublicIdField("scv")
    number = s.IntegerField()
    state = s.ChoiceField(VersionState.choices)
    caps, tiers = s.DictField(child=s.IntegerField()), s.DictField(child=s.IntegerField())
    threshold = s.IntegerField()
    criteria = QualificationCriterionOut(many=True)
    based_on = s.IntegerField(allow_null=True)
    published_at = s.DateTimeField(allow_null=True)
    rescoring = RescoringOut(allow_null=True)


class ScoringNumbersIn(s.Serializer[Any]):
    caps = s.DictField(child=s.IntegerField(min_value=0, max_value=100), required=False)
    tiers = s.DictField(child=s.IntegerField(min_value=1, max_value=100), required=False)
    threshold = s.IntegerField(min_value=1, max_value=MOST_CRITERIA, required=False)

    def validate_caps(self, caps: dict[str, int]) -> dict[str, int]:
        return _known(caps, Group.values, "group")

    def validate_tiers(self, tiers: dict[str, int]) -> dict[str, int]:
        return _known(tiers, TIERS, "tier that begins somewhere")


class PublishScoringIn(s.Serializer[Any]):
    """Nothing publishes the draft; `version` makes an earlier one live again."""

    version = TenantRelatedField(ScoringVersion, required=False, allow_null=True)


@extend_schema(
    methods=["GET"],
    operation_id="list_scoring_versions",
    parameters=[LIMIT, CURSOR],
    responses=answers(*REFUSALS, ok=listing("ScoringVersionPage", ScoringVersionOut)),
)
@extend_schema(
    methods=["POST"],
    operation_id="publish_scoring_version",
    request=PublishScoringIn,
    parameters=[IDEMPOTENCY_KEY],
    responses=answers(*REFUSALS, *OF_POST, created=ScoringVersionOut),
)
@endpoint(GET=NEED, POST=NEED)
@idempotent
def scoring_versions(request: Request) -> Response:
    """Publish the draft, or make an earlier version live again; open leads are scored again in the background."""
    if request.method == "GET":
        newest = newest_rescoring()
        return paged(request, versions.every_version(), "-number", lambda row: on_wire(row, newest))
    said = valid(PublishScoringIn, request)
    return Response(on_wire(_published(said.get("version"), request._request), newest_rescoring()), status=201)


@extend_schema(methods=["GET"], operation_id="read_scoring_version", responses=answers(*OF_ONE, ok=ScoringVersionOut))
@extend_schema(
    methods=["PATCH"],
    operation_id="change_scoring_draft",
    request=ScoringNumbersIn(partial=True),
    responses=answers(*OF_ONE, 409, 413, 415, ok=ScoringVersionOut),
)
@extend_schema(methods=["DELETE"], operation_id="discard_scoring_draft", responses=answers(*OF_ONE, 409) | {204: None})
@endpoint(GET=NEED, PATCH=NEED, DELETE=NEED)
def scoring_version(request: Request, version_id: str) -> Response:
    """One version, and how far open leads are scored with it. The draft alone can be changed, and discarded."""
    found: ScoringVersion = get_or_404(ScoringVersion, version_id)
    if request.method != "GET" and found.state != VersionState.DRAFT:
        raise Problem(409, "Conflict", "Only the draft can be changed or discarded.")
    if request.method == "DELETE":
        versions.discard_draft()
        return Response(status=204)
    if request.method == "PATCH":
        said: dict[str, Any] = {"caps": {}, "tiers": {}, "threshold": found.threshold}
        drafting.change_numbers(found, **said | valid(ScoringNumbersIn, request, partial=True), points={})
    return Response(on_wire(found, newest_rescoring()))


def on_wire(version: ScoringVersion, newest: Rescoring | None) -> dict[str, Any]:
    running = newest if newest and newest.version_id == version.pk else None
    return {**ScoringVersionOut({**vars(version), "public_id": version.public_id, "rescoring": running}).data}


def _published(version: ScoringVersion | None, inner: Any) -> ScoringVersion:
    """Raises Problem: 422 for a draft that makes no sense, 409 where there is nothing to publish."""
    try:
        return versions.roll_back(version, by=inner.by) if version else versions.publish_draft(by=inner.by)
    except versions.Flawed as refusal:
        errors = [{"pointer": "/", "code": "flaw", "detail": flaw} for flaw in refusal.messages]
        raise Problem(422, "Understood and refused", " ".join(refusal.messages), errors=errors) from None
    except ValidationError as refusal:
        raise Problem(409, "Conflict", " ".join(refusal.messages)) from None


def _known(said: Mapping[str, int], names: list[str], what: str) -> dict[str, int]:
    wrong = {name: [f"There is no such {what}; there are: {', '.join(names)}."] for name in said if name not in names}
    if wrong:
        raise s.ValidationError(wrong)
    return dict(said)
