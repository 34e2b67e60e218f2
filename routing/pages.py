"""Why me, accept, pass on one lead or many: fragments of other pages."""

from __future__ import annotations

import json
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.permissions import allow
from accounts.roles import Function
from leads.models import Lead
from routing.accepting import accept, answer_to
from routing.bulk import chosen_leads, pass_on_all
from routing.passing import PassOn, possible_owners
from routing.reassignment import CannotPassOn, may_pass_on
from tenancy.models import get_or_404
from tenancy.sight import current_sight


@require_GET
@allow(Function.SEE_LEADS)
def decision(request: Any, lead_id: str) -> HttpResponse:
    """The panel "Why me" of the lead page."""
    lead = get_or_404(Lead, lead_id)
    newest = lead.decisions.select_related("member").order_by("-decided_at", "-id").first()
    answer, is_open = answer_to(lead), lead.status == "open"
    mine = lead.owner_id in (None, request.member.pk) and request.member.may(Function.WORK_LEADS)
    context = {
        "lead": lead,
        "decision": newest,
        "answer": answer,
        "may_pass_on": is_open and may_pass_on(request.member, lead),
        "may_accept": is_open and mine and answer is None,
    }
    return render(request, "routing/decision.html", context)


@require_GET
@allow(Function.WORK_LEADS)
def owners(request: Any) -> HttpResponse:
    """Colleagues to drop a card on."""
    return render(request, "routing/owners.html", {"owners": possible_owners()})


@require_POST
@allow(Function.WORK_LEADS)
def acceptance(request: Any, lead_id: str) -> HttpResponse:
    """“I take it.”"""
    lead: Lead = get_or_404(Lead, lead_id)
    try:
        accept(lead, request.member, by=request.by)
    except CannotPassOn as refusal:
        return _told(request, lead, str(refusal), kind="error")
    return _told(request, lead, f"You have {lead}.")


@require_http_methods(["GET", "POST"])
@allow(Function.WORK_LEADS)
def assignment(request: Any, lead_id: str) -> HttpResponse:
    """The dialog "Pass on"; a POST gives the lead to somebody else. `to` chooses somebody beforehand."""
    lead: Lead = get_or_404(Lead, lead_id)
    if not may_pass_on(request.member, lead):
        raise PermissionDenied("You may pass on your own leads; a manager reassigns those of others.")
    form = PassOn(request.POST or None, account=request.account, lead=lead, initial={"owner": request.GET.get("to")})
    if request.method == "POST" and form.is_valid():
        try:
            decided = form.pass_on(lead, request.member, request.by)
        except CannotPassOn as refusal:
            form.add_error(None, str(refusal))
        else:
            stays = decided.member_id == lead.owner_id
            words = f"{lead} stays with you: nobody else could take it. The manager is told."
            seen = current_sight().sees(decided.member_id, lead.pk)
            return _told(request, lead, words if stays else f"{lead} is {decided.body['member']}’s now.", seen=seen)
    return render(request, "routing/pass_on.html", {"lead": lead, "form": form}, status=dialog_status(request))


@require_http_methods(["GET", "POST"])
@allow(Function.REASSIGN)
def assignments(request: Any) -> HttpResponse:
    """The same dialog for the leads chosen in the list."""
    said = request.POST if request.method == "POST" else request.GET
    leads = chosen_leads(said.getlist("chosen"))
    form = PassOn(request.POST or None, account=request.account)
    if request.method == "POST" and form.is_valid() and leads:
        words = pass_on_all(leads, form, request.member, request.by)
        news = {"toast": {"text": words}, "tollgate:refresh": {}}
        return HttpResponse(headers={"HX-Trigger": json.dumps(news)}) if request.htmx else redirect("leads")
    return render(request, "routing/pass_on.html", {"leads": leads, "form": form}, status=dialog_status(request))


def dialog_status(request: HttpRequest) -> int:
    return 422 if request.method == "POST" else 200


def _told(request: Any, lead: Lead, words: str, kind: str = "", *, seen: bool = True) -> HttpResponse:
    """An empty dialog, a toast, and word to the panels that show this lead; without a script, the lead's page.

    Who does not see it any more (`seen`) is led from its page to the list.
    """
    if not seen and (not request.htmx or reverse("lead", args=[lead.public_id]) in (request.htmx.current_url or "")):
        messages.success(request, words)
        return HttpResponse(headers={"HX-Redirect": reverse("leads")}) if request.htmx else redirect("leads")
    if not request.htmx:
        return redirect("lead", lead.public_id)
    news = {"toast": {"text": words, "kind": kind}, f"tollgate:lead-{lead.public_id}": {}}
    return HttpResponse(headers={"HX-Trigger": json.dumps(news)})
