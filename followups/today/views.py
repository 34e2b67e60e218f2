"""Today, and what can be done on it: log a call, tick a task, plan a step."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import parse_qs, urlsplit

from django.http import HttpResponse, HttpResponseBadRequest
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.permissions import allow
from accounts.roles import Function
from followups.models import Touch
from followups.today.forms import CallForm, StepForm
from followups.today.page import today as page_of
from followups.today.watch import Watch
from followups.touching import complete
from leads.models import Lead
from pipeline.models import Task
from pipeline.tasks import add_task, finish_task
from tenancy import clock
from tenancy.models import get_or_404


@require_GET
@allow(Function.SEE_LEADS)
def today(request: Any) -> HttpResponse:
    """The page; to htmx its inside."""
    template = "followups/today.html#body" if request.htmx and not request.htmx.boosted else "followups/today.html"
    return render(request, template, page_of(request.member, whose=request.GET.get("whose", "") or _whose(request)))


@require_POST
@allow(Function.WORK_LEADS)
def call(request: Any, lead_id: str) -> HttpResponse:
    """Log a call to a lead by its outcome."""
    lead, form = get_or_404(Lead, lead_id), CallForm(request.POST)
    if not form.is_valid():
        return HttpResponseBadRequest("How did the call go?")
    lead.log_activity(kind="call", outcome=form.cleaned_data["outcome"], by=request.by, member=request.member)
    return again(request, focus=True)


@require_POST
@allow(Function.WORK_LEADS)
def task(request: Any, task_id: str) -> HttpResponse:
    """Tick a task off."""
    found: Task = get_or_404(Task, task_id)
    finish_task(found, by=request.by)
    return again(request, words=f"Done: {found.title}")


@require_POST
@allow(Function.WORK_LEADS)
def answered(request: Any, lead_id: str) -> HttpResponse:
    """Somebody has written back to a reply: logged as an e-mail."""
    lead = get_or_404(Lead, lead_id)
    lead.log_activity(kind="email", outcome="sent", by=request.by, member=request.member)
    return again(request, words=f"E-mail to {lead} logged.")


@require_POST
@allow(Function.WORK_LEADS)
def touch(request: Any, touch_id: str) -> HttpResponse:
    """A touch that waited for a person is done; a call or a message is logged with it."""
    complete(get_or_404(Touch, touch_id), by=request.by, member=request.member)
    return again(request)


@require_http_methods(["GET", "POST"])
@allow(Function.WORK_LEADS)
def step(request: Any, lead_id: str) -> HttpResponse:
    """The dialog “Plan a step”; a POST adds the task."""
    lead, watch = get_or_404(Lead, lead_id), Watch(request.member, clock.now())
    form = StepForm(request.POST or None, zone=watch.zone)
    if request.method == "POST" and form.is_valid():
        add_task(lead, form.cleaned_data["title"], due_at=form.cleaned_data["due_at"], by=request.by)
        news = {"toast": {"text": f"Planned: {form.cleaned_data['title']}."}, "tollgate:refresh": {}}
        return HttpResponse(headers={"HX-Trigger": json.dumps(news)})
    status = 422 if request.method == "POST" else 200
    return render(request, "followups/step.html", {"lead": lead, "form": form}, status=status)


def again(request: Any, *, focus: bool = False, words: str = "") -> HttpResponse:
    """Today as it is now: the inside to htmx, whatever asked; to a browser without script the page. `words`: a toast
    that says what was done; tasks can be undone by it."""
    if not request.htmx:
        return redirect("today")
    answer = render(request, "followups/today.html#body", page_of(request.member, focus=focus, whose=_whose(request)))
    if words:
        undo = {"undo": reverse("undo")} if words.startswith("Done") else {}
        answer["HX-Trigger"] = json.dumps({"toast": {"text": words} | undo})
    answer["HX-Retarget"], answer["HX-Reswap"] = "#today", "morph:outerHTML"
    return answer


def _whose(request: Any) -> str:
    """Whose day stands on the page that asked: htmx says its address."""
    asked = parse_qs(urlsplit(request.headers.get("HX-Current-URL", "")).query)
    return str(asked.get("whose", [""])[0])
