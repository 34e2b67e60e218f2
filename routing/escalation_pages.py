"""The escalations inbox and what a manager does there: take a lead, let it wait for the customer, dismiss a breach."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from django import forms
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.permissions import allow
from accounts.roles import Function
from routing import breaches, pausing
from routing.escalations import inbox
from routing.models import Breach, Settled
from routing.reasons import Reason
from routing.reassignment import CannotPassOn, reassign
from routing.workingtime import zone_named
from tenancy import clock
from tenancy.models import get_or_404
from tenancy.paging import BadCursor


class Pause(forms.Form):
    """Until when the customer has time, in the member's zone."""

    until = forms.DateTimeField(
        label="Until",
        required=False,
        help_text="Empty: as long as the promise allows. It goes on by itself.",
        widget=forms.DateTimeInput({"class": "input", "type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        input_formats=["%Y-%m-%dT%H:%M"],
    )
    reason = forms.CharField(
        label="What they were asked", max_length=200, required=False, widget=forms.TextInput({"class": "input"})
    )

    def __init__(self, *args: Any, zone: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.zone = zone

    def full_clean(self) -> None:
        with timezone.override(self.zone):
            super().full_clean()

    def clean_until(self) -> datetime | None:
        until: datetime | None = self.cleaned_data["until"]
        if until and not clock.now() < until < clock.now().replace(year=clock.now().year + 1):
            raise forms.ValidationError("Choose a time to come, within a year.")
        return until


class Dismissal(forms.Form):
    reason = forms.CharField(label="Why", max_length=200, widget=forms.TextInput({"class": "input", "autofocus": True}))


@require_GET
@allow(Function.REASSIGN)
def escalations(request: Any) -> HttpResponse:
    """The inbox."""
    try:
        context = inbox(request.GET)
    except BadCursor:
        return redirect("escalations")
    return render(request, "routing/escalations.html", context)


@require_POST
@allow(Function.REASSIGN)
def taking(request: Any, breach_id: str) -> HttpResponse:
    """The lead is mine now."""
    breach: Breach = get_or_404(Breach, breach_id)
    try:
        reassign(breach.lead, request.member, reason=Reason.HANDOVER, by=request.by)
    except CannotPassOn as refusal:
        return _again(request, breach, str(refusal))
    return _again(request, breach, f"{breach.lead} is yours now.")


@require_http_methods(["GET", "POST"])
@allow(Function.REASSIGN)
def pause(request: Any, breach_id: str) -> HttpResponse:
    """The dialog “Wait for the customer”; a POST pauses the promises to the lead."""
    breach: Breach = get_or_404(Breach, breach_id)
    zone = zone_named(request.member.time_zone or request.account.time_zone)
    form = Pause(request.POST or None, zone=zone)
    if request.method == "POST" and form.is_valid():
        try:
            until = pausing.pause(breach.lead, by=request.by, **form.cleaned_data)
        except pausing.CannotPause as refusal:
            form.add_error(None, str(refusal))
        else:
            breaches.settle([breach.lead_id], Settled.PAUSED, by=request.by, reason=form.cleaned_data["reason"])
            return _again(request, breach, f"{breach.lead} waits until {until.astimezone(zone):%a %d %b %H:%M}.")
    return _dialog(request, "routing/pause.html", breach, form)


@require_http_methods(["GET", "POST"])
@allow(Function.REASSIGN)
def dismissal(request: Any, breach_id: str) -> HttpResponse:
    """The dialog “Dismiss”; a POST takes the breach out of the inbox, with a reason on the record."""
    breach: Breach = get_or_404(Breach, breach_id)
    form = Dismissal(request.POST or None)
    if request.method == "POST" and form.is_valid():
        breaches.dismiss(breach, by=request.by, reason=form.cleaned_data["reason"])
        return _again(request, breach, f"Dismissed: {breach.lead}.")
    return _dialog(request, "routing/dismissal.html", breach, form)


def _dialog(request: Any, template: str, breach: Breach, form: forms.Form) -> HttpResponse:
    status = 422 if request.method == "POST" else 200
    return render(request, template, {"breach": breach, "lead": breach.lead, "form": form}, status=status)


def _again(request: Any, breach: Breach, words: str) -> HttpResponse:
    """An empty dialog, a toast, and word to the inbox; without a script, the inbox itself."""
    if not request.htmx:
        return redirect("escalations")
    lead = f"tollgate:lead-{breach.lead.public_id}"
    return HttpResponse(
        headers={"HX-Trigger": json.dumps({"toast": {"text": words}, lead: {}, "tollgate:escalations": {}})}
    )
