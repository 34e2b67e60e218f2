"""Asking for a word from the gate's dialog, and the page where words are given."""

from __future__ import annotations

import json
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from accounts.permissions import allow
from accounts.roles import Function
from pipeline import approvals as asked
from pipeline.debts import may_be_owed_on
from pipeline.dialog import OWED_WITHIN, values_said
from pipeline.models import Approval, Criterion
from pipeline.refusals import GateClosed, NotOpen
from pipeline.views_moves import show_gate, the_deal, today_of
from pipeline.wire import title_of
from tenancy.models import get_or_404

SHOWN = 30  # of what somebody asked for


class AnswerForm(forms.Form):
    """`yes` or `no`, with a note; the day the proof is owed by, where a deal is let through."""

    answer = forms.ChoiceField(choices=[("yes", "Yes"), ("no", "No")])
    note = forms.CharField(max_length=500, required=False)
    owed_on = forms.DateField(required=False)

    def clean_owed_on(self) -> Any:
        day = self.cleaned_data["owed_on"]
        if day and not may_be_owed_on(day):
            raise forms.ValidationError("Choose a day from today on.")
        return day


@require_POST
@allow(Function.MOVE_DEALS)
def ask(request: Any, deal_id: str) -> HttpResponse:
    """Ask for a word on `criterion`, or to be let through to `stage`; the dialog comes back, nothing typed is lost."""
    deal = the_deal(deal_id)
    to = next((row for row in deal.pipeline.stages.in_use() if row.public_id == request.POST.get("stage")), None)
    if to is None:
        raise Http404
    criterion = _criterion(deal, request.POST.get("criterion", ""))
    try:
        asked.ask(deal, to, by=request.member, criterion=criterion)
    except NotOpen as refused:
        return HttpResponse(str(refused), status=409)
    if not request.htmx:
        messages.success(request, "Asked. You hear of the answer.")
        return redirect("approvals")
    response = show_gate(request, deal, to, values_said(request.POST, request.FILES), {}, status=200)
    response["HX-Trigger"] = json.dumps({"toast": {"text": "Asked. You hear of the answer."}})
    return response


@require_GET
@allow(Function.MOVE_DEALS)
def approvals(request: Any) -> HttpResponse:
    """What waits for the reader's word, and what became of what he or she asked for."""
    return _page(request)


@require_POST
@allow(Function.MOVE_DEALS)
def answer(request: Any, approval_id: str) -> HttpResponse:
    """Say yes or no."""
    found: Approval = get_or_404(Approval, approval_id)
    form = AnswerForm(request.POST)
    if not form.is_valid():
        return _page(request, found, "Say yes or no, and give a day from today on, as 2026-03-12.")
    said = form.cleaned_data
    yes = said["answer"] == "yes"
    try:
        asked.answer(found, yes, by=request.member, note=said["note"], owed_by=said["owed_on"])
    except ValidationError as refusal:
        return _page(request, found, " ".join(refusal.messages))
    except (NotOpen, GateClosed) as refused:
        messages.error(request, str(refused))
        return redirect("approvals")
    messages.success(request, f"You said {'yes' if yes else 'no'} to {found.asked_by.name}.")
    return redirect("approvals")


def _page(request: Any, wrong: Approval | None = None, error: str = "") -> HttpResponse:
    today = today_of(request)
    context = {
        "waiting": [_line(row, wrong, error) for row in asked.waiting_for(request.member)],
        "mine": [_line(row, None, "") for row in asked.asked_by(request.member)[:SHOWN]],
        "owed_on": today + OWED_WITHIN,
        "today": today,
        "said": request.POST,
    }
    return render(request, "pipeline/approvals.html", context, status=422 if error else 200)


def _line(row: Approval, wrong: Approval | None, error: str) -> dict[str, Any]:
    return {"row": row, "title": title_of(row.deal.lead), "error": error if wrong and wrong.pk == row.pk else ""}


def _criterion(deal: Any, public: str) -> Criterion | None:
    if not public:
        return None
    found: Criterion = get_or_404(Criterion, public)
    if found.stage.pipeline_id != deal.pipeline_id or found.kind != "approval":
        raise Http404
    return found
