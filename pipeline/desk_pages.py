"""Dialogs about what hangs on a lead: tasks, stakeholders, objections, meetings. Each answers with word to the page."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpResponse, HttpResponseBadRequest
from django.shortcuts import render
from django.views.decorators.http import require_http_methods, require_POST

from accounts.permissions import allow
from accounts.roles import Function
from leads.models import Lead, Stakeholder
from pipeline.desk_forms import AnswerForm, MeetingForm, ObjectionForm, StakeholderForm, TaskForm, snoozed
from pipeline.lead_deeds import told
from pipeline.lead_page import the_lead
from pipeline.meetings import OUTCOMES, book_meeting, change_meeting, hold_meeting, invite_to
from pipeline.models import Meeting, Objection, Task
from pipeline.objections import answer_objection, change_objection, raise_objection, remove_objection
from pipeline.tasks import add_task, change_task, remove_task, snooze_task
from tenancy import clock
from tenancy.models import get_or_404


def settled(
    request: Any,
    lead: Lead,
    form: forms.Form,
    words: tuple[str, str, str],
    save: Callable[[dict[str, Any]], Any],
    *,
    remove: Callable[[], Any] | None = None,
    refused: type[Exception] = ValidationError,
) -> HttpResponse:
    """A dialog's life: shown, refused with what is wrong, or done. `words`: title, what was done, what was removed."""
    title, done, removed = words
    if request.method == "POST" and remove and request.POST.get("act") == "remove":
        remove()
        return told(request, HttpResponse(), lead, removed, undo=True)
    if request.method == "POST" and _saved(form, save, refused):
        return told(request, HttpResponse(), lead, done, undo=True)
    context = {"lead": lead, "form": form, "title": title, "action": request.path, "may_remove": remove is not None}
    return render(request, "pipeline/desk_dialog.html", context, status=422 if request.method == "POST" else 200)


def _saved(form: forms.Form, save: Callable[[dict[str, Any]], Any], refused: type[Exception]) -> bool:
    """Whether what was typed is kept; where not, the form says why."""
    if not form.is_valid():
        return False
    try:
        with transaction.atomic():
            save(form.cleaned_data)
    except refused as refusal:
        _add_errors(form, refusal)
        return False
    return True


def _add_errors(form: forms.Form, refusal: Any) -> None:
    details = (
        refusal.message_dict if hasattr(refusal, "error_dict") else {None: getattr(refusal, "messages", [str(refusal)])}
    )
    for name, messages in details.items():
        form.add_error(name if name in form.fields else None, " ".join(messages))


@require_http_methods(["GET", "POST"])
@allow(Function.WORK_LEADS)
def tasks(request: Any, lead_id: str) -> HttpResponse:
    lead = the_lead(lead_id)
    form = TaskForm(request.POST or None, lead=lead)
    return settled(
        request, lead, form, ("Add a task", "Task added.", ""), lambda said: add_task(lead, by=request.by, **said)
    )


@require_http_methods(["GET", "POST"])
@allow(Function.WORK_LEADS)
def task(request: Any, task_id: str) -> HttpResponse:
    found: Task = _with_lead(Task, task_id)
    form = TaskForm(request.POST or None, task=found, lead=found.lead)
    words = ("Change the task", f"Changed: {found.title}", f"Removed: {found.title}")
    save = partial(change_task, found, by=request.by)
    return settled(request, found.lead, form, words, save, remove=partial(remove_task, found, by=request.by))


@require_POST
@allow(Function.WORK_LEADS)
def snooze(request: Any, task_id: str) -> HttpResponse:
    """Put a task off, by a word such as `tomorrow`."""
    found: Task = _with_lead(Task, task_id)
    until = snoozed(request.POST.get("until", ""))
    if until is None or until <= clock.now():
        return HttpResponseBadRequest("Until when?")
    snooze_task(found, until, by=request.by)
    return told(request, HttpResponse(), found.lead, f"Put off until {until:%a %H:%M}: {found.title}", undo=True)


@require_http_methods(["GET", "POST"])
@allow(Function.WORK_LEADS)
def stakeholder(request: Any, stakeholder_id: str) -> HttpResponse:
    found: Stakeholder = get_or_404(Stakeholder, stakeholder_id)
    known = {name: getattr(found, name) for name in ("name", "role", "job_title", "email")}
    form = StakeholderForm(request.POST or None, initial=known | {"reviewed": bool(found.reviewed_at)})

    def save(said: dict[str, Any]) -> None:
        reviewed = said.pop("reviewed")
        at = (found.reviewed_at or clock.now()) if reviewed else None
        found.change(said | {"reviewed_at": at}, by=request.by)

    words = ("Change the stakeholder", f"{found.name} changed.", f"{found.name} removed.")
    remove = partial(found.remove, by=request.by)
    return settled(request, the_lead(found.lead.public_id), form, words, save, remove=remove)


@require_http_methods(["GET", "POST"])
@allow(Function.WORK_LEADS)
def objections(request: Any, lead_id: str) -> HttpResponse:
    lead = the_lead(lead_id)
    form = ObjectionForm(request.POST or None, lead=lead)
    save = partial(_raise, lead, request.by)
    return settled(request, lead, form, ("Add an objection", "Objection noted.", ""), save)


@require_http_methods(["GET", "POST"])
@allow(Function.WORK_LEADS)
def objection(request: Any, objection_id: str) -> HttpResponse:
    found: Objection = _with_lead(Objection, objection_id)
    who = found.stakeholder.public_id if found.stakeholder else ""
    known = {"text": found.text, "blocking": found.blocking, "stakeholder": who}
    form = ObjectionForm(request.POST or None, lead=found.lead, initial=known)
    save = partial(change_objection, found, by=request.by)
    remove = partial(remove_objection, found, by=request.by)
    words = ("Change the objection", "Objection changed.", "Objection taken back.")
    return settled(request, found.lead, form, words, save, remove=remove)


@require_http_methods(["GET", "POST"])
@allow(Function.WORK_LEADS)
def objection_answer(request: Any, objection_id: str) -> HttpResponse:
    """What was agreed; of an answered one, that it is open again."""
    found: Objection = _with_lead(Objection, objection_id)
    if request.method == "POST" and request.POST.get("act") == "open":
        change_objection(found, {"answered_at": None}, by=request.by)
        return told(request, HttpResponse(), found.lead, "The objection is open again.")
    form = AnswerForm(request.POST or None)
    save = lambda said: answer_objection(found, said["answer"], by=request.by)  # noqa: E731
    return settled(request, found.lead, form, ("Answer the objection", "Objection answered.", ""), save)


@require_http_methods(["GET", "POST"])
@allow(Function.WORK_LEADS)
def meetings(request: Any, lead_id: str) -> HttpResponse:
    lead = the_lead(lead_id)
    form = MeetingForm(request.POST or None, lead=lead)
    save = lambda said: book_meeting(lead, by=request.by, **said)  # noqa: E731
    return settled(request, lead, form, ("Schedule a meeting", "Meeting scheduled.", ""), save)


@require_http_methods(["GET", "POST"])
@allow(Function.WORK_LEADS)
def meeting(request: Any, meeting_id: str) -> HttpResponse:
    """Another time, or none: removing cancels."""
    found: Meeting = _with_lead(Meeting, meeting_id)
    names = ("kind", "title", "starts_at", "minutes", "place", "member")
    known = {name: getattr(found, name) for name in names} | {"invite": bool(found.invited_at)}
    form = MeetingForm(request.POST or None, lead=found.lead, initial=known)

    def save(said: dict[str, Any]) -> None:
        invite = said.pop("invite", False)
        change_meeting(found, said | {"title": said["title"] or found.title}, by=request.by)
        if invite and not found.invited_at:
            invite_to(found)

    cancel = partial(change_meeting, found, {"outcome": "cancelled"}, by=request.by)
    words = ("Change the meeting", f"Changed: {found.title}", f"Cancelled: {found.title}")
    return settled(request, found.lead, form, words, save, remove=cancel)


@require_POST
@allow(Function.WORK_LEADS)
def meeting_outcome(request: Any, meeting_id: str) -> HttpResponse:
    """Held, or nobody came: logged with it."""
    found: Meeting = _with_lead(Meeting, meeting_id)
    outcome = request.POST.get("outcome", "")
    if outcome not in OUTCOMES[:2]:
        return HttpResponseBadRequest("How did it go?")
    hold_meeting(found, outcome, by=request.by, member=request.member)
    words = "held" if outcome == "held" else "nobody came"
    return told(request, HttpResponse(), found.lead, f"{found.title}: {words}. It is logged.")


def _raise(lead: Lead, by: Any, said: dict[str, Any]) -> None:
    raise_objection(lead, by=by, **said)


def _with_lead(model: Any, public: str) -> Any:
    found = get_or_404(model, public)
    found.lead = the_lead(found.lead.public_id)
    return found
