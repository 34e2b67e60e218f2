"""Why now, and answers to the best next question: fragments of the lead page."""

from __future__ import annotations

import json
from typing import Any

from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET, require_POST

from accounts.permissions import allow
from accounts.roles import Function
from leads.models import Lead
from scoring.answering import Reply, answered
from scoring.current import compiled
from scoring.showing import shown
from tenancy.models import get_or_404


@require_GET
@allow(Function.SEE_LEADS)
def receipt(request: Any, lead_id: str) -> HttpResponse:
    """The panel "Why now": every point, and that they add up."""
    lead = get_or_404(Lead, lead_id)
    newest = lead.receipts.order_by("-scored_at", "-id").first()
    panel = shown(newest.body, compiled(newest.version_id)) if newest and newest.body else None
    return render(request, "scoring/receipt.html", {"lead": lead, "receipt": panel, "stored": newest})


@require_POST
@allow(Function.WORK_LEADS)
def answers(request: Any, lead_id: str) -> HttpResponse:
    """One answer from the lead page. The lead is scored again; the panels that show it hear of it."""
    lead = get_or_404(Lead, lead_id)
    try:
        reply = answered(lead, request.POST, by=request.by)
    except ValidationError as refusal:
        return _told(lead, {"text": " ".join(refusal.messages), "kind": "error"}, status=422)
    return _told(lead, {"text": _words(lead, reply)})


def _words(lead: Lead, reply: Reply) -> str:
    if reply.after is None or reply.before is None or reply.after == reply.before:
        return "Noted."
    return f"Noted. {lead} scores {reply.after}, was {reply.before}."


def _told(lead: Lead, toast: dict[str, str], status: int = 200) -> HttpResponse:
    news = {"toast": toast, f"tollgate:lead-{lead.public_id}": {}}
    return HttpResponse(status=status, headers={"HX-Trigger": json.dumps(news), "HX-Reswap": "none"})
