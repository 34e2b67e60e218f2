"""The dialog in which a deal is lost: why, to whom, and whether it comes back."""

from __future__ import annotations

from typing import Any

from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from accounts.permissions import allow
from accounts.roles import Function
from pipeline.lead_forms import Loss
from pipeline.losing import lost_stage
from pipeline.refusals import GateClosed, NotOpen
from pipeline.views_moves import moved, newer, show_gate, the_deal
from pipeline.wire import title_of


@require_http_methods(["GET", "POST"])
@allow(Function.MOVE_DEALS)
def loss(request: Any, deal_id: str) -> Any:
    """Ask why it is lost, and close it; where the stage for what is lost asks for more, its gate does."""
    deal, form = the_deal(deal_id), Loss(request.POST or None, label_suffix="")
    if request.method == "POST" and form.is_valid():
        try:
            return moved(request, deal.lose(**form.cleaned_data, by=request.by), "lost")
        except GateClosed:
            return show_gate(request, deal, lost_stage(deal) or deal.stage, {}, {})
        except NotOpen as refused:
            return newer(request, deal_id, str(refused))
    context = {
        "form": form,
        "title": "Lose it",
        "words": f"{title_of(deal.lead)} leaves the board’s open columns. Its history stays, and it can come back.",
        "action": request.path,
    }
    return render(request, "pipeline/lead_dialog.html", context, status=422 if request.method == "POST" else 200)
