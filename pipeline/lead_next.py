"""What next: the gate's checklist, the best next question, tasks."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format

from leads.models import Lead, Status
from pipeline.models import Task
from pipeline.open_deal import Standing, standing_of
from scoring.answering import WONT_SAY
from scoring.models import Receipt
from tenancy import clock

ACTS = {
    "meeting": "Book",
    "stakeholder": "Add",
    "document": "Attach",
    "activity": "Log",
    "checklist": "Confirm",
    "approval": "Approve",
    "objections": "Answer",
}


def what_next(lead: Lead, may: bool) -> dict[str, Any]:
    """What "pipeline/lead_next.html" reads besides the lead."""
    standing = standing_of(lead)
    is_open = lead.status == Status.OPEN
    return {
        "may_work": may,
        "next": {
            "items": [],
            **(_gate(standing, may) if standing and standing.is_open else {}),
            "question": _question(lead) if may and is_open else None,
            "tasks": [_task(task) for task in Task.objects.filter(lead=lead, done_at=None).order_by("due_at", "id")],
        },
    }


def _gate(standing: Standing, may: bool) -> dict[str, Any]:
    """The gate ahead: its meter, and each criterion with its evidence or the act that would meet it."""
    if standing.here + 1 >= len(standing.plan.rows):
        return {}
    unmet, met = standing.weigh(standing.here)
    url = f"{reverse('deal-gate', args=[standing.deal.public_id])}?to={standing.plan.stages[standing.here + 1].id}"
    order = [criterion.id for _, criterion in standing.plan.gate_after(standing.here)]
    items = [{"criterion": one.criterion, "label": one.label, "met": True, "evidence": one.evidence} for one in met]
    items += [
        {
            "criterion": one.criterion,
            "label": one.label,
            "met": False,
            "evidence": "" if one.detail == one.label else one.detail,
            "act": ACTS.get(one.kind, "Fill in") if may and one.input else "",
        }
        for one in unmet
    ]
    return {
        "meter": {"met": len(met), "total": len(order), "owed": 0},
        "items": sorted(items, key=lambda item: order.index(str(item["criterion"]))),
        "gate_url": url,
        "to": standing.plan.rows[standing.here + 1].name,
    }


def _question(lead: Lead) -> dict[str, Any] | None:
    """The best next question of the newest receipt, with its usual answers as buttons."""
    newest: Receipt | None = lead.receipts.order_by("-scored_at", "-id").first()
    asked = newest.body.get("question") if newest else None
    if not asked:
        return None
    yes_or_no = [("yes", "Yes"), ("no", "No")] if asked["criterion"] else []
    return {
        "text": asked["text"],
        "why": asked["why"],
        "url": reverse("lead-answers", args=[lead.public_id]),
        "field": "fact" if asked["fact"] else "criterion",
        "name": asked["fact"] or asked["criterion"],
        "answers": yes_or_no or [(option["value"], option["label"]) for option in asked["options"]],
        "wont_say": WONT_SAY,
    }


def _task(task: Task) -> dict[str, Any]:
    late = task.due_at is not None and task.due_at < clock.now()
    return {
        "id": task.public_id,
        "text": task.title,
        "when": _when(task.due_at),
        "late": late,
        "again": task.get_every_display() if task.every else "",
        "url": reverse("lead-task-done", args=[task.public_id]),
        "edit_url": reverse("lead-one-task", args=[task.public_id]),
        "snooze_url": reverse("task-snooze", args=[task.public_id]),
    }


def _when(due: Any) -> str:
    if due is None:
        return ""
    local, today = timezone.localtime(due), timezone.localdate(clock.now())
    return f"{local:%H:%M}" if local.date() == today else str(date_format(local, "j M, H:i"))
