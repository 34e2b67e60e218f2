from __future__ import annotations

from typing import Any

from django.http import Http404, HttpResponseBase
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.decorators import renderer_classes
from rest_framework.exceptions import ValidationError
from rest_framework.response import Response

from accounts.api import Need, endpoint
from accounts.openapi import OF_ONE, answers
from accounts.rendering import Json
from accounts.roles import Function, Scope
from reports.asking import ApiFilters
from reports.catalogue import REPORTS
from reports.views import rows_of
from tenancy.csvfile import download


class CsvChosen(Json):
    """`?format=csv` is understood; the view streams the file itself, and an error stays a problem in JSON."""

    media_type = "text/csv"
    format = "csv"


FILTERS = [
    OpenApiParameter("name", enum=list(REPORTS), location=OpenApiParameter.PATH),
    OpenApiParameter("from", OpenApiTypes.DATE, description="First day, in the account's time zone."),
    OpenApiParameter("to", OpenApiTypes.DATE, description="The day after the last."),
    *(OpenApiParameter(name, str, description=f"Public id of a {name}.") for name in ("pipeline", "source", "team")),
    OpenApiParameter("owner", str, description="Public id of a member."),
    OpenApiParameter("tier", str, enum=["urgent", "high", "medium", "low"]),
    *(OpenApiParameter(name, str) for name in ("product", "territory")),
    OpenApiParameter("format", str, enum=["json", "csv"]),
]


@extend_schema(
    operation_id="report_read",
    description="A report over a half-open period; without `from` and `to` over the last 90 days.",
    parameters=FILTERS,
    responses={
        **answers(*OF_ONE),
        (200, "application/json"): OpenApiTypes.OBJECT,
        (200, "text/csv"): OpenApiTypes.STR,
    },
)
@endpoint(GET=Need(Scope.REPORTS_READ, Function.SEE_REPORTS))
@renderer_classes([Json, CsvChosen])
def report(request: Any, name: str) -> HttpResponseBase:
    """One report by its name."""
    if name not in REPORTS:
        raise Http404
    filters = ApiFilters(request.query_params, account=request._request.account)
    if not filters.is_valid():
        raise ValidationError({name: [str(error) for error in errors] for name, errors in filters.errors.items()})
    question, chosen = filters.question, REPORTS[name]
    if request.accepted_renderer.format == "csv":
        return download(f"{name}-{question.period.first}-{question.period.last}", rows_of([chosen], question))
    period = {"from": question.period.first, "to": question.period.end, "time_zone": str(question.period.zone)}
    facts = {"name": name, "title": chosen.title, "definition": chosen.explained, "period": period}
    return Response(facts | chosen.answer(question).as_json())
