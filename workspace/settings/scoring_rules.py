"""One rule of the draft, and one criterion: the pages with the condition builder."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods, require_POST

from accounts.permissions import allow
from accounts.roles import Function
from leads.catalogue import catalogue
from leads.condition_page import builder_context, tree_said
from scoring import drafting
from scoring.checking import scorable
from scoring.models import ScoringRule, ScoringVersion, VersionState
from scoring.versions import draft_version
from tenancy.models import get_or_404
from workspace.settings.scoring_forms import CriterionForm, RuleForm
from workspace.settings.shell import show

EDITOR = "settings-scoring-draft"


@allow(Function.MANAGE_ACCOUNT)
@require_http_methods(["GET", "POST"])
def new_rule(request: Any) -> HttpResponse:
    """A rule that is not there yet."""
    draft = draft_version()
    group = str(request.GET.get("group", "fit"))
    return _rule_page(request, draft, ScoringRule(group=group, points=5)) if draft else redirect("settings-scoring")


@allow(Function.MANAGE_ACCOUNT)
@require_http_methods(["GET", "POST"])
def rule(request: Any, rule_id: str) -> HttpResponse:
    """A rule of the draft."""
    draft = draft_version()
    return _rule_page(request, _that(draft), _of_draft(rule_id, draft))


@allow(Function.MANAGE_ACCOUNT)
@require_POST
def rule_removal(request: Any, rule_id: str) -> HttpResponse:
    """Take it out of the draft."""
    found = _of_draft(rule_id, draft_version())
    drafting.remove_rule(found)
    messages.success(request, f"{found.label} is out of the draft.")
    return redirect(EDITOR)


def _rule_page(request: Any, draft: ScoringVersion, found: ScoringRule) -> HttpResponse:
    known, said = catalogue(), request.POST
    form = RuleForm(said or None, rule=found)
    tree = tree_said(said, known, found.condition)
    if request.method == "POST" and not said.get("act") and form.is_valid():
        try:
            saved = drafting.put_rule(draft, found, form.columns(tree), known)
        except ValidationError as refusal:
            form.add_error(None, refusal)
        else:
            messages.success(request, f"{saved.label} is in the draft.")
            return redirect(EDITOR)
    refused = request.method == "POST" and not said.get("act")
    context = {"form": form, "found": found, "title": found.label or "New rule"}
    context |= builder_context(tree, scorable(known), checked=refused and not form.data.get("signal"))
    return show(request, "scoring_rule.html", context, status=422 if refused else 200)


@allow(Function.MANAGE_ACCOUNT)
@require_http_methods(["GET", "POST"])
def criterion(request: Any, key: str) -> HttpResponse:
    """A criterion of the draft's qualification; `new` for one that is not there yet."""
    draft = draft_version()
    if draft is None:
        return redirect("settings-scoring")
    found = next((one for one in draft.criteria if one["key"] == key), None)
    if found is None and key != "new":
        raise Http404
    return _criterion_page(request, draft, key, found or {"label": "", "condition": None})


@allow(Function.MANAGE_ACCOUNT)
@require_POST
def criterion_removal(request: Any, key: str) -> HttpResponse:
    """Take it out of the draft."""
    if draft := draft_version():
        drafting.remove_criterion(draft, key)
    return redirect(EDITOR)


def _criterion_page(request: Any, draft: ScoringVersion, key: str, found: dict[str, Any]) -> HttpResponse:
    known, said = catalogue(), request.POST
    form = CriterionForm(said or None, criterion=found)
    tree = tree_said(said, known, found["condition"])
    sent = request.method == "POST" and not said.get("act")
    if sent and form.is_valid():
        by_data = form.cleaned_data["answered_by"] == "data"
        try:
            drafting.put_criterion(draft, key, form.cleaned_data["label"], tree if by_data else None, known)
        except ValidationError as refusal:
            form.add_error(None, refusal)
        else:
            messages.success(request, f"{form.cleaned_data['label']} is in the draft.")
            return redirect(EDITOR)
    context = {"form": form, "key": key, "title": found["label"] or "New criterion"}
    context |= builder_context(tree, scorable(known, for_criteria=True), checked=sent)
    return show(request, "scoring_criterion.html", context, status=422 if sent else 200)


def _of_draft(rule_id: str, draft: ScoringVersion | None) -> ScoringRule:
    found: ScoringRule = get_or_404(ScoringRule, rule_id)
    if draft is None or found.version_id != draft.pk or draft.state != VersionState.DRAFT:
        raise Http404
    return found


def _that(draft: ScoringVersion | None) -> ScoringVersion:
    if draft is None:
        raise Http404
    return draft
