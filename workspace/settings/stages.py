"""One stage of a pipeline among the others: what it is, what its gates ask, its place, and its way out."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import Count
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.permissions import allow
from accounts.roles import Function
from events.kinds import Kind
from events.models import Event
from leads.catalogue import catalogue
from pipeline import editing
from pipeline.criteria import criteria_of, sentence_of
from pipeline.effects import effects_of
from pipeline.held import held_back
from pipeline.models import Back, Colour, Criterion, CriterionKind, Deal, Pipeline, Stage, StageKind, When
from pipeline.plan import input_for
from pipeline.removing import deals_in, elsewhere, remove_stage
from tenancy.models import get_or_404
from workspace.settings.pipelines import done, position_said
from workspace.settings.shell import show

ICONS = {
    "field": "text-cursor-input",
    "condition": "list-filter",
    "activity": "phone-call",
    "meeting": "calendar-check",
    "stakeholder": "user-round-check",
    "document": "paperclip",
    "approval": "stamp",
    "checklist": "square-check",
    "score": "gauge",
    "objections": "flag",
}
OFFERED = {
    "field": "Field filled",
    "condition": "Condition",
    "activity": "Activity logged",
    "meeting": "Meeting planned",
    "stakeholder": "Stakeholder present",
    "document": "Document attached",
    "approval": "Approval",
    "checklist": "Checklist item",
    "score": "Minimum score",
    "objections": "No open objection",
}
STEPS = {"up": -1, "down": 1}
SKIPS = [("True", "Checks all gates"), ("False", "Not allowed")]
BACKS = {Back.FREE: "At any time", Back.REASON: "With a reason", Back.NEVER: "Not allowed"}


class StageForm(forms.Form):
    """A stage but for its place and its criteria."""

    name = forms.CharField(max_length=editing.NAME, widget=forms.TextInput({"class": "input", "autocomplete": "off"}))
    kind = forms.ChoiceField(choices=StageKind.choices, help_text="Won and lost end a deal.")
    probability = forms.IntegerField(
        min_value=0, max_value=100, label="Chance to win, %", help_text="For the weighted value."
    )
    limit_working_days = forms.IntegerField(
        min_value=1, max_value=1000, required=False, label="Limit, days", help_text="Of working time. Empty: none."
    )
    wip = forms.IntegerField(
        min_value=1, max_value=30_000, required=False, label="At most, deals", help_text="Then the column is full."
    )
    skip = forms.TypedChoiceField(choices=SKIPS, coerce=lambda said: said == "True", label="Passing over it")
    back = forms.ChoiceField(choices=list(BACKS.items()), label="Coming back to it")
    colour = forms.ChoiceField(choices=Colour.choices, required=False, help_text="A mark to tell stages apart.")
    is_opportunity = forms.BooleanField(required=False, label="Deals here count as opportunities")

    # What one looks at every time stands in sight, the rest unfolds.
    SEEN = ("probability", "limit_working_days", "wip", "skip")

    def __init__(self, data: Any = None, *, stage: Stage) -> None:
        super().__init__(data, label_suffix="", initial={name: getattr(stage, name) for name in self.base_fields})
        for field in self.fields.values():
            if isinstance(field, forms.ChoiceField):
                field.widget.attrs["class"] = "select"
            elif isinstance(field, forms.IntegerField):
                field.widget.attrs["class"] = "input"

    @property
    def seen(self) -> list[Any]:
        return [self[name] for name in self.SEEN]

    @property
    def rest(self) -> list[Any]:
        return [field for field in self if field.name not in self.SEEN]

    @property
    def rest_is_wrong(self) -> bool:
        return any(field.errors for field in self.rest)


@allow(Function.MANAGE_ACCOUNT)
@require_http_methods(["GET", "POST"])
def stage(request: Any, stage_id: str) -> HttpResponse:
    """One stage with its gates; a POST keeps it."""
    found = the_stage(stage_id)
    form = StageForm(request.POST or None, stage=found)
    if request.method == "POST" and form.is_valid():
        try:
            editing.put_stage(found, form.cleaned_data, by=request.by)
        except ValidationError as refusal:
            found.refresh_from_db()
            form.add_error(None, refusal)
        else:
            messages.success(request, f"{found.name} is kept.")
            return redirect("settings-stage", found.public_id)
    context = {"form": form, "stage": found, **around(found)}
    return show(request, "stage.html", context, status=422 if form.errors else 200)


@allow(Function.MANAGE_ACCOUNT)
@require_POST
def stages(request: Any, pipeline_id: str) -> HttpResponse:
    """Add one before those that end deals, and open it."""
    found: Pipeline = get_or_404(Pipeline, pipeline_id)
    made = Stage(pipeline=found)
    name = str(request.POST.get("name", ""))
    try:
        editing.put_stage(made, {"name": name}, by=request.by)
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
        return redirect("settings-pipeline", found.public_id)
    return redirect("settings-stage", made.public_id)


@allow(Function.MANAGE_ACCOUNT)
@require_POST
def place(request: Any, stage_id: str) -> HttpResponse:
    """Put it elsewhere in the order: `position`, 1 for the first, or "up" or "down". The list comes back."""
    found = the_stage(stage_id)
    step = STEPS.get(str(request.POST.get("position")))
    to = position_said(request) if step is None else _place_of(found) + step
    answer = done(
        request,
        lambda: editing.place_stage(found, to, by=request.by),
        "",
        "settings-stage",
        found.public_id,
    )
    if not request.headers.get("HX-Request"):
        return answer
    shown = the_stage(str(request.GET.get("shown") or stage_id))
    return render(request, "workspace/settings/stage_list.html", {"stage": shown, **around(shown)})


def _place_of(found: Stage) -> int:
    """Its number among the stages of its pipeline, from 1."""
    before = Stage.objects.in_use().filter(pipeline=found.pipeline_id, position__lt=found.position)
    return int(before.count()) + 1


@allow(Function.MANAGE_ACCOUNT)
@require_http_methods(["GET", "POST"])
def removal(request: Any, stage_id: str) -> HttpResponse:
    """Where its deals go; a POST takes it out."""
    found = the_stage(stage_id)
    others, error = elsewhere(found), ""
    if request.method == "POST":
        to = next((row for row in others if row.public_id == request.POST.get("to")), None)
        try:
            count = remove_stage(found, to, by=request.by)
        except ValidationError as refusal:
            error = " ".join(refusal.messages)
        else:
            went = f" {count} deal{'' if count == 1 else 's'} went to {to}." if count else ""
            messages.success(request, f"{found.name} is out of the pipeline.{went}")
            return redirect("settings-pipeline", found.pipeline.public_id)
    context = {"stage": found, "others": others, "count": deals_in(found), "error": error}
    return show(request, "stage_removal.html", context, status=422 if error else 200)


@allow(Function.MANAGE_ACCOUNT)
@require_GET
def effects(request: Any, stage_id: str) -> HttpResponse:
    """Whom this gate held back, and how many open deals lack what the stage asks: a part of its page."""
    found = the_stage(stage_id)
    rows = list(criteria_of(found).filter(required=True).order_by("-when", "position", "id"))
    told = [(row, effect) for row, effect in zip(rows, effects_of(found, rows), strict=True) if effect.lacking]
    context = {"told": told, "asks": bool(rows), "held": held_back(found)}
    return render(request, "workspace/settings/stage_effects.html", context)


def the_stage(stage_id: str) -> Stage:
    """A stage in use, with its pipeline."""
    found: Stage = get_or_404(Stage, stage_id)
    if found.removed_at:
        raise Http404
    return found


def around(found: Stage) -> dict[str, Any]:
    """What stands around a stage: the pipelines, the stages with their gates, and its own criteria on both sides."""
    stages = list(Stage.objects.in_use().filter(pipeline=found.pipeline_id))
    known = catalogue()
    rows = list(Criterion.objects.filter(stage__in=stages).order_by("position", "id"))
    counts = dict(Deal.objects.open().filter(stage__in=stages).values_list("stage_id").annotate(n=Count("id")))
    own = [row for row in rows if row.stage_id == found.pk]
    asked = [row for row in rows if row.required]
    return {
        "changed": last_change(found),
        "is_first": stages[0] == found,
        "is_last": stages[-1] == found,
        "pipeline": found.pipeline,
        "pipelines": Pipeline.objects.in_use(),
        "lines": [
            {"row": row, "deals": counts.get(row.pk, 0), "gate": _gate(stages, at, asked)}
            for at, row in enumerate(stages)
        ],
        "sides": [(when.value, title, _cards(own, when, known)) for when, title in TITLES.items()],
        "offered": [(kind.value, OFFERED[kind.value], ICONS[kind.value]) for kind in CriterionKind],
        "seen": _seen(own, known),
    }


def last_change(found: Stage) -> Event | None:
    """Who changed this stage last, and when; None if nobody did since it came with its pipeline."""
    events = Event.objects.filter(kind=Kind.STAGE_CHANGED, subject_id=found.pk)
    newest: Event | None = events.order_by("-occurred_at", "-id").first()
    return newest


TITLES = {When.EXIT: "To leave this stage", When.ENTRY: "To enter this stage"}


def _gate(stages: list[Stage], at: int, asked: list[Criterion]) -> int | None:
    """How many criteria stand between a stage and the next; None after the last, and before what is lost."""
    if at + 1 >= len(stages) or stages[at + 1].kind == StageKind.LOST:
        return None
    here, there = stages[at].pk, stages[at + 1].pk
    return sum((row.stage_id, row.when) in ((here, When.EXIT), (there, When.ENTRY)) for row in asked)


def _cards(own: list[Criterion], when: When, known: Any) -> list[dict[str, Any]]:
    return [{"row": row, "icon": ICONS[row.kind], "words": sentence_of(row, known)} for row in own if row.when == when]


def _seen(own: list[Criterion], known: Any) -> list[dict[str, Any]]:
    """How a rep is asked for what a person can fill in."""
    asked = [row for row in own if row.required and row.kind != "objections"][:2]
    return [{"row": row, "input": input_for(row.kind, row.params, known)} for row in asked]
