"""A member's feed for calendars: the page where its address is made, and what calendars read."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods, require_safe

from accounts.middleware import outside_url
from accounts.permissions import allow
from accounts.roles import Function
from pipeline.inviting import close_feed, feed_made, feed_of, invitation, new_feed
from pipeline.models import Meeting
from tenancy import door
from tenancy.models import get_or_404

ICS = "text/calendar; charset=utf-8"


@require_http_methods(["GET", "POST"])
@allow(Function.SEE_LEADS)
def feed_settings(request: Any) -> HttpResponse:
    """How things stand; a POST makes a new address, which is shown once, or ends the one there is."""
    address = ""
    if request.method == "POST" and request.POST.get("act") == "end":
        close_feed(request.member)
    elif request.method == "POST":
        address = f"{settings.PUBLIC_URL}{outside_url('calendar-feed', new_feed(request.member))}"
    context = {"feed": feed_made(request.member), "address": address}
    return render(request, "pipeline/calendar_feed.html", context)


@require_safe
def feed(request: Any, token: str) -> HttpResponse:
    """The calendar behind a secret address; Http404 for any other."""
    try:
        with door.through_door("feed", token):
            found = feed_of(token)
    except door.NoDoor:
        raise Http404 from None
    if found is None:
        raise Http404
    response = HttpResponse(found[1], content_type=ICS)
    response["Cache-Control"] = "private, no-store"
    response["X-Robots-Tag"] = "noindex"
    return response


@require_safe
@allow(Function.SEE_LEADS)
def meeting_file(request: Any, meeting_id: str) -> HttpResponse:
    """One meeting as a file for any calendar."""
    meeting: Meeting = get_or_404(Meeting, meeting_id)
    response = HttpResponse(invitation(meeting), content_type=ICS)
    response["Content-Disposition"] = 'attachment; filename="meeting.ics"'
    return response
