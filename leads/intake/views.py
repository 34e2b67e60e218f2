"""The intake queue and its spam folder."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from accounts.permissions import allow
from accounts.roles import Function
from leads.intake.page import SIZE, Intake
from leads.intake.sorting import DEEDS, leads_of


@require_http_methods(["GET", "HEAD", "POST"])
@allow(Function.SORT_INTAKE)
def intake(request: Any) -> HttpResponse:
    """Everything that arrived; a POST sorts the chosen ones."""
    if request.method == "POST":
        return _sorted(request)
    try:
        shown = Intake.of(request.GET)
    except ValueError:
        return HttpResponseRedirect(request.path)  # an old or mistyped link: everything, rather than an error
    return render(request, "leads/intake.html", shown.context())


def _sorted(request: Any) -> HttpResponse:
    back = HttpResponseRedirect(request.get_full_path())
    deed, words = DEEDS.get(request.POST.get("act", ""), (None, ""))
    chosen = leads_of(request.POST.getlist("chosen")[:SIZE])
    if deed is None or not chosen:
        messages.error(request, "Choose something first.")
        return back
    done = deed(chosen, by=request.by)
    messages.success(request, words.format(n=done))
    if done < len(chosen):
        messages.info(request, f"{len(chosen) - done} stayed where they were.")
    return back
