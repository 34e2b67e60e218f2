"""The pipelines of an account: which there are, in which order, and which are in the archive."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import Count, Q
from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods, require_POST

from accounts.permissions import allow
from accounts.roles import Function
from pipeline import editing
from pipeline.models import Deal, Pipeline, Stage
from pipeline.templates import TEMPLATES
from tenancy.models import get_or_404
from workspace.settings.shell import show

HERE = "settings-pipelines"
STARTS = {
    "it_services": "IT services: five stages with gates",
    "simple": "Simple: five stages with light gates",
    "blank": "Blank: two stages, no gates",
}


class NewPipeline(forms.Form):
    name = forms.CharField(max_length=editing.NAME, widget=forms.TextInput({"class": "input", "autocomplete": "off"}))
    template = forms.ChoiceField(
        choices=[(name, STARTS[name]) for name in TEMPLATES],
        label="Begin with",
        widget=forms.Select({"class": "select"}),
    )


@allow(Function.MANAGE_ACCOUNT)
@require_http_methods(["GET", "POST"])
def pipelines(request: Any) -> HttpResponse:
    """All of them, in order; a POST adds one and opens it."""
    form = NewPipeline(request.POST or None, label_suffix="")
    if request.method == "POST" and form.is_valid():
        try:
            made = editing.add_pipeline(**form.cleaned_data, by=request.by)
        except ValidationError as refusal:
            form.add_error(None, refusal)
        else:
            messages.success(request, f"{made.name} is there. New deals begin in the first pipeline.")
            return redirect("settings-pipeline", made.public_id)
    status = 422 if form.errors else 200
    return show(request, "pipelines.html", {"form": form, **listed()}, status=status)


def listed() -> dict[str, Any]:
    """Those in use with their stages and how many deals they have, and those in the archive."""
    counts: Any = Deal.objects.values_list("pipeline_id").annotate(n=Count("id"), open=Count("id", filter=OPEN))
    known = {pipeline_id: (every, running) for pipeline_id, every, running in counts}
    stages: dict[Any, list[str]] = {}
    for pipeline_id, name in Stage.objects.in_use().values_list("pipeline_id", "name"):
        stages.setdefault(pipeline_id, []).append(name)
    rows = [
        {
            "row": row,
            "stages": stages.get(row.pk, []),
            "open": known.get(row.pk, (0, 0))[1],
            "used": bool(known.get(row.pk)),
        }
        for row in Pipeline.objects.order_by("position", "id")
    ]
    return {
        "in_use": [one for one in rows if one["row"].archived_at is None],
        "archived": [one for one in rows if one["row"].archived_at],
    }


OPEN = Q(status="open")


@allow(Function.MANAGE_ACCOUNT)
@require_http_methods(["GET", "POST"])
def pipeline(request: Any, pipeline_id: str) -> HttpResponse:
    """Its first stage; a POST renames it."""
    found: Pipeline = get_or_404(Pipeline, pipeline_id)
    first = editing.stages_of(found).first()
    to = ("settings-stage", first.public_id) if first else (HERE,)
    if request.method == "GET":
        return redirect(*to)
    name = str(request.POST.get("name", ""))
    return done(request, lambda: editing.rename_pipeline(found, name, by=request.by), "Renamed.", *to)


@allow(Function.MANAGE_ACCOUNT)
@require_POST
def place(request: Any, pipeline_id: str) -> HttpResponse:
    """Put it elsewhere in the order: `position`, 1 for the first."""
    found = get_or_404(Pipeline, pipeline_id)
    return done(request, lambda: editing.put_pipeline(found, position_said(request), by=request.by))


@allow(Function.MANAGE_ACCOUNT)
@require_POST
def archival(request: Any, pipeline_id: str) -> HttpResponse:
    found = get_or_404(Pipeline, pipeline_id)
    words = f"{found.name} is in the archive. Nothing begins in it any more."
    return done(request, lambda: editing.archive_pipeline(found, by=request.by), words)


@allow(Function.MANAGE_ACCOUNT)
@require_POST
def restoration(request: Any, pipeline_id: str) -> HttpResponse:
    found = get_or_404(Pipeline, pipeline_id)
    return done(request, lambda: editing.restore_pipeline(found, by=request.by), f"{found.name} is in use again.")


@allow(Function.MANAGE_ACCOUNT)
@require_POST
def removal(request: Any, pipeline_id: str) -> HttpResponse:
    found = get_or_404(Pipeline, pipeline_id)
    return done(request, lambda: editing.delete_pipeline(found, by=request.by), f"{found.name} is deleted.")


def done(request: Any, deed: Callable[[], Any], words: str = "", *to: str) -> HttpResponse:
    """Do it and say so, or say why not."""
    try:
        deed()
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
    else:
        if words:
            messages.success(request, words)
    return redirect(*(to or (HERE,)))


def position_said(request: Any) -> int:
    """The place that was sent, the first where none was."""
    said = str(request.POST.get("position", ""))
    return int(said) if said.isascii() and said.isdigit() and len(said) < 5 else 1
