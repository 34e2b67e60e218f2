"""Why me, pass on, and what a member was told: fragments of other pages."""

from __future__ import annotations

import json
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET, require_http_methods

from accounts.models import Member
from accounts.permissions import allow
from accounts.roles import Function
from leads.models import Lead
from routing.passing import PassOn
from routing.reasons import Reason
from routing.reassignment import CannotPassOn, may_pass_on, reassign
from tenancy.models import get_or_404


@require_GET
@allow(Function.SEE_LEADS)
def decision(request: Any, lead_id: str) -> HttpResponse:
    """The panel "Why me" of the lead page."""
    lead = get_or_404(Lead, lead_id)
    newest = lead.decisions.select_related("member").order_by("-decided_at", "-id").first()
    may = lead.status == "open" and may_pass_on(request.member, lead)
    return render(request, "routing/decision.html", {"lead": lead, "decision": newest, "may_pass_on": may})


@require_http_methods(["GET", "POST"])
@allow(Function.WORK_LEADS)
def assignment(request: Any, lead_id: str) -> HttpResponse:
    """The dialog "Pass on"; a POST gives the lead to somebody else."""
    lead = get_or_404(Lead, lead_id)
    if not may_pass_on(request.member, lead):
        raise PermissionDenied("You may pass on your own leads; a manager reassigns those of others.")
    form = PassOn(request.POST or None, account=request.account, lead=lead)
    if request.method == "POST" and form.is_valid():
        try:
            reassign(lead, form.cleaned_data["owner"], reason=Reason(form.cleaned_data["reason"]), by=request.by)
        except CannotPassOn as refusal:
            form.add_error(None, str(refusal))
        else:
            return passed_on(lead, form.cleaned_data["owner"])
    return render(request, "routing/pass_on.html", {"lead": lead, "form": form}, status=dialog_status(request))


def dialog_status(request: HttpRequest) -> int:
    return 422 if request.method == "POST" else 200


def passed_on(lead: Lead, member: Member) -> HttpResponse:
    """An empty dialog, a toast, and word to the panels that show this lead."""
    news = {"toast": {"text": f"{lead} is {member.name}’s now."}, f"tollgate:lead-{lead.public_id}": {}}
    return HttpResponse(headers={"HX-Trigger": json.dumps(news)})
