"""The lead page: who, what next, why now, why me, and everything that happened."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET

from accounts.permissions import allow
from accounts.roles import Function
from events.live_here import place_ticket
from leads.already import ALREADY_KNOWN
from leads.duplicates import is_suspected
from leads.merging import late
from leads.models import Lead, Status
from leads.people_pages import erased_context
from leads.timeline_page import timeline_context
from pipeline.desk import desk
from pipeline.lead_head import head
from pipeline.lead_next import what_next
from pipeline.lead_panels import panels
from pipeline.lead_place import place
from pipeline.lead_who import who
from pipeline.lead_writing import composer
from pipeline.way import way_of
from tenancy.ids import public_id
from tenancy.sight import current_sight


@require_GET
@allow(Function.SEE_LEADS)
def lead(request: Any, lead_id: str) -> HttpResponse:
    """The whole page. The panels of other apps load by themselves."""
    found, may = the_lead(lead_id), request.member.may(Function.WORK_LEADS)
    if found.status == Status.MERGED:
        return _merged(request, late.kept([found.pk])[0])
    if found.contact.erased_at:
        return render(request, "leads/erased.html", erased_context(found.contact))
    context = {
        **head(found, way_of(found), request.member),
        **who(found, may),
        **timeline_context(found, member=request.member),
        **(composer(found) if may else {}),
        "place": place(found, request.member),
        "panels": panels(found),
        "here": place_ticket(request.member.pk, found.public_id),
    }
    return render(request, "pipeline/lead.html", context)


def _merged(request: Any, into: UUID) -> HttpResponse:
    """To the lead that one went into; to the list, where that is another team's."""
    if current_sight() and seen_lead(into) is None:
        messages.info(request, ALREADY_KNOWN)
        return redirect("leads")
    return redirect("lead", public_id(Lead.PREFIX, into))


@require_GET
@allow(Function.SEE_LEADS)
def part(request: Any, lead_id: str, part: str) -> HttpResponse:
    """One part of the page again: head, next, facts or desk."""
    found, may = the_lead(lead_id), request.member.may(Function.WORK_LEADS)
    context: dict[str, Any] = {"lead": {"id": found.public_id}}
    if part == "head":
        context = head(found, way_of(found), request.member)
    elif part == "next":
        context |= what_next(found, may)
    elif part == "facts":
        context |= who(found, may)
    elif part == "desk":
        return render(request, "pipeline/lead_desk.html", context | desk(found, request.member, may))
    else:
        raise Http404
    return render(request, f"pipeline/lead_{part}.html", context)


def seen_lead(lead_id: UUID) -> Lead | None:
    """The lead with its people, if it is in sight."""
    found: Lead | None = Lead.objects.in_sight().with_people().filter(pk=lead_id).first()
    return found


def the_lead(public: str) -> Lead:
    """The lead of this account with its people; Http404 for any other."""
    try:
        found: Lead = Lead.objects.with_people().annotate(is_suspected=is_suspected()).by_public_id(public)
    except Lead.DoesNotExist:
        raise Http404 from None
    return found
