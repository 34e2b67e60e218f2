"""The lead page."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from accounts.permissions import allow
from accounts.roles import Function
from events.models import Event
from leads.models import Lead
from leads.timeline import entry
from pipeline.wire import title_of
from tenancy.models import get_or_404


@require_GET
@allow(Function.SEE_LEADS)
def lead(request: Any, lead_id: str) -> HttpResponse:
    found: Lead = get_or_404(Lead, lead_id)
    entries = [entry(event) for event in Event.objects.of_lead(found.pk)[:50]]
    return render(request, "pipeline/lead_short.html", {"title": title_of(found), "entries": entries})
