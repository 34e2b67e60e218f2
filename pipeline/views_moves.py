"""Moves from the board and the lead page, and the dialog of a shut gate."""

from __future__ import annotations

import json
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.utils.dateparse import parse_date
from django.views.decorators.http import require_GET, require_POST

from accounts.permissions import allow
from accounts.roles import Function
from pipeline.board import Board, stages_of
from pipeline.dialog import dialog, values_said
from pipeline.models import Deal, Move, Override, Stage
from pipeline.move import gate_to
from pipeline.refusals import GateClosed, NotOpen, Stale
from pipeline.views import compact, query_of_page
from pipeline.wire import title_of
from routing.workingtime import zone_named
from tenancy import clock
from tenancy.models import get_or_404


@require_POST
@allow(Function.MOVE_DEALS)
def moves(request: Any, deal_id: str) -> HttpResponse:
    """Fill and move: 200 with what changed on the board, 422 with the gate's dialog, 409 with the newer card."""
    deal, to = _deal(deal_id), _stage(request.POST.get("stage", ""))
    if to.pipeline_id != deal.pipeline_id:
        raise Http404
    said = values_said(request.POST, request.FILES)
    try:
        with transaction.atomic():
            made = _move(request, deal, to, said)
    except GateClosed as shut:
        # What was filled was rolled back with the rest: it is asked again, as it was typed.
        still = {item.criterion or item.field: item.detail for item in shut.unmet if "again" in request.POST}
        return _dialog(request, deal, to, gate_to(deal, to), said, still)
    except ValidationError as wrong:
        errors = {key: " ".join(map(str, messages)) for key, messages in wrong.message_dict.items()}
        return _dialog(request, deal, to, gate_to(deal, to), said, errors)
    except (Stale, NotOpen) as refused:
        return _newer(request, deal_id, str(refused))
    return _moved(request, made, to)


@require_GET
@allow(Function.MOVE_DEALS)
def gate(request: Any, deal_id: str) -> HttpResponse:
    """The dialog, asked for: by a stage of the path, or by the menu."""
    deal, to = _deal(deal_id), _stage(request.GET.get("to", ""))
    if to.pipeline_id != deal.pipeline_id:
        raise Http404
    return _dialog(request, deal, to, gate_to(deal, to), {}, {}, status=200)


def _move(request: Any, deal: Deal, to: Stage, said: dict[str, Any]) -> Move:
    version = request.POST.get("version", "")
    return deal.move(
        to,
        by=request.by,
        values=said,
        override=_override(request),
        reason=request.POST.get("reason", "")[:500],
        version=int(version) if version.isascii() and version.isdigit() and len(version) < 10 else None,
    )


def _override(request: Any) -> Override | None:
    """A manager's “Move anyway”. Raises ValidationError without a reason or a day to come."""
    if not request.POST.get("override.on"):
        return None
    if not request.member.may(Function.OVERRIDE_GATES):
        raise PermissionDenied("Only a manager may move a deal through a shut gate.")
    reason, owed_by = request.POST.get("override.reason", "").strip(), _day(request.POST.get("override.owed_on", ""))
    if not reason:
        raise ValidationError({"override": ["Say why it can’t wait."]})
    if owed_by is None or owed_by < _today(request):
        raise ValidationError({"override": ["Give the day on which the proof is owed, from today on."]})
    return Override(reason[:500], owed_by)


def _moved(request: Any, made: Move, to: Stage) -> HttpResponse:
    deal = _deal(made.deal.public_id)
    if not request.htmx:
        return redirect("board")
    shown = Board(stages_of(deal.pipeline.public_id), request.member, query_of_page(request))
    context = shown.changed(pk=deal.pk)
    response = HttpResponse(compact(render_to_string("pipeline/board.html#changed", context, request)))
    response["HX-Retarget"], response["HX-Reswap"] = "#dialogs", "innerHTML"
    response["HX-Trigger-After-Settle"] = json.dumps(
        {"tollgate:moved": {"card": f"deal-{deal.public_id}", "words": f"{title_of(deal.lead)} is in {to.name}."}}
    )
    return response


def _dialog(
    request: HttpRequest, deal: Deal, to: Stage, answer: Any, said: Any, errors: Any, status: int = 422
) -> HttpResponse:
    member: Any = getattr(request, "member", None)
    override = {name: request.POST.get(f"override.{name}", "") for name in ("reason", "owed_on")}
    context = dialog(
        deal,
        to,
        answer,
        member,
        today=_today(request),
        said=said,
        errors=errors,
        override=override,
        again="again" in request.POST,
    )
    return HttpResponse(render_to_string("pipeline/gate.html", context, request), status=status)


def _newer(request: Any, deal_id: str, words: str) -> HttpResponse:
    deal = _deal(deal_id)
    shown = Board(stages_of(deal.pipeline.public_id), request.member, query_of_page(request))
    context = shown.changed(pk=deal.pk)
    response = HttpResponse(compact(render_to_string("pipeline/board.html#changed", context, request)), status=409)
    response["HX-Retarget"], response["HX-Reswap"] = "#dialogs", "innerHTML"
    response["HX-Trigger"] = json.dumps({"toast": {"text": words, "kind": "error"}})
    return response


def _deal(public: str) -> Deal:
    people = ("pipeline", "stage", "owner", "lead__contact", "lead__company", "lead__source", "lead__owner")
    try:
        found: Deal = Deal.objects.select_related(*people).by_public_id(public)
    except Deal.DoesNotExist:
        raise Http404 from None
    return found


def _stage(public: str) -> Stage:
    found: Stage = get_or_404(Stage, public)
    return found


def _today(request: Any) -> Any:
    return clock.now().astimezone(zone_named(request.account.time_zone)).date()


def _day(text: str) -> Any:
    try:
        return parse_date(text)
    except ValueError:
        return None
