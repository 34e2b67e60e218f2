"""One criterion of a stage: its page, what it would mean for deals that are open, its place, and its switch."""

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
from pipeline.criteria import checked, place_criterion, put_criterion, remove_criterion
from pipeline.effects import effect_of
from pipeline.models import Criterion, CriterionKind, Stage, When
from pipeline.plan import input_for
from tenancy.models import get_or_404
from workspace.settings.criterion_forms import CriterionForm
from workspace.settings.pipelines import done, position_said
from workspace.settings.shell import show
from workspace.settings.stages import ICONS, OFFERED, TITLES, around, the_stage


@allow(Function.MANAGE_ACCOUNT)
@require_http_methods(["GET", "POST"])
def new_criterion(request: Any, stage_id: str) -> HttpResponse:
    """One of a `kind` that is not there yet."""
    return _page(request, _new(request, the_stage(stage_id)))


@allow(Function.MANAGE_ACCOUNT)
@require_http_methods(["GET", "POST"])
def criterion(request: Any, criterion_id: str) -> HttpResponse:
    """One criterion; a POST keeps it."""
    return _page(request, _the_criterion(criterion_id))


@allow(Function.MANAGE_ACCOUNT)
@require_POST
def effect(request: Any, stage_id: str) -> HttpResponse:
    """How many open deals would not satisfy what a form holds, unsaved: a part of its page."""
    stage, known = the_stage(stage_id), catalogue()
    row = _new(request, stage)
    if named := request.POST.get("criterion"):
        row = _the_criterion(named)
        if row.stage_id != stage.pk:
            raise Http404
    form = CriterionForm(request.POST, row=row, known=known)
    told = None
    if form.is_valid():
        columns = form.columns(tree_said(request.POST, known, row.params.get("condition")))
        row.when, row.label = columns["when"], columns["label"]
        try:
            row.params = checked(row.kind, columns["params"], known)
            told = effect_of(row)
        except ValidationError:
            told = None
    return render(request, "workspace/settings/criterion_effect.html", {"effect": told})


@allow(Function.MANAGE_ACCOUNT)
@require_POST
def switch(request: Any, criterion_id: str) -> HttpResponse:
    """Ask for it, or keep it for later: `required`."""
    found = _the_criterion(criterion_id)
    wanted = bool(request.POST.get("required"))
    known = catalogue()
    try:
        put_criterion(found, {"required": wanted}, known, by=request.by)
    except ValidationError as refusal:  # such as a fact that is not there any more
        messages.error(request, " ".join(refusal.messages))
    else:
        asked = f"is asked from now on. {effect_of(found).words}" if wanted else "is asked of nobody."
        messages.success(request, f"“{found.label}” {asked}")
    return redirect("settings-stage", found.stage.public_id)


@allow(Function.MANAGE_ACCOUNT)
@require_POST
def removal(request: Any, criterion_id: str) -> HttpResponse:
    found = _the_criterion(criterion_id)
    back = ("settings-stage", found.stage.public_id)
    words = f"“{found.label}” is asked no more. Moves keep what it proved."
    return done(request, lambda: remove_criterion(found, by=request.by), words, *back)


@allow(Function.MANAGE_ACCOUNT)
@require_POST
def place(request: Any, criterion_id: str) -> HttpResponse:
    """Put it elsewhere in the order of its side: `position`, 1 for the first. The list comes back."""
    found = _the_criterion(criterion_id)
    place_criterion(found, position_said(request), by=request.by)
    if not request.headers.get("HX-Request"):
        return redirect("settings-stage", found.stage.public_id)
    side = next(one for one in around(found.stage)["sides"] if one[0] == found.when)
    return render(request, "workspace/settings/criterion_list.html", {"side": side, "stage": found.stage})


def _page(request: Any, row: Criterion) -> HttpResponse:
    known, said = catalogue(), request.POST
    form = CriterionForm(said or None, row=row, known=known)
    tree = tree_said(said, known, row.params.get("condition"))
    sent = request.method == "POST" and not said.get("act")
    if sent and form.is_valid():
        try:
            kept = put_criterion(row, form.columns(tree), known, by=request.by)
        except ValidationError as refusal:
            form.refuse(refusal.message_dict)
        else:
            words = effect_of(kept).words if kept.required else ""
            messages.success(request, f"“{kept.label}” is asked from now on. {words}")
            return redirect("settings-stage", kept.stage.public_id)
    made = row._state.adding
    context = {
        "form": form,
        "row": row,
        "is_new": made,
        "stage": row.stage,
        "icon": ICONS[row.kind],
        "title": OFFERED[row.kind] if made else row.label,
        "kind_words": CriterionKind(row.kind).label,
        "side": TITLES[When(row.when)],
        "input": None if made or row.kind == "objections" else input_for(row.kind, row.params, known),
    }
    context |= builder_context(tree, known, checked=sent)
    return show(request, "criterion.html", context, status=422 if sent else 200)


def _new(request: Any, stage: Stage) -> Criterion:
    said = request.POST if request.method == "POST" else request.GET
    kind, when = str(said.get("kind", "")), str(said.get("when", ""))
    if kind not in CriterionKind.values:
        kind = CriterionKind.FIELD.value
    return Criterion(stage=stage, kind=kind, when=when if when in When.values else When.EXIT.value)


def _the_criterion(criterion_id: str) -> Criterion:
    found: Criterion = get_or_404(Criterion, criterion_id)
    if found.stage.removed_at:
        raise Http404
    return found
