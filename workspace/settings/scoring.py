"""The scoring rules: what is live, what was, and the draft that becomes live only when it is published."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.permissions import allow
from accounts.roles import Function
from leads.catalogue import catalogue
from scoring import drafting, versions
from scoring.models import ScoringVersion
from scoring.preview import preview
from scoring.rescoring import newest_rescoring
from tenancy.models import get_or_404
from workspace.settings.scoring_forms import Numbers
from workspace.settings.scoring_words import criteria_words, groups_of, preview_words, sets_offered
from workspace.settings.shell import show

EDITOR = "settings-scoring-draft"


@allow(Function.MANAGE_ACCOUNT)
@require_GET
def scoring(request: Any) -> HttpResponse:
    """What earns points, group by group, where tiers begin, what qualifies, and the versions before."""
    live, known = versions.live_version(), catalogue()
    context = {
        "version": live,
        "draft": versions.draft_version(),
        "groups": groups_of(live, known) if live else [],
        "criteria": criteria_words(live, known) if live else [],
        "earlier": versions.earlier_versions(),
        "rescoring": newest_rescoring(),
    }
    return show(request, "scoring.html", context)


@allow(Function.MANAGE_ACCOUNT)
@require_GET
def progress(request: Any) -> HttpResponse:
    """How far scoring everybody again has come; asks again by itself until it is done."""
    return render(request, "workspace/settings/rescoring.html", {"rescoring": newest_rescoring()})


@allow(Function.MANAGE_ACCOUNT)
@require_POST
def drafts(request: Any) -> HttpResponse:
    """Begin a draft, or go on with the one there is."""
    return _done(request, versions.begin_draft, to=EDITOR)


@allow(Function.MANAGE_ACCOUNT)
@require_http_methods(["GET", "POST"])
def draft(request: Any) -> HttpResponse:
    """The draft and what it would do. A POST keeps its numbers; nothing of it is live."""
    live, found = versions.live_version(), versions.draft_version()
    if live is None or found is None:
        return redirect("settings-scoring")
    form = Numbers(found, request.POST or None)
    if request.method == "POST" and form.is_valid():
        drafting.change_numbers(found, **form.numbers())
        if not request.headers.get("HX-Request"):
            return redirect(EDITOR)
        found = versions.draft_version() or found
    known = catalogue()
    context = {
        "version": found,
        "live": live,
        "form": form,
        "groups": groups_of(found, known, form),
        "criteria": criteria_words(found, known),
        "sets": sets_offered(found),
        "preview": preview_words(preview(live, found)),
    }
    return show(request, "scoring_draft.html", context, status=422 if form.errors else 200)


@allow(Function.MANAGE_ACCOUNT)
@require_POST
def publication(request: Any) -> HttpResponse:
    """Make the draft live, and score everybody again in the background."""
    return _done(
        request,
        lambda: versions.publish_draft(by=request.by),
        "The rules are live. All open leads are being scored again.",
        back=EDITOR,
    )


@allow(Function.MANAGE_ACCOUNT)
@require_POST
def withdrawal(request: Any) -> HttpResponse:
    """Forget the draft."""
    return _done(request, versions.discard_draft, "The draft is gone. What is live stays.")


@allow(Function.MANAGE_ACCOUNT)
@require_POST
def restoration(request: Any, version_id: str) -> HttpResponse:
    """Roll back to a version that was live before."""
    found: ScoringVersion = get_or_404(ScoringVersion, version_id)
    words = f"Version {found.number} is live again. All open leads are being scored again."
    return _done(request, lambda: versions.roll_back(found, by=request.by), words)


@allow(Function.MANAGE_ACCOUNT)
@require_POST
def criteria_set(request: Any) -> HttpResponse:
    """Begin the draft's qualification with a set of criteria."""
    found = versions.draft_version()
    if found is None:
        return redirect("settings-scoring")
    key = str(request.POST.get("set", ""))
    return _done(request, lambda: drafting.choose_set(found, key), "These criteria are in the draft now.", to=EDITOR)


def _done(request: Any, deed: Any, words: str = "", *, to: str = "settings-scoring", back: str = "") -> HttpResponse:
    """Do it and say so, or say why not."""
    try:
        deed()
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
        return redirect(back or "settings-scoring")
    if words:
        messages.success(request, words)
    return redirect(to)
