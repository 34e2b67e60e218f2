"""The review of the weights: what became of leads against what was promised, and new weights to put into a draft."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from accounts.permissions import allow
from accounts.roles import Function
from scoring.review import deciding, looking
from scoring.review.showing import shown
from scoring.review.tables import LATEST, SOONEST
from scoring.versions import draft_version, live_version
from workspace.settings.shell import show

PAGE = "settings-scoring-review"


class Rhythm(forms.Form):
    """How often the weights are reviewed."""

    every_days = forms.IntegerField(min_value=SOONEST, max_value=LATEST, label="Every so many days")


@allow(Function.MANAGE_ACCOUNT)
@require_http_methods(["GET", "POST"])
def review(request: Any) -> HttpResponse:
    """The newest review. A POST sets how often there is one."""
    form = Rhythm(request.POST or None, initial={"every_days": looking.every_days()}, label_suffix="")
    if request.method == "POST" and form.is_valid():
        deciding.plan(form.cleaned_data["every_days"])
        messages.success(request, "Saved.")
        return redirect(PAGE)
    newest = deciding.newest_review()
    context = {
        "form": form,
        "live": live_version(),
        "draft": draft_version(),
        "review": newest,
        "found": shown(newest) if newest else None,
        "looking": deciding.current_look(),
        "due_at": looking.due_at(),
        "earlier": deciding.earlier_reviews(),
    }
    return show(request, "review.html", context, status=422 if form.errors else 200)


@allow(Function.MANAGE_ACCOUNT)
@require_http_methods(["GET", "POST"])
def looks(request: Any) -> HttpResponse:
    """How far a look is; a POST begins one. Asks again by itself until it is done, and then opens the page anew."""
    if request.method == "POST":
        looking.ask_for_look()
        return redirect(PAGE)
    running = deciding.current_look()
    if request.htmx and running is None:
        return HttpResponse(headers={"HX-Refresh": "true"})
    return render(request, "workspace/settings/review_progress.html", {"looking": running})


@allow(Function.MANAGE_ACCOUNT)
@require_POST
def weights(request: Any) -> HttpResponse:
    """Put the chosen weights into a draft, and open it with its preview."""
    newest = deciding.newest_review()
    if newest is None:
        return redirect(PAGE)
    try:
        deciding.draft_weights(newest, request.POST.getlist("rules"), by=request.by)
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
        return redirect(PAGE)
    messages.success(request, "The new weights are in the draft. Nothing is live before you publish it.")
    return redirect("settings-scoring-draft")


@allow(Function.MANAGE_ACCOUNT)
@require_POST
def closing(request: Any) -> HttpResponse:
    """Decide that the weights stay."""
    if newest := deciding.newest_review():
        deciding.leave_weights(newest, by=request.by)
        messages.success(request, "The weights stay as they are.")
    return redirect(PAGE)
