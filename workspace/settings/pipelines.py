from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods

from accounts.permissions import allow
from accounts.roles import Function
from events.kinds import Kind
from events.record import record
from pipeline.models import Pipeline, Stage
from pipeline.plan import plans_of
from tenancy.forms import TenantForm
from tenancy.models import get_or_404
from workspace.settings.shell import show


class StageForm(TenantForm):
    class Meta:
        model = Stage
        fields = ("limit_working_days", "probability", "wip")
        labels = {"limit_working_days": "Limit, working days", "probability": "Probability, %", "wip": "Most deals"}

    def clean_probability(self) -> int:
        percent: int = min(self.cleaned_data["probability"], 100)
        return percent


@allow(Function.MANAGE_ACCOUNT)
def pipelines(request: Any) -> HttpResponse:
    """Every pipeline: its stages, and the gate after each."""
    return show(request, "pipelines.html", {"pipelines": pipelines_with_gates()})


def pipelines_with_gates() -> list[tuple[Pipeline, list[Any]]]:
    """Each pipeline with its stages, and what the gate after each asks for."""
    rows = list(Pipeline.objects.order_by("position", "id"))
    plans = plans_of([row.pk for row in rows])
    return [
        (row, [(stage, _gate(plans[row.pk], index)) for index, stage in enumerate(plans[row.pk].rows)]) for row in rows
    ]


def _gate(plan: Any, index: int) -> list[str]:
    return [criterion.label for _, criterion in plan.gate_after(index)] if index < len(plan.rows) - 1 else []


@allow(Function.MANAGE_ACCOUNT)
@require_http_methods(["GET", "POST"])
def stage(request: Any, stage_id: str) -> HttpResponse:
    """Limit, probability and most deals of one stage."""
    found = get_or_404(Stage, stage_id)
    form = StageForm(request.POST or None, instance=found, account=request.account)
    if request.method == "POST" and form.is_valid() and form.save():
        record(Kind.STAGE_CHANGED, found, by=request.by, name=found.name, changed=form.changed_data)
        messages.success(request, f"{found.name} saved.")
        return redirect("settings-pipelines")
    return show(request, "stage.html", {"form": form, "stage": found})
