"""Moves from the board and the lead page, and the dialog of a shut gate."""

from __future__ import annotations

import json
from collections.abc import Sequence
from contextlib import nullcontext, suppress
from functools import partial
from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.dateparse import parse_date
from django.views.decorators.http import require_GET, require_POST

from accounts.middleware import afterwards
from accounts.permissions import allow
from accounts.roles import Function
from pipeline.board import Board, stages_of
from pipeline.debts import may_be_owed_on
from pipeline.dialog import LOSS, dialog, on_the_readers_clock, values_said
from pipeline.held import note_refusal
from pipeline.lead_forms import Loss
from pipeline.models import Deal, Move, Override, Pipeline, Stage, StageKind
from pipeline.move import gate_to
from pipeline.placing import Crowded, put
from pipeline.refusals import GateClosed, NotOpen, Stale
from pipeline.views import compact, query_of_page
from pipeline.wire import title_of
from routing.workingtime import zone_named
from tenancy import clock
from tenancy.ids import from_public, public_id
from tenancy.models import get_or_404


@require_POST
@allow(Function.MOVE_DEALS)
def moves(request: Any, deal_id: str) -> HttpResponse:
    """Fill and move: 200 with what changed on the board, 422 with the gate's dialog, 409 with the newer card."""
    deal = _deal(deal_id)
    stages = _stages(deal)
    to = _target(deal, stages, request.POST.get("stage", ""))
    said = values_said(request.POST, request.FILES)
    try:
        made = _move_beside(request, deal, to, said)
    except GateClosed as shut:
        afterwards(request, partial(note_refusal, deal, to, shut, by=request.by))
        # What was filled was rolled back with the rest: it is asked again, as it was typed.
        still = {item.criterion or item.field: item.detail for item in shut.unmet if "again" in request.POST}
        return show_gate(request, the_deal(deal_id), to, said, still)
    except ValidationError as wrong:
        errors = {key: " ".join(map(str, messages)) for key, messages in wrong.message_dict.items()}
        return show_gate(request, the_deal(deal_id), to, said, errors)
    except (Stale, NotOpen) as refused:
        return newer(request, deal_id, str(refused))
    return moved(request, made, f"in {to.name}", stages)


@require_POST
@allow(Function.MOVE_DEALS)
def place(request: Any, deal_id: str) -> HttpResponse:
    """Higher or lower in its column: 200 with the card, whose place everybody sees, or 409 with why not."""
    deal = the_deal(deal_id)
    try:
        put(deal, by=request.by, **_beside(request))
    except (NotOpen, Crowded) as refused:
        return newer(request, deal_id, str(refused))
    return _told(request, deal, f"{title_of(deal.lead)} is in its new place.")


@require_GET
@allow(Function.MOVE_DEALS)
def gate(request: Any, deal_id: str) -> HttpResponse:
    """The dialog, asked for: by a stage of the path, or by the menu."""
    deal, to = the_deal(deal_id), _stage(request.GET.get("to", ""))
    if to.pipeline_id != deal.pipeline_id or to.removed_at:
        raise Http404
    return show_gate(request, deal, to, {}, {}, status=200)


def _move_beside(request: Any, deal: Deal, to: Stage, said: dict[str, Any]) -> Move:
    """Move, and put the card where it was dropped: both or neither."""
    beside = _beside(request)
    with transaction.atomic() if beside else nullcontext():  # a move alone is all or nothing by itself
        made = _move(request, deal, to, said)
        if beside and to.kind == StageKind.OPEN:  # what is over stands by its date
            with suppress(Crowded):  # then it stands on top
                put(deal, by=request.by, **beside)
    return made


def _move(request: Any, deal: Deal, to: Stage, said: dict[str, Any]) -> Move:
    version, loss = request.POST.get("version", ""), _loss(request) if to.kind == StageKind.LOST else {}
    return deal.move(
        to,
        by=request.by,
        values=on_the_readers_clock(said),
        override=_override(request),
        reason=request.POST.get("reason", "")[:500],
        version=int(version) if version.isascii() and version.isdigit() and len(version) < 10 else None,
        **loss,
    )


def _loss(request: Any) -> dict[str, Any]:
    """To whom a deal is lost, and when it comes back; why is the gate's to ask. Raises ValidationError, by field."""
    form = Loss(request.POST)
    form.is_valid()
    wrong = {name: list(form.errors[name]) for name in LOSS if name in form.errors}
    if wrong:
        raise ValidationError(wrong)
    return {name: form.cleaned_data[name] for name in LOSS}


def _beside(request: Any) -> dict[str, UUID]:
    """Between which cards it was dropped, as far as the page says so."""
    found = {}
    for name in ("before", "after"):
        with suppress(ValueError):
            found[name] = from_public(Deal.PREFIX, request.POST.get(name, ""))
    return found


def _override(request: Any) -> Override | None:
    """A manager's “Move anyway”. Raises ValidationError without a reason or a day to come."""
    if not request.POST.get("override.on"):
        return None
    if not request.member.may(Function.OVERRIDE_GATES):
        raise PermissionDenied("Only a manager may move a deal through a shut gate.")
    reason, owed_by = request.POST.get("override.reason", "").strip(), _day(request.POST.get("override.owed_on", ""))
    if not reason:
        raise ValidationError({"override": ["Say why it can’t wait."]})
    if owed_by is None or not may_be_owed_on(owed_by):
        raise ValidationError({"override": ["Give the day on which the proof is owed, from today on."]})
    return Override(reason[:500], owed_by)


def moved(request: Any, made: Move, to: str, stages: Sequence[Stage] = ()) -> HttpResponse:
    """What changed on the board, and a toast with where it is: “in Closed”, “lost”; by `stages`, if at hand."""
    lead = made.deal.lead
    response = _told(request, made.deal, "", stages)
    toast = {"text": f"{title_of(lead)} is {to}.", "undo": reverse("lead-undo", args=[lead.public_id])}
    response["HX-Trigger"] = json.dumps({"toast": toast})
    return response


def _told(request: Any, deal: Deal, words: str, stages: Sequence[Stage] = ()) -> HttpResponse:
    if not request.htmx:
        return redirect("board")
    response = HttpResponse(_changed(request, deal, stages))
    response["HX-Retarget"], response["HX-Reswap"] = "#dialogs", "innerHTML"
    response["HX-Trigger-After-Settle"] = json.dumps(
        {"tollgate:moved": {"card": f"deal-{deal.public_id}", "words": words}}
    )
    return response


def show_gate(request: HttpRequest, deal: Deal, to: Stage, said: Any, errors: Any, status: int = 422) -> HttpResponse:
    """The dialog as the gate stands now, with what was typed into it."""
    reason = request.POST.get("reason", "")[:500]
    # A reason stays asked for, so that its input and what was typed into it are there again.
    said, answer = ({**said, "reason": reason} if reason else said), gate_to(deal, to)
    member: Any = getattr(request, "member", None)
    override = {name: request.POST.get(f"override.{name}", "") for name in ("reason", "owed_on")}
    context = dialog(
        deal,
        to,
        answer,
        member,
        today=today_of(request),
        said=said,
        errors=errors,
        override=override,
        again="again" in request.POST,
        loss={name: request.POST.get(name, "") for name in LOSS},
    )
    return HttpResponse(render_to_string("pipeline/gate.html", context, request), status=status)


def newer(request: Any, deal_id: str, words: str) -> HttpResponse:
    response = HttpResponse(_changed(request, _deal(deal_id)), status=409)
    response["HX-Retarget"], response["HX-Reswap"] = "#dialogs", "innerHTML"
    response["HX-Trigger"] = json.dumps({"toast": {"text": words, "kind": "error"}})
    return response


def _target(deal: Deal, stages: Sequence[Stage], public: str) -> Stage:
    """Where a deal is to go; Http404 for no stage of its pipeline. What is lost has no column, but is asked for."""
    to = next((one for one in stages if one.public_id == public), None) or _stage(public)
    if to.pipeline_id != deal.pipeline_id:
        raise Http404
    return to


def _stages(deal: Deal) -> list[Stage]:
    return stages_of(public_id(Pipeline.PREFIX, deal.pipeline_id))


def _changed(request: Any, deal: Deal, stages: Sequence[Stage] = ()) -> str:
    """What brings a board up to date about one deal."""
    shown = Board(stages or _stages(deal), request.member, query_of_page(request))
    return compact(render_to_string("pipeline/board.html#changed", shown.changed("id", [deal.pk]), request))


def _deal(public: str) -> Deal:
    """A deal of this account by itself, which is enough to move it; Http404 for any other."""
    found: Deal = get_or_404(Deal, public)
    return found


def the_deal(public: str) -> Deal:
    people = ("pipeline", "stage", "owner", "lead__contact", "lead__company", "lead__source", "lead__owner")
    try:
        found: Deal = Deal.objects.select_related(*people).by_public_id(public)
    except Deal.DoesNotExist:
        raise Http404 from None
    return found


def _stage(public: str) -> Stage:
    found: Stage = get_or_404(Stage, public)
    return found


def today_of(request: Any) -> Any:
    return clock.now().astimezone(zone_named(request.account.time_zone)).date()


def _day(text: str) -> Any:
    try:
        return parse_date(text)
    except ValueError:
        return None
