"""Pages of leads: the list, a quick new one, and the timeline's fragment."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.permissions import allow
from accounts.roles import Function
from leads.already import ALREADY_KNOWN, known_like
from leads.capture import capture
from leads.list_page import Listing
from leads.models import Lead
from leads.new_lead import NewLead
from leads.pasted import facts_in
from leads.timeline_page import STEP, timeline_context
from tenancy.models import get_or_404
from tenancy.paging import BadCursor
from tenancy.sight import current_sight


@require_http_methods(["GET", "HEAD", "POST"])
@allow(Function.SEE_LEADS)
def leads(request: Any) -> HttpResponse:
    """The list; a POST adds a lead by hand."""
    if request.method == "POST":
        added: HttpResponse = _added(request)
        return added
    try:
        listing = Listing.of(request.GET, request.member)
    except (ValidationError, BadCursor):
        return HttpResponseRedirect(request.path)  # an old or mistyped link: everything, rather than an error
    may = {"may_import": Function.MANAGE_CAPTURE, "may_reassign": Function.REASSIGN}
    allowed = {name: request.member.may(function) for name, function in may.items()}
    return render(request, "leads/list.html", listing.context() | allowed)


@allow(Function.CAPTURE)
def _added(request: Any) -> HttpResponse:
    form = NewLead(request.POST, account=request.account)
    if not form.is_valid():
        return render(request, "leads/new.html", {"form": form}, status=422)
    captured = capture(form.facts, source=form.source, channel="manual", by=request.by, in_our_words=True)
    if not current_sight().sees(captured.lead.owner_id, captured.lead.pk):
        messages.success(request, ALREADY_KNOWN)
        return HttpResponseRedirect(reverse("leads"))
    return HttpResponseRedirect(reverse("lead", args=[captured.lead.public_id]))


@require_GET
@allow(Function.CAPTURE)
def new_lead(request: Any) -> HttpResponse:
    return render(request, "leads/new.html", {"form": NewLead(account=request.account)})


@require_POST
@allow(Function.CAPTURE)
def pasted(request: Any) -> HttpResponse:
    """The page again, its empty fields filled with what the pasted text gives away. Nothing is saved."""
    text, form = request.POST.get("pasted", ""), NewLead(account=request.account)
    form.initial = facts_in(text, request.account.country) | form.typed(request.POST)
    return render(request, "leads/new.html", {"form": form, "pasted": text, "known": known_like(form.initial)})


@require_GET
@allow(Function.CAPTURE)
def already_known(request: Any) -> HttpResponse:
    """The fragment `#known` of the page: leads of the same person or firm."""
    return render(request, "leads/new.html#known", {"known": known_like(request.GET.dict())})


@require_GET
@allow(Function.SEE_LEADS)
def timeline(request: Any, lead_id: str) -> HttpResponse:
    """The fragment `#timeline` of the lead page, filtered and as long as asked for."""
    lead = get_or_404(Lead, lead_id)
    said = request.GET.get("shown", "")
    shown = int(said) if said.isascii() and said.isdigit() and len(said) < 5 else STEP
    context = timeline_context(
        lead, request.GET.get("who", "all"), shown, kind=request.GET.get("kind", ""), member=request.member
    )
    return render(request, "pipeline/lead_timeline.html", context | {"lead": {"id": lead.public_id}})
