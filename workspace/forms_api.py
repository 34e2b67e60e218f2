"""REST: the forms of an account, in the same words as their builder."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.db.models import ProtectedError
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers as s
from rest_framework.exceptions import ErrorDetail
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api import Need, endpoint
from accounts.idempotency import idempotent
from accounts.openapi import CURSOR, IDEMPOTENCY_KEY, LIMIT, OF_ONE, OF_POST, REFUSALS, answers, listing
from accounts.problems import Problem
from accounts.roles import Function, Scope
from leads.api.leads import paged
from leads.looks import ACCENTS
from leads.models import Form, Source
from pipeline.models import Pipeline
from tenancy.ids import public_id
from tenancy.models import get_or_404
from tenancy.serializers import PublicIdField, TenantRelatedField, TenantSerializer
from workspace import formbuilder as builder
from workspace.settings.forms import links_of

NEED = Need(Scope.SETTINGS_WRITE, Function.MANAGE_CAPTURE)

_TEXTS = {name: s.CharField(max_length=most, required=False) for name, most in builder.LONGEST.items()}
_CHOICE = s.CharField(max_length=builder.LONGEST_CHOICE)
# `label` and `required` are also attributes of a serializer: in a dictionary they are fields only.
FormField = type(
    "FormField",
    (s.Serializer,),
    {
        "field": s.CharField(max_length=60, help_text="A fact, or `custom.` and the key of an own field."),
        **_TEXTS,
        "required": s.BooleanField(required=False),
        "hidden": s.BooleanField(required=False, help_text="Not shown; it is sent with its `value`."),
        "choices": s.ListField(child=_CHOICE, required=False, max_length=builder.MOST_CHOICES),
    },
)


@extend_schema_field({"type": ["string", "null"]})
class PipelineField(TenantRelatedField):
    """A pipeline by its public id; the form keeps its plain id, because it is of an earlier app."""

    def to_internal_value(self, data: Any) -> Any:
        return super().to_internal_value(data).pk

    def to_representation(self, value: Any) -> str:
        return public_id(Pipeline.PREFIX, value)


class FormShape(TenantSerializer):
    """`fields` in their order. `thanks` is said once it was sent, unless `redirect` leads to a page instead."""

    id = PublicIdField("frm")
    title = s.CharField(max_length=120, required=False, help_text="The name, where it is left out.")
    pipeline = PipelineField(Pipeline, source="pipeline_id", required=False, allow_null=True)
    origins = s.ListField(
        child=s.CharField(max_length=builder.LONGEST_ORIGIN), required=False, max_length=builder.MOST_ORIGINS
    )
    accent = s.ChoiceField(choices=list(ACCENTS), required=False, allow_blank=True)
    published = s.BooleanField(source="is_published", required=False, help_text="At once, where it is left out.")
    url = s.SerializerMethodField(help_text="The hosted page; it leads nowhere while the form is not published.")
    embed = s.SerializerMethodField(help_text="The script that shows the form on another website.")

    class Meta:
        model = Form
        fields = (
            *("id", "name", "title", "intro", "source", "pipeline", "fields", "origins", "consent_text"),
            *("consent_version", "thanks", "redirect", "button", "accent", "puzzle", "published", "url", "embed"),
        )
        read_only_fields = ("consent_version",)

    def get_url(self, form: Form) -> str:
        return links_of(form).page

    def get_embed(self, form: Form) -> str:
        return links_of(form).script

    def validate_origins(self, value: list[str]) -> list[str]:
        return list(dict.fromkeys(map(builder.origin_of, value)))

    def validate_redirect(self, value: str) -> str:
        builder.check_redirect(value)
        return value

    def validate_fields(self, value: list[builder.Spec]) -> list[builder.Spec]:
        builder.check_specs(value)
        # What the account archived since may stay: a form that is sent back as it was read is no mistake.
        kept = {spec["field"] for spec in self.instance.fields} if self.instance else set()
        _check_names([spec["field"] for spec in value], builder.askable().keys() | kept)
        return [{name: said for name, said in spec.items() if said} for spec in value]


# What DRF calls `fields` and `source` is something else, so the class body may not.
FormShape._declared_fields |= {
    "source": TenantRelatedField(Source),
    "fields": s.ListField(child=FormField(), max_length=builder.MOST),
}


def _check_names(names: list[str], known: set[str]) -> None:
    wrong: dict[Any, Any] = {}
    for index, name in enumerate(names):
        if name not in known:
            wrong[index] = {"field": [ErrorDetail("A form can’t ask for this.", "unknown")]}
        elif name in names[:index]:
            wrong[index] = {"field": [ErrorDetail("The form asks for this already.", "unique")]}
    if wrong:
        raise s.ValidationError(wrong)


@extend_schema(
    methods=["GET"],
    operation_id="list_forms",
    parameters=[LIMIT, CURSOR],
    responses=answers(*REFUSALS, ok=listing("FormPage", FormShape)),
)
@extend_schema(
    methods=["POST"],
    operation_id="add_form",
    request=FormShape,
    parameters=[IDEMPOTENCY_KEY],
    responses=answers(*REFUSALS, *OF_POST, created=FormShape),
)
@endpoint(GET=NEED, POST=NEED)
@idempotent
def forms(request: Request) -> Response:
    """Hosted forms, for one's own page or another website."""
    if request.method == "POST":
        return Response(_saved(FormShape(data=request.data)), status=201)
    return paged(request, builder.every_form(), "created_at", lambda form: FormShape(form).data)


@extend_schema(methods=["GET"], operation_id="read_form", responses=answers(*OF_ONE, ok=FormShape))
@extend_schema(
    methods=["PATCH"],
    operation_id="change_form",
    request=FormShape(partial=True),
    responses=answers(*OF_ONE, 409, 413, 415, ok=FormShape),
)
@extend_schema(methods=["DELETE"], operation_id="remove_form", responses=answers(*OF_ONE, 409) | {204: None})
@endpoint(GET=NEED, PATCH=NEED, DELETE=NEED)
def form(request: Request, form_id: str) -> Response:
    """One form; it can be removed while nothing came through it, and withdrawn (`published`) at any time."""
    found: Form = get_or_404(Form, form_id)
    if request.method == "DELETE":
        _remove(found)
        return Response(status=204)
    if request.method == "PATCH":
        return Response(_saved(FormShape(found, data=request.data, partial=True)))
    return Response(FormShape(found).data)


def _saved(shape: FormShape) -> Any:
    shape.is_valid(raise_exception=True)
    said, before = shape.validated_data, shape.instance
    published = said.pop("is_published", before.is_published if before else True)
    if before is None:
        said.setdefault("title", said["name"])
    with transaction.atomic():
        _settle(shape, said, published)
    return FormShape(shape.instance).data


def _settle(shape: FormShape, said: dict[str, Any], published: bool) -> None:
    if shape.instance and "consent_text" in said:
        shape.instance.ask_consent(said["consent_text"])
    kept: Form = shape.save()
    if published:
        kept.publish()
    elif kept.is_published:
        kept.withdraw()


def _remove(found: Form) -> None:
    try:
        with transaction.atomic():
            found.withdraw()
            found.delete()
    except ProtectedError:
        raise Problem(409, "Conflict", "Something came through this form; it stays, and can be withdrawn.") from None
