"""Learned models: what to learn from, how good one is, and whether it scores leads."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.permissions import allow
from accounts.roles import Function
from scoring.learned import enough
from scoring.learned.learning import ask_for_model
from scoring.learned.past import counts
from scoring.learned.promoting import promote, roll_back
from scoring.learned.showing import can_promote, choices, leaks_shown, models, since_shown, trial_shown, weights_shown
from scoring.models import LearnedModel, ModelState
from scoring.rescoring import newest_rescoring
from tenancy.models import get_or_404
from workspace.settings.shell import show


@allow(Function.MANAGE_ACCOUNT)
@require_http_methods(["GET", "POST"])
def learned(request: Any) -> HttpResponse:
    """Every training, and the fields for the next; a POST begins it."""
    problem = ""
    if request.method == "POST":
        try:
            asked = ask_for_model(request.POST.getlist("fields"), by=request.by)
        except ValidationError as refusal:
            problem = " ".join(refusal.messages)
        else:
            return redirect("settings-learned-model", asked.public_id)
    won, lost = counts()
    context = {"models": models(), "problem": problem, "won": won, "lost": lost}
    context["refusal"] = enough.refusal(won, lost)
    if not context["refusal"]:
        context["choices"] = choices()
    return show(request, "learned.html", context, status=422 if problem else 200)


@allow(Function.MANAGE_ACCOUNT)
@require_GET
def model(request: Any, model_id: str) -> HttpResponse:
    """One model on trial, or how far its training is."""
    found = get_or_404(LearnedModel, model_id)
    context = {"model": found, "running": found.state == ModelState.TRAINING}
    if request.htmx:
        return render(request, "workspace/settings/learned_model.html#progress", context)
    context |= {"trial": trial_shown(found), "weights": weights_shown(found), "leaks": leaks_shown(found)}
    context |= {"since": since_shown(found), "rescoring": newest_rescoring(), "can_promote": can_promote(found)}
    return show(request, "learned_model.html", context)


@allow(Function.MANAGE_ACCOUNT)
@require_POST
def promotion(request: Any, model_id: str) -> HttpResponse:
    """Let a model score leads from now on."""
    found = get_or_404(LearnedModel, model_id)
    return _done(request, lambda: promote(found, by=request.by), f"{found} scores leads now.", model_id)


@allow(Function.MANAGE_ACCOUNT)
@require_POST
def retirement(request: Any, model_id: str) -> HttpResponse:
    """Roll a model back."""
    found = get_or_404(LearnedModel, model_id)
    return _done(request, lambda: roll_back(found, by=request.by), f"{found} is rolled back.", model_id)


def _done(request: Any, deed: Any, words: str, model_id: str) -> HttpResponse:
    try:
        deed()
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
    else:
        messages.success(request, f"{words} Open leads are scored again in the background.")
    return redirect("settings-learned-model", model_id)
