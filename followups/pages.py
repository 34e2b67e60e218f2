"""The cadence panel of the lead page with its two buttons, and what a person's page has to say of mail."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from accounts.permissions import allow
from accounts.roles import Function
from followups.models import Enrolment
from followups.opting_out import resubscribe, withdraw_consent
from followups.panel import panel
from followups.running import CannotStart, chosen, start, stop
from leads.consent import CHANNELS
from leads.models import Contact, Lead
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


@require_POST
@allow(Function.WORK_LEADS)
def consent(request: Any, contact_id: str) -> HttpResponse:
    """What somebody told one of us: consent is withdrawn, or mail is wanted again."""
    contact, said = get_or_404(Contact, contact_id), request.POST
    if contact.erased_at:
        raise Http404
    channel, note = said.get("channel", ""), said.get("note", "")
    if channel not in CHANNELS:
        messages.error(request, "Say how they told you.")
    elif said.get("wish") == "again":
        resubscribe(contact, by=request.by, channel=channel, note=note)
    else:
        withdraw_consent(contact, by=request.by, channel=channel, note=note)
    return redirect("contact", contact.public_id)


def _panel(request: Any, lead: Lead, refusal: str = "") -> HttpResponse:
    if request.method == "POST" and not request.htmx and not refusal:
        return redirect("lead", lead.public_id)
    zone = zone_named(request.member.time_zone or request.account.time_zone)
    context = panel(lead, zone) | {"refusal": refusal, "may_work": request.member.may(Function.WORK_LEADS)}
    return render(request, "followups/cadence.html", context, status=422 if refusal else 200)
