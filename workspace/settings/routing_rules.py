"""One rule of the draft: its page with the condition builder, and its place in the order."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from accounts.permissions import allow
from accounts.roles import Function
from leads.catalogue import catalogue
from leads.condition_page import builder_context, tree_said
from routing import drafting
from routing.checking import routable
from routing.models import Action, RoutingRule, RoutingVersion
from routing.versions import draft_version, live_version
from scoring.models import VersionState
from tenancy.models import get_or_404
from workspace.settings.routing import EDITOR, done
from workspace.settings.routing_forms import RuleForm
from workspace.settings.routing_words import cards_of
from workspace.settings.shell import show


@allow(Function.MANAGE_ACCOUNT)
@require_http_methods(["GET", "POST"])
def new_rule(request: Any) -> HttpResponse:
    """A rule that is not there yet."""
    draft = draft_version()
    if draft is None:
        return redirect("settings-routing")
    return _page(request, draft, RoutingRule(action=Action.POOL, condition={}))


@allow(Function.MANAGE_ACCOUNT)
@require_http_methods(["GET", "POST"])
def rule(request: Any, routing_rule_id: str) -> HttpResponse:
    """A rule of the draft."""
    draft = _that(draft_version())
    return _page(request, draft, _of(draft, routing_rule_id))


@allow(Function.MANAGE_ACCOUNT)
@require_POST
def removal(request: Any, routing_rule_id: str) -> HttpResponse:
    """Take it out of the draft."""
    found = _of(_that(draft_version()), routing_rule_id)
    return done(request, lambda: drafting.remove_rule(found), f"{found.label} is out of the draft.", to=EDITOR)


@allow(Function.MANAGE_ACCOUNT)
@require_POST
def place(request: Any, routing_rule_id: str) -> HttpResponse:
    """Put it elsewhere in the order: `position`, 1 for the first. The list comes back."""
    draft, said = _that(draft_version()), str(request.POST.get("position", ""))
    found = _of(draft, routing_rule_id)
    position = int(said) if said.isascii() and said.isdigit() and len(said) < 5 else found.position
    answer = done(request, lambda: drafting.move_rule(draft, found, position), to=EDITOR)
    if not request.headers.get("HX-Request"):
        return answer
    draft = _that(draft_version())
    context = {"cards": cards_of(draft, catalogue(), live_version()), "editing": True}
    return render(request, "workspace/settings/routing_cards.html", context)


def _page(request: Any, draft: RoutingVersion, found: RoutingRule) -> HttpResponse:
    known, said = catalogue(), request.POST
    form = RuleForm(said or None, rule=found)
    tree = tree_said(said, known, found.condition)
    sent = request.method == "POST" and not said.get("act")
    if sent and form.is_valid():
        try:
            saved = drafting.put_rule(draft, found, form.columns(tree), known)
        except ValidationError as refusal:
            form.add_error(None, refusal)
        else:
            messages.success(request, f"{saved.label} is in the draft.")
            return redirect(EDITOR)
    title = "Fallback" if form.is_fallback else found.label or "New rule"
    context = {"form": form, "found": found, "title": title}
    context |= builder_context(tree, routable(known), checked=sent and not form.data.get("every_lead"))
    return show(request, "routing_rule.html", context, status=422 if sent else 200)


def _of(draft: RoutingVersion, routing_rule_id: str) -> RoutingRule:
    found: RoutingRule = get_or_404(RoutingRule, routing_rule_id)
    if found.version_id != draft.pk or draft.state != VersionState.DRAFT:
        raise Http404
    return found


def _that(draft: RoutingVersion | None) -> RoutingVersion:
    if draft is None:
        raise Http404
    return draft
