"""REST: versions of the routing rules, and what one would do: preview and replay."""

from __future__ import annotations

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
from leads.models import Lead
from routing import drafting, replaying, versions
from routing.api.decisions import CandidateSerializer, TriedSerializer
from routing.models import Closed, Replay, ReplayState, RoutingVersion
from routing.preview import preview, preview_of
from scoring.models import VersionState
from tenancy.ids import public_id
from tenancy.models import get_or_404
from tenancy.serializers import PublicIdField, TenantRelatedField
from workspace.routing_rules_api import the_version

NEED = Need(Scope.SETTINGS_WRITE, Function.MANAGE_ACCOUNT)
MOST_FACTS = 60


class VersionOut(s.Serializer[Any]):
    """`closed`: what happens while nobody works. `effort`: minutes that a lead of each tier is estimated at."""

    id = PublicIdField("rov")
    number = s.IntegerField()
    state = s.ChoiceField(VersionState.choices)
    closed = s.ChoiceField(Closed.choices)
    effort = s.DictField(child=s.IntegerField())
    based_on = s.IntegerField(allow_null=True)
    published_at = s.DateTimeField(allow_null=True)


class PublicationIn(s.Serializer[Any]):
    """Nothing publishes the draft; `version` makes an earlier one live again."""

    version = TenantRelatedField(RoutingVersion, required=False, allow_null=True)


class PolicyIn(s.Serializer[Any]):
    closed = s.ChoiceField(Closed.choices, required=False)
    effort = s.DictField(child=s.IntegerField(), required=False)


class PreviewIn(s.Serializer[Any]):
    """`lead`, or `facts` of one that does not exist, in the words of capture, and with `tier` and `score`.

    Facts may also lie open, as they do in a capture.
    """

    version = TenantRelatedField(RoutingVersion, required=False, allow_null=True)
    lead = TenantRelatedField(Lead, required=False, allow_null=True)
    facts = s.DictField(child=s.JSONField(allow_null=True), required=False)

    def to_internal_value(self, data: Any) -> Any:
        if isinstance(data, dict) and not {"lead", "facts"} & data.keys():
            open_facts = {name: value for name, value in data.items() if name != "version"}
            data = {"version": data.get("version"), "facts": open_facts}
        return super().to_internal_value(data)

    def validate_facts(self, facts: dict[str, Any]) -> dict[str, Any]:
        if len(facts) > MOST_FACTS:
            raise s.ValidationError(f"At most {MOST_FACTS} facts at once.", code="too_many")
        return facts


class PreviewOut(s.Serializer[Any]):
    """A decision as it would be recorded. `back_at`: when the owner works again, where nobody does now."""

    outcome, sentence, member, pool, strategy = (s.CharField(allow_blank=True) for _ in range(5))
    territory, tier, tie_break = (s.CharField(allow_blank=True) for _ in range(3))
    rule = s.JSONField()
    version, score = s.IntegerField(), s.IntegerField(allow_null=True)
    back_at = s.DateTimeField(allow_null=True)
    alarm = s.BooleanField()
    tried, candidates = TriedSerializer(many=True), CandidateSerializer(many=True)


class ReplayIn(s.Serializer[Any]):
    """`version`: the draft, where it is left out. It is compared with what is live."""

    version = TenantRelatedField(RoutingVersion, required=False, allow_null=True)
    days = s.IntegerField(min_value=1, max_value=replaying.MOST_DAYS, default=replaying.USUAL_DAYS)


class ReplayOut(s.Serializer[Any]):
    """`result` is empty until it is done: of `live` and `draft` the outcomes, rules with how often each decided,
    members with their leads, promises nobody could keep; `few`: too few leads to judge by."""

    id = PublicIdField("rpl")
    version = s.CharField()
    state = s.ChoiceField(ReplayState.choices)
    days, total, done, percent = (s.IntegerField() for _ in range(4))
    result = s.JSONField()
    started_at = s.DateTimeField()
    finished_at = s.DateTimeField(allow_null=True)


@extend_schema(
    methods=["GET"],
    operation_id="list_routing_versions",
    parameters=[LIMIT, CURSOR],
    responses=answers(*REFUSALS, ok=listing("RoutingVersionPage", VersionOut)),
)
@extend_schema(
    methods=["POST"],
    operation_id="publish_routing_version",
    request=PublicationIn,
    parameters=[IDEMPOTENCY_KEY],
    responses=answers(*REFUSALS, *OF_POST, created=VersionOut),
)
@endpoint(GET=NEED, POST=NEED)
@idempotent
def routing_versions(request: Request) -> Response:
    """Publish the draft, or make an earlier version live again."""
    if request.method == "GET":
        return paged(request, versions.every_version(), "-number", lambda row: VersionOut(row).data)
    said, inner = valid(PublicationIn, request), request._request
    return Response(VersionOut(_published(said.get("version"), inner)).data, status=201)


@extend_schema(methods=["GET"], operation_id="read_routing_version", responses=answers(*OF_ONE, ok=VersionOut))
@extend_schema(
    methods=["PATCH"],
    operation_id="change_routing_version",
    request=PolicyIn(partial=True),
    responses=answers(*OF_ONE, 409, 413, 415, ok=VersionOut),
)
@extend_schema(methods=["DELETE"], operation_id="discard_routing_draft", responses=answers(*OF_ONE, 409) | {204: None})
@endpoint(GET=NEED, PATCH=NEED, DELETE=NEED)
def routing_version(request: Request, routing_version_id: str) -> Response:
    """One version. The draft alone can be changed, and discarded."""
    found: RoutingVersion = get_or_404(RoutingVersion, routing_version_id)
    if request.method != "GET" and found.state != VersionState.DRAFT:
        raise Problem(409, "Conflict", "Only the draft can be changed or discarded.")
    if request.method == "DELETE":
        versions.discard_draft()
        return Response(status=204)
    if request.method == "PATCH":
        said = valid(PolicyIn, request, partial=True)
        drafting.change_policy(found, closed=said.get("closed", found.closed), effort=said.get("effort", {}))
    return Response(VersionOut(found).data)


@extend_schema(
    operation_id="preview_routing",
    request=PreviewIn,
    responses=answers(*REFUSALS, 409, 413, 415, ok=PreviewOut),
)
@endpoint(POST=NEED)
def routing_preview(request: Request) -> Response:
    """Who would get a lead, and why; nothing is written."""
    said = valid(PreviewIn, request)
    version = said.get("version") or the_version()
    if lead := said.get("lead"):
        return Response(preview(version, lead))
    try:
        return Response(preview_of(version, said.get("facts", {})))
    except ValidationError as refusal:
        within = "facts" in request.data
        raise s.ValidationError({"facts": refusal.message_dict} if within else refusal.message_dict) from None


@extend_schema(
    operation_id="replay_routing",
    request=ReplayIn,
    parameters=[IDEMPOTENCY_KEY],
    responses=answers(*REFUSALS, *OF_POST, accepted=ReplayOut),
)
@endpoint(POST=NEED)
@idempotent
def routing_replays(request: Request) -> Response:
    """Give out the leads of the last days once more, on paper, in the background."""
    said = valid(ReplayIn, request)
    begun = replaying.ask_for_replay(said.get("version") or the_version(), said["days"])
    return Response(_replay(begun), status=202)


@extend_schema(operation_id="read_routing_replay", responses=answers(*OF_ONE, ok=ReplayOut))
@endpoint(GET=NEED)
def routing_replay(request: Request, replay_id: str) -> Response:
    """How far a replay is, and what came out."""
    return Response(_replay(get_or_404(Replay, replay_id)))


def _published(version: RoutingVersion | None, inner: Any) -> RoutingVersion:
    try:
        return versions.roll_back(version, by=inner.by) if version else versions.publish_draft(by=inner.by)
    except ValidationError as refusal:
        raise Problem(409, "Conflict", " ".join(refusal.messages)) from None


def _replay(found: Replay) -> dict[str, Any]:
    version = public_id(RoutingVersion.PREFIX, found.version_id)
    return {
        **ReplayOut({**vars(found), "public_id": found.public_id, "percent": found.percent, "version": version}).data
    }
