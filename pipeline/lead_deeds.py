"""What a person does on the lead page. Each answers with a fragment, and tells the panels that show the lead."""

from __future__ import annotations

import json
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from accounts.permissions import allow
from accounts.roles import Function
from leads.models import Lead, Status
from pipeline.closing import reopen_lead
from pipeline.comments import add_comment
from pipeline.lead_fact import FactInput, fact_input
from pipeline.lead_forms import Disqualify, Log, NewStakeholder
from pipeline.lead_page import the_lead
from pipeline.lead_writing import BOOK, COMMENT, booking, composer, direction_of, then_what
from pipeline.models import Task
from pipeline.tasks import finish_task
from tenancy.models import get_or_404

SAID = {"call": "Call", "email": "E-mail", "meeting": "Meeting", "note": "Note", "linkedin": "LinkedIn message"}


@require_POST
@allow(Function.WORK_LEADS)
def log(request: Any, lead_id: str) -> HttpResponse:
    """Log what happened; answers with an empty composer, or the same one with what is missing."""
    lead, form = the_lead(lead_id), Log(request.POST)
    context = {**composer(lead), "form": form, "kind": form["kind"].value(), "lead": {"id": lead.public_id}}
    if not form.is_valid():
        return render(request, "pipeline/lead_composer.html", context, status=422)
    said = form.cleaned_data
    if said["kind"] == COMMENT:
        add_comment(lead, said["body"], by=request.by)
        response = render(request, "pipeline/lead_composer.html", context | {"form": None, "kind": COMMENT})
        return told(request, response, lead, "Comment added.", undo=True)
    lead.log_activity(
        kind=said["kind"],
        direction=direction_of(said["outcome"]),
        outcome=said["outcome"],
        body=said["body"],
        by=request.by,
        member=request.member,
    )
    planned = then_what(lead, said["then"], by=request.by)
    context |= {"form": None, "kind": said["kind"]}
    if said["then"] == BOOK:
        context["booking"] = booking(lead)
    response = render(request, "pipeline/lead_composer.html", context)
    return told(
        request, response, lead, f"{SAID[said['kind']]} logged.{f' {planned}' if planned else ''}", undo=not planned
    )


@require_http_methods(["GET", "POST"])
@allow(Function.WORK_LEADS)
def fact(request: Any, lead_id: str, fact: str) -> HttpResponse:
    """One fact: its input in place, and on POST its value."""
    lead = the_lead(lead_id)
    entry = fact_input(lead, fact)
    if entry is None:
        raise Http404
    if request.method == "GET":
        return _fact(request, lead, entry)
    try:
        lead.change({fact: entry.read(request.POST)}, by=request.by)
    except ValidationError as refusal:
        return _fact(request, lead, entry, error=" ".join(refusal.messages), status=422)
    return told(request, HttpResponse(), lead, f"{entry.label} noted.", undo=True)


@require_http_methods(["GET", "POST"])
@allow(Function.WORK_LEADS)
def disqualify(request: Any, lead_id: str) -> HttpResponse:
    """The dialog "Disqualify": a reason, and perhaps a day to come back."""
    lead, form = the_lead(lead_id), Disqualify(request.POST or None)
    if request.method == "POST" and form.is_valid():
        done = lead.disqualify(**form.cleaned_data, by=request.by)
        return told(
            request, HttpResponse(), lead, f"{lead} is disqualified." if done else "It is closed already.", undo=done
        )
    return dialog(request, lead, form, "Disqualify", "It leaves the board. Its history stays, and it can come back.")


@require_POST
@allow(Function.WORK_LEADS)
def reopen(request: Any, lead_id: str) -> HttpResponse:
    lead = the_lead(lead_id)
    if reopen_lead(lead, by=request.by):
        return told(request, HttpResponse(), lead, f"{lead} is open again.")
    lead.refresh_from_db(fields=["status"])
    already = lead.status == Status.OPEN
    return told(request, HttpResponse(), lead, "It is open already." if already else f"It stays {lead.status}.")


@require_http_methods(["GET", "POST"])
@allow(Function.WORK_LEADS)
def stakeholder(request: Any, lead_id: str) -> HttpResponse:
    """The dialog "Add a stakeholder"."""
    lead, form = the_lead(lead_id), NewStakeholder(request.POST or None)
    if request.method == "POST" and form.is_valid():
        added = lead.add_stakeholder(**form.cleaned_data, by=request.by)
        return told(request, HttpResponse(), lead, f"{added.name} added.", undo=True)
    return dialog(request, lead, form, "Add a stakeholder", "Somebody on the buying side, and the part they play.")


@require_POST
@allow(Function.WORK_LEADS)
def task_done(request: Any, task_id: str) -> HttpResponse:
    found: Task = get_or_404(Task, task_id)
    finish_task(found, by=request.by)
    return told(request, HttpResponse(), found.lead, f"Done: {found.title}", undo=True)


def dialog(request: Any, lead: Lead, form: Any, title: str, words: str) -> HttpResponse:
    context = {"lead": lead, "form": form, "title": title, "words": words, "action": request.path}
    return render(request, "pipeline/lead_dialog.html", context, status=422 if request.method == "POST" else 200)


def told(request: Any, response: HttpResponse, lead: Lead | None, words: str, *, undo: bool = False) -> HttpResponse:
    """`response` with a toast, which offers to undo what was done, and word to the panels that show this lead.

    A form may be sent before htmx has taken hold of it: then the browser goes back to the lead's page.
    """
    if not request.htmx:
        messages.success(request, words)
        return redirect("lead", lead.public_id) if lead else redirect("today")
    toast = {"text": words} | ({"undo": reverse("lead-undo", args=[lead.public_id])} if undo and lead else {})
    news: dict[str, Any] = {f"tollgate:lead-{lead.public_id}": {}, "tollgate:desk": {}} if lead else {}
    response["HX-Trigger"] = json.dumps({"toast": toast} | news)
    return response


def _fact(request: Any, lead: Lead, entry: FactInput, error: str = "", status: int = 200) -> HttpResponse:
    context = {"lead": {"id": lead.public_id}, "fact": entry, "error": error}
    return render(request, "pipeline/lead_fact.html", context, status=status)
