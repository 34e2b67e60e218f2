"""What was received, and what became of it."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from accounts.permissions import allow
from accounts.roles import Function
from leads.inbound import arrival
from leads.inbound.inbox import Filter, counts, inlet_called, received, shown, submission_of
from leads.models import Payload, PayloadState
from tenancy.models import get_or_404
from tenancy.paging import links
from workspace.settings.shell import show


@allow(Function.MANAGE_CAPTURE)
def inbox(request: Any) -> HttpResponse:
    """Everything that webhooks and mailboxes received, newest first."""
    wanted = Filter(*(request.GET.get(name, "") for name in ("state", "inlet", "cursor")))
    page, counted, here = received(wanted), counts(), reverse("settings-inbox")
    context = {
        "page": page,
        "links": links(page, here, request.GET.dict()),
        "states": [(value, words, counted.get(value, 0)) for value, words in PayloadState.choices],
        "wanted": wanted,
        "inlet": inlet_called(wanted.inlet),
    }
    return show(request, "inbox.html", context)


@allow(Function.MANAGE_CAPTURE)
def payload(request: Any, payload_id: str) -> HttpResponse:
    """One of them, as it came."""
    found = get_or_404(Payload, payload_id)
    context = {
        "payload": found,
        "shown": shown(found),
        "submission": submission_of(found),
        "again": found.state in (PayloadState.FAILED, PayloadState.IGNORED),
    }
    return show(request, "payload.html", context)


@allow(Function.MANAGE_CAPTURE)
@require_POST
def replay(request: Any, payload_id: str) -> HttpResponse:
    """Take it again, say after the mapping was mended."""
    if arrival.replay(get_or_404(Payload, payload_id)):
        messages.success(request, "It is taken again in a moment.")
    else:
        messages.info(request, "It was taken already; nothing is made twice.")
    return redirect("settings-payload", payload_id)
