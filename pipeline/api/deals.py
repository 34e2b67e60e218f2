"""List, read and change deals; ask their gates; move them."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError as DjangoValidationError
from django.http import Http404
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api import Need, endpoint
from accounts.models import Member
from accounts.openapi import CURSOR, LIMIT, OF_ONE, REFUSALS, answers, listing
from accounts.problems import Problem
from accounts.roles import Function, Scope
from leads.api.leads import paged
from leads.api.work import valid
from leads.money import minor
from pipeline.api import schemas
from pipeline.models import Deal, DealQuerySet, DealStatus, Pipeline, Stage
from pipeline.move import gate_to
from pipeline.refusals import Stale
from pipeline.wire import WITH, deal_on_wire
from tenancy.ids import from_public

SEE = Need(Scope.LEADS_READ, Function.SEE_LEADS)
MOVE = Need(Scope.PIPELINE_WRITE, Function.MOVE_DEALS)
ORDERS = ("opened_at", "entered_stage_at", "closed_at")


@extend_schema(
    operation_id="list_deals",
    parameters=[*schemas.DEAL_FILTERS, LIMIT, CURSOR],
    responses=answers(*REFUSALS, ok=listing("DealPage", schemas.DealOut)),
)
@endpoint(GET=SEE)
def deals(request: Request) -> Response:
    inner: Any = request._request
    order = request.query_params.get("order") or "-opened_at"
    if order.removeprefix("-") not in ORDERS:
        raise ValidationError({"order": [f"One of these, with or without -: {', '.join(ORDERS)}."]})
    return paged(request, _listed(request.query_params, inner.member), order, deal_on_wire)


def _listed(query: Any, me: Member | None) -> DealQuerySet:
    rows: DealQuerySet = Deal.objects.in_sight().select_related(*WITH)
    status = query.get("status") or DealStatus.OPEN
    if status != "all":
        if status not in DealStatus.values:
            raise ValidationError({"status": [f"One of: {', '.join(DealStatus.values)}, all."]})
        rows = rows.filter(status=status)
    for name, prefix in (("pipeline", Pipeline.PREFIX), ("owner", Member.PREFIX), ("stage", Stage.PREFIX)):
        said = query.get(name, "")
        if not said:
            continue
        if (name, said) == ("owner", "none"):
            rows = rows.filter(owner=None)
        elif (name, said) == ("owner", "me"):
            rows = rows.filter(owner=me) if me else rows.none()
        elif name == "stage" and not said.startswith("stg_"):
            rows = rows.filter(stage__name=said.replace("\x00", ""))
        else:
            rows = rows.filter(**{f"{name}_id": _id(name, prefix, said)})
    return rows


def _id(name: str, prefix: str, said: str) -> Any:
    try:
        return from_public(prefix, said)
    except ValueError as error:
        raise ValidationError({name: [str(error)]}) from None


@extend_schema(methods=["GET"], operation_id="read_deal", responses=answers(*OF_ONE, ok=schemas.DealOut))
@extend_schema(
    methods=["PATCH"],
    operation_id="change_deal",
    request=schemas.DealIn(partial=True),
    responses=answers(*OF_ONE, 409, 413, 415, ok=schemas.DealOut),
    description="Value and expected close. `If-Match` with the ETag read before refuses a stale change.",
)
@endpoint(GET=SEE, PATCH=MOVE)
def deal(request: Request, deal_id: str) -> Response:
    found = the_deal(deal_id)
    if request.method == "PATCH":
        _change(request, found)
        found = the_deal(deal_id)
    return Response(deal_on_wire(found), headers={"ETag": f'"{found.version}"'})


def _change(request: Request, found: Deal) -> None:
    said = valid(schemas.DealIn, request, partial=True)
    changes: dict[str, Any] = {name: said[name] for name in ("expected_close", "currency") if name in said}
    if "value" in said:
        currency = said.get("currency") or found.currency or found.account.currency
        value = said["value"]
        changes |= {"currency": currency, "value_minor": None if value is None else minor(value, currency)}
    inner: Any = request._request
    try:
        found.change(changes, by=inner.by, version=seen_version(request, found))
    except Stale as stale:
        raise Problem(409, "Conflict", str(stale)) from None


def seen_version(request: Request, found: Deal) -> int | None:
    """The version of an If-Match header; None where any will do. A foreign ETag never matches."""
    said = request.headers.get("If-Match", "*").strip().removeprefix("W/").strip('"')
    if said == "*":
        return None
    return int(said) if said.isascii() and said.isdigit() and len(said) < 10 else -1


@extend_schema(
    operation_id="ask_gate",
    parameters=[OpenApiParameter("to", str, required=True, description="A stage's id or name, or `won`.")],
    responses=answers(*OF_ONE, ok=schemas.GateOut),
    description="What is missing for that move, and what is there by what evidence. Changes nothing.",
)
@endpoint(GET=SEE)
def gate(request: Request, deal_id: str) -> Response:
    found = the_deal(deal_id)
    return Response(gate_on_wire(gate_to(found, stage_named(found, request.query_params.get("to", ""), "to"))))


def gate_on_wire(answer: Any) -> dict[str, Any]:
    return {
        "open": answer.open,
        "unmet": [item.wire() for item in answer.unmet],
        "met": [item.wire() for item in answer.met],
        "passed": list(answer.passed),
    }


def the_deal(public: str) -> Deal:
    """The deal of this account with what the API shows of it; Http404 for any other."""
    try:
        found: Deal = Deal.objects.select_related(*WITH, "lead__source", "lead__owner").by_public_id(public)
    except Deal.DoesNotExist:
        raise Http404 from None
    return found


def stage_named(found: Deal, said: str, field: str) -> Stage:
    """The stage of the deal's pipeline by id, name or `won`. Raises ValidationError with the parameter's name."""
    stages: list[Stage] = list(Stage.objects.in_use().filter(pipeline_id=found.pipeline_id))
    wanted = said.strip().casefold()
    for row in stages:
        if wanted in (row.public_id.casefold(), row.name.casefold()) or (wanted == "won" and row.kind == "won"):
            return row
    names = ", ".join(row.name for row in stages)
    raise ValidationError({field: [f"There is no such stage in this pipeline. It has: {names}."]})


def as_refusal(error: DjangoValidationError) -> ValidationError:
    """The values' errors with pointers below /values."""
    return ValidationError({"values": error.message_dict})
