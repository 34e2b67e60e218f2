"""What is done to all chosen deals: move, pass on, disqualify. Each answers with who was refused, and why."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.views.decorators.http import require_http_methods, require_POST

from accounts.permissions import allow
from accounts.roles import Function
from pipeline.board import Board, stages_of
from pipeline.bulk import Outcome, chosen_deals, disqualify_all, move_all, pass_on_all
from pipeline.lead_forms import Disqualify
from pipeline.models import Pipeline, Stage
from pipeline.views import compact, query_of_page
from routing.passing import PassOn
from tenancy.ids import public_id
from tenancy.models import get_or_404


@require_POST
@allow(Function.MOVE_DEALS)
def moves(request: Any) -> HttpResponse:
    """Take every chosen deal to one stage, each through the gate."""
    to: Stage = get_or_404(Stage, request.POST.get("stage", ""))
    outcomes = move_all(chosen_deals(request.POST.getlist("chosen")), to, by=request.by)
    return _told(request, outcomes, f"moved to {to.name}")


@require_http_methods(["GET", "POST"])
@allow(Function.WORK_LEADS)
def disqualification(request: Any) -> HttpResponse:
    """The dialog "Disqualify" for many: one reason for all."""
    form, said = Disqualify(request.POST or None), request.POST or request.GET
    chosen = chosen_deals(said.getlist("chosen"))
    if request.method == "POST" and form.is_valid():
        return _told(request, disqualify_all(chosen, **form.cleaned_data, by=request.by), "disqualified")
    context = {"form": form, "chosen": said.getlist("chosen"), "count": len(chosen)}
    return render(request, "pipeline/bulk_disqualify.html", context, status=422 if request.method == "POST" else 200)


@require_http_methods(["GET", "POST"])
@allow(Function.WORK_LEADS)
def assignment(request: Any) -> HttpResponse:
    """The dialog "Pass on" for many."""
    form, said = PassOn(request.POST or None, account=request.account), request.POST or request.GET
    chosen = chosen_deals(said.getlist("chosen"))
    if request.method == "POST" and form.is_valid():
        return _told(request, pass_on_all(chosen, form, request.member, by=request.by), "passed on")
    context = {
        "form": form,
        "leads": [one.deal.lead for one in chosen],
        "chosen": said.getlist("chosen"),
        "action": request.path,
    }
    return render(request, "routing/pass_on.html", context, status=422 if request.method == "POST" else 200)


def _told(request: Any, outcomes: Sequence[Outcome], deed: str) -> HttpResponse:
    """A toast when all went well, else a dialog that names each refusal; and the cards as they stand now."""
    if not request.htmx:
        return redirect("board")
    refused = [one for one in outcomes if one.why]
    done = len(outcomes) - len(refused)
    words = f"{done} of {len(outcomes)} {deed}." if refused else f"{done} deal{'s' * (done != 1)} {deed}."
    html = str(render_to_string("pipeline/bulk_result.html", {"words": words, "refused": refused}, request))
    news: dict[str, Any] = {"tollgate:chosen-done": {"refused": [one.deal.public_id for one in refused]}}
    if not refused:
        news["toast"] = {"text": words}
    if outcomes:
        html += _changed(request, outcomes)
    response = HttpResponse(html, headers={"HX-Trigger-After-Settle": json.dumps(news)})
    response["HX-Retarget"], response["HX-Reswap"] = "#dialogs", "innerHTML"
    return response


def _changed(request: Any, outcomes: Sequence[Outcome]) -> str:
    deals = [one.deal for one in outcomes]
    stages = stages_of(public_id(Pipeline.PREFIX, deals[0].pipeline_id))
    shown = Board(stages, request.member, query_of_page(request))
    context = shown.changed("id", [deal.pk for deal in deals])
    return compact(render_to_string("pipeline/board.html#changed", context, request))
