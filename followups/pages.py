"""The cadence panel of the lead page, and its two buttons."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from accounts.permissions import allow
from accounts.roles import Function
from followups.models import Enrolment
from followups.panel import panel
from followups.running import CannotStart, chosen, start, stop
from leads.models import Lead
from routing.workingtime import zone_named
from tenancy.models import get_or_404


@require_http_methods(["GET"])
@allow(Function.SEE_LEADS)
def cadence(request: Any, lead_id: str) -> HttpResponse:
    """The panel."""
    return _panel(request, get_or_404(Lead, lead_id))


@require_POST
@allow(Function.WORK_LEADS)
def enrolments(request: Any, lead_id: str) -> HttpResponse:
    """Start a cadence for the lead."""
    lead, refusal = get_or_404(Lead, lead_id), ""
    try:
        start(lead, chosen(request.POST.get("cadence", "")), by=request.by)
    except CannotStart as error:
        refusal = str(error)
    return _panel(request, lead, refusal)


@require_POST
@allow(Function.WORK_LEADS)
def ending(request: Any, enrolment_id: str) -> HttpResponse:
    """Stop a running cadence."""
    enrolment = get_or_404(Enrolment, enrolment_id)
    stop(enrolment, by=request.by)
    return _panel(request, enrolment.lead)


def _panel(request: Any, lead: Lead, refusal: str = "") -> HttpResponse:
    if request.method == "POST" and not request.htmx and not refusal:
        return redirect("lead", lead.public_id)
    zone = zone_named(request.member.time_zone or request.account.time_zone)
    context = panel(lead, zone) | {"refusal": refusal, "may_work": request.member.may(Function.WORK_LEADS)}
    return render(request, "followups/cadence.html", context, status=422 if refusal else 200)
