"""REST: the facts that an account adds to its leads, and the sources that must bring them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from django.db import transaction
from drf_spectacular.utils import extend_schema
from rest_framework import serializers as s
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api import Need, endpoint
from accounts.idempotency import idempotent
from accounts.openapi import CURSOR, IDEMPOTENCY_KEY, LIMIT, OF_ONE, OF_POST, REFUSALS, answers, listing
from accounts.roles import Function, Scope
from events.record import By
from leads.api.leads import paged
from leads.lookup import every_source
from leads.models import CustomField, FieldType, Source
from leads.models.custom_field import LONGEST_CHOICE, MOST_CHOICES
from leads.requirements import own_fields, require_in
from tenancy.models import get_or_404
from tenancy.serializers import PublicIdField, TenantRelatedField

NEED = Need(Scope.SETTINGS_WRITE, Function.MANAGE_ACCOUNT)
MOST_SOURCES = 100


class FieldChange(s.Serializer[Any]):
    """What of a field can change: its label, its choices, the sources that must bring it (their ids)."""

    choices = s.ListField(child=s.CharField(max_length=LONGEST_CHOICE), max_length=MOST_CHOICES, required=False)
    required_in = s.ListField(child=TenantRelatedField(Source), max_length=MOST_SOURCES, required=False)


# What DRF calls `label` is something else, so the class bodies may not.
FieldChange._declared_fields["label"] = s.CharField(max_length=LONGEST_CHOICE)


class FieldIn(FieldChange):
    """`key` is made of the label where it is left out; it stays for good, and so does `type`."""

    key = s.CharField(max_length=40, required=False)
    type = s.ChoiceField(FieldType.choices)


class FieldShape(s.Serializer[Any]):
    """A field as it stands; `archived` ones are offered no more, and what leads have of them stays."""

    id = PublicIdField("cfd")
    key = s.CharField()
    type = s.ChoiceField(FieldType.choices)
    choices = s.ListField(child=s.CharField())
    required_in = s.SerializerMethodField()
    archived = s.SerializerMethodField()

    def get_required_in(self, field: CustomField) -> list[str]:
        return [source.public_id for source in self.context["sources"] if field.name in source.required]

    def get_archived(self, field: CustomField) -> bool:
        return field.archived_at is not None


FieldShape._declared_fields["label"] = s.CharField()


@extend_schema(
    methods=["GET"],
    operation_id="list_custom_fields",
    parameters=[LIMIT, CURSOR],
    responses=answers(*REFUSALS, ok=listing("CustomFieldPage", FieldShape)),
)
@extend_schema(
    methods=["POST"],
    operation_id="add_custom_field",
    request=FieldIn,
    parameters=[IDEMPOTENCY_KEY],
    responses=answers(*REFUSALS, *OF_POST, created=FieldShape),
)
@endpoint(GET=NEED, POST=NEED)
@idempotent
def fields(request: Request) -> Response:
    """The account's own fields, in their order."""
    inner: Any = request
    if request.method == "POST":
        return Response(_shape(_added(_said(FieldIn(data=request.data)), inner.by)), status=201)
    return paged(request, own_fields(), "position", _shaper())


@extend_schema(methods=["GET"], operation_id="read_custom_field", responses=answers(*OF_ONE, ok=FieldShape))
@extend_schema(
    methods=["PATCH"],
    operation_id="change_custom_field",
    request=FieldChange(partial=True),
    responses=answers(*OF_ONE, 409, 413, 415, ok=FieldShape),
)
@extend_schema(methods=["DELETE"], operation_id="archive_custom_field", responses=answers(*OF_ONE, 409) | {204: None})
@endpoint(GET=NEED, PATCH=NEED, DELETE=NEED)
def field(request: Request, field_id: str) -> Response:
    """One field. Removing it archives it: values that leads have are not lost."""
    inner: Any = request
    found: CustomField = get_or_404(CustomField, field_id)
    if request.method == "DELETE":
        found.archive(by=inner.by)
        return Response(status=204)
    if request.method == "PATCH":
        _changed(found, _said(FieldChange(data=request.data, partial=True)), inner.by)
    return Response(_shape(found))


def _said(shape: s.Serializer[Any]) -> dict[str, Any]:
    shape.is_valid(raise_exception=True)
    return dict(shape.validated_data)


def _added(said: dict[str, Any], by: By) -> CustomField:
    sources: Sequence[Source] = said.pop("required_in", ())
    with transaction.atomic():
        made: CustomField = CustomField.add(**said, by=by)
        require_in(made, sources)
    return made


def _changed(found: CustomField, said: dict[str, Any], by: By) -> None:
    sources: Sequence[Source] | None = said.pop("required_in", None)
    with transaction.atomic():
        if said:
            found.change(**said, by=by)
        if sources is not None:
            require_in(found, sources)


def _shape(found: CustomField) -> Any:
    return _shaper()(found)


def _shaper() -> Callable[[CustomField], Any]:
    sources = list(every_source().order_by("name"))
    return lambda found: FieldShape(found, context={"sources": sources}).data
