"""The board and its fragments: columns, cards that changed, the criteria of a gate."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import parse_qsl, urlsplit
from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.views.decorators.http import require_GET

from accounts.permissions import allow
from accounts.roles import Function
from leads.models import Lead
from pipeline.board import Board, all_stages, stages_of
from pipeline.board_head import head
from pipeline.models import BoardView, Layout, Pipeline, Stage
from pipeline.orders import BY_HAND
from pipeline.plan import plan_of
from pipeline.recent import last_move
from pipeline.tabs import url_of
from tenancy.ids import from_public, public_id
from tenancy.models import get_or_404

MOST_CARDS = 50
INDENT = re.compile(r"\n\s+")


@require_GET
@allow(Function.SEE_LEADS)
def board(request: Any) -> HttpResponse:
    """The account's first pipeline, or the one that was asked for; who asks for nothing gets the view of his habit."""
    usual = None if request.GET else BoardView.first_of(request.member)
    if usual:
        return redirect(url_of(usual))
    stages = all_stages()
    if not stages:
        return render(request, "pipeline/no_pipeline.html")
    shown = Board(stages_of(request.GET.get("pipeline", ""), stages), request.member, request.GET, views=True)
    context = head(shown, stages, request.member, Layout.BOARD) | {
        "cards_url": reverse("board-cards"),
        "recent_url": reverse("board-recent"),
        "by_hand": shown.asked.order is BY_HAND,
        "columns": shown.columns(),
    }
    return HttpResponse(compact(render_to_string("pipeline/board.html", context, request)))


@require_GET
@allow(Function.SEE_LEADS)
def column(request: Any, stage_id: str) -> HttpResponse:
    """One column again, or its next cards below the one named by `after`."""
    stages, stage = _stages_with(stage_id)
    shown = Board(stages, request.member, request.GET)
    after = request.GET.get("after", "")
    fragment = "cards" if after else "column"
    try:
        context = {"column": shown.column(stage, after)}
    except ValueError:
        raise Http404 from None
    return HttpResponse(compact(render_to_string(f"pipeline/board.html#{fragment}", context, request)))


@require_GET
@allow(Function.SEE_LEADS)
def cards(request: Any) -> HttpResponse:
    """The cards of leads that changed, each in its column, and all heads; the board puts them where they belong."""
    query = query_of_page(request)
    found = [lead_id for lead_id in map(_lead_id, request.GET.get("leads", "").split(",")[:MOST_CARDS]) if lead_id]
    stages = stages_of(query.get("pipeline", ""))
    if not stages:
        raise Http404
    context = Board(stages, request.member, query).changed("lead_id", found)
    return HttpResponse(compact(render_to_string("pipeline/board.html#changed", context, request)))


@require_GET
@allow(Function.SEE_LEADS)
def recent(request: Any) -> HttpResponse:
    """The last move in words, for the foot of the board."""
    words = last_move()
    if not words:
        return HttpResponse()
    return render(request, "pipeline/board.html#recent", {"recent": words})


@require_GET
@allow(Function.SEE_LEADS)
def stage_gate(request: Any, stage_id: str) -> HttpResponse:
    """What must be true before a deal enters this stage."""
    stage: Stage = get_or_404(Stage, stage_id)
    plan = plan_of(stage.pipeline_id)
    index = plan.index(stage.pk)
    asked = plan.gate_after(index - 1) if index else []
    context = {
        "stage": stage,
        "before": plan.rows[index - 1] if index else None,
        "criteria": [{"label": criterion.label, "stage": of.name} for of, criterion in asked],
    }
    return render(request, "pipeline/stage_gate.html", context)


def query_of_page(request: Any) -> dict[str, str]:
    """The query string of the page that htmx asks from: its view and its filters."""
    return dict(parse_qsl(urlsplit(request.htmx.current_url or "").query)) if request.htmx else {}


def compact(html: str) -> str:
    """Without the templates' indentation, which is half of a board's bytes."""
    return INDENT.sub("\n", html)


def _stages_with(public: str) -> tuple[list[Stage], Stage]:
    """A stage among all stages of its pipeline; Http404 for another account's."""
    stage: Stage = get_or_404(Stage, public)
    stages = stages_of(public_id(Pipeline.PREFIX, stage.pipeline_id), all_stages())
    return stages, next(one for one in stages if one.pk == stage.pk)


def _lead_id(public: str) -> UUID | None:
    try:
        return from_public(Lead.PREFIX, public)
    except ValueError:
        return None
