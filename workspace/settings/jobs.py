from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from accounts.permissions import allow
from accounts.roles import Function
from events.models import Job
from tenancy.models import get_or_404
from workspace.health import dead_jobs, retry_dead, state_of
from workspace.settings.shell import show


@allow(Function.MANAGE_ACCOUNT)
def jobs(request: Any) -> HttpResponse:
    """What is due in this account, and what died."""
    return show(request, "jobs.html", {"state": state_of(request.account), "dead": dead_jobs()})


@allow(Function.MANAGE_ACCOUNT)
@require_POST
def retry(request: Any, job_id: str) -> HttpResponse:
    """Try a dead job again."""
    retry_dead(get_or_404(Job, job_id), by=request.by)
    messages.success(request, "It is tried again.")
    return redirect("settings-jobs")
