"""The routing rules: what is live, what was, and the draft that becomes live only when it is published."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.permissions import allow
from accounts.roles import Function
from leads.catalogue import catalogue
from routing import drafting, replaying, versions
from routing.hits import DAYS
from routing.models import RoutingVersion
from tenancy.models import get_or_404
from workspace.settings.routing_forms import PolicyForm, PreviewForm, ReplayForm
from workspace.settings.routing_words import cards_of, previewed, replayed
from workspace.settings.shell import show

EDITOR = "settings-routing-draft"


@allow(Function.MANAGE_ACCOUNT)
@require_GET
def routing(request: Any) -> HttpResponse:
    """Who gets which lead, in order; and the versions before."""
    live = versions.live_version()
    context = {
        "version": live,
        "draft": versions.draft_version(),
        "cards": cards_of(live, catalogue()) if live else [],
        "earlier": versions.earlier_versions(),
        "days": DAYS,
    }
    return show(request, "routing.html", context)


@allow(Function.MANAGE_ACCOUNT)
@require_POST
def drafts(request: Any) -> HttpResponse:
    """Begin a draft, or go on with the one there is."""
    return done(request, versions.begin_draft, to=EDITOR)


@allow(Function.MANAGE_ACCOUNT)
@require_http_methods(["GET", "POST"])
def draft(request: Any) -> HttpResponse:
    """The draft and what it would do. A POST keeps its policy; nothing of it is live."""
    live, found = versions.live_version(), versions.draft_version()
    if live is None or found is None:
        return redirect("settings-routing")
    policy = PolicyForm(found, request.POST or None)
    if request.method == "POST" and policy.is_valid():
        drafting.change_policy(found, **policy.columns())
        messages.success(request, "Kept in the draft.")
        return redirect(EDITOR)
    known = catalogue()
    context = {
        "version": found,
        "live": live,
        "cards": cards_of(found, known, live),
        "policy": policy,
        "preview": PreviewForm(found, known),
        "replay_form": ReplayForm(),
        "replay": replayed(replaying.newest_replay(found)),
        "days": DAYS,
    }
    return show(request, "routing_draft.html", context, status=422 if policy.errors else 200)


@allow(Function.MANAGE_ACCOUNT)
@require_GET
def preview(request: Any) -> HttpResponse:
    """Who would get this lead by the draft: a part of its page."""
    found = versions.draft_version()
    if found is None:
        return redirect("settings-routing")
    form = PreviewForm(found, catalogue(), request.GET or None)
    context = {"preview": form, "said": previewed(found, form)}
    return render(request, "workspace/settings/routing_preview.html", context, status=422 if form.errors else 200)


@allow(Function.MANAGE_ACCOUNT)
@require_http_methods(["GET", "POST"])
def replay(request: Any) -> HttpResponse:
    """A POST replays the last days in the background; the part of the page asks again until it is done."""
    found = versions.draft_version()
    if found is None:
        return redirect("settings-routing")
    form = ReplayForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        replaying.ask_for_replay(found, form.cleaned_data["days"])
        if not request.headers.get("HX-Request"):
            return redirect(EDITOR)
    context = {"replay_form": form, "replay": replayed(replaying.newest_replay(found)), "version": found}
    return render(request, "workspace/settings/routing_replay.html", context, status=422 if form.errors else 200)


@allow(Function.MANAGE_ACCOUNT)
@require_POST
def publication(request: Any) -> HttpResponse:
    """Make the draft live for leads that come from now on."""
    words = "The rules are live. Leads that come from now on follow them."
    return done(request, lambda: versions.publish_draft(by=request.by), words, back=EDITOR)


@allow(Function.MANAGE_ACCOUNT)
@require_POST
def withdrawal(request: Any) -> HttpResponse:
    """Forget the draft."""
    return done(request, versions.discard_draft, "The draft is gone. What is live stays.")


@allow(Function.MANAGE_ACCOUNT)
@require_POST
def restoration(request: Any, routing_version_id: str) -> HttpResponse:
    """Roll back to a version that was live before."""
    found: RoutingVersion = get_or_404(RoutingVersion, routing_version_id)
    words = f"Version {found.number} is live again."
    return done(request, lambda: versions.roll_back(found, by=request.by), words)


def done(
    request: Any, deed: Callable[[], Any], words: str = "", *, to: str = "settings-routing", back: str = ""
) -> HttpResponse:
    """Do it and say so, or say why not."""
    try:
        deed()
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
        return redirect(back or to)
    if words:
        messages.success(request, words)
    return redirect(to)
