"""What every endpoint's documentation says alike."""

from typing import Any

from drf_spectacular.extensions import OpenApiAuthenticationExtension, OpenApiSerializerFieldExtension
from drf_spectacular.utils import OpenApiParameter, inline_serializer
from rest_framework import serializers

from accounts.problems import TYPE


class KeyScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """Authorization: Bearer tg_..."""

    target_class = "accounts.api_access.Authentication"
    name = "ApiKey"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        return {"type": "http", "scheme": "bearer"}


class LinkField(OpenApiSerializerFieldExtension):  # type: ignore[no-untyped-call]
    """A link to another row of the account: its public id."""

    target_class = "tenancy.serializers.TenantRelatedField"

    def map_serializer_field(self, auto_schema: Any, direction: Any) -> dict[str, str]:
        return {"type": "string"}


class ProblemError(serializers.Serializer[Any]):
    pointer = serializers.CharField()
    code = serializers.CharField()
    detail = serializers.CharField()


ProblemDocument = inline_serializer(  # RFC 9457
    "Problem",
    {
        "type": serializers.CharField(),
        "title": serializers.CharField(),
        "status": serializers.IntegerField(),
        "detail": serializers.CharField(required=False),
        "instance": serializers.CharField(required=False),
        "errors": ProblemError(many=True, required=False),
    },
)

REFUSALS = (400, 401, 403)
OF_ONE = (*REFUSALS, 404)
OF_POST = (409, 413, 415, 422)

LIMIT = OpenApiParameter("limit", int, description="Rows per page, up to 200.")
CURSOR = OpenApiParameter("cursor", str, description="From `next` or `previous`.")
IDEMPOTENCY_KEY = OpenApiParameter(
    "Idempotency-Key",
    str,
    OpenApiParameter.HEADER,
    description="The same key and body within 24 hours get the first answer.",
)


def answers(*refused: int, **good: Any) -> dict[Any, Any]:
    """Responses of an endpoint: `answers(400, ok=Lead, created=Lead)`; refusals are problem documents."""
    codes = {"ok": 200, "created": 201, "accepted": 202, "gone": 204, "each": 207}
    known: dict[Any, Any] = {codes[name]: schema for name, schema in good.items()}
    return known | {(status, TYPE): ProblemDocument for status in refused}


def listing(name: str, row: Any) -> Any:
    """A page of rows."""
    fields = {
        "next": serializers.CharField(allow_null=True),
        "previous": serializers.CharField(allow_null=True),
        "results": row(many=True),
    }
    return inline_serializer(name, fields)
