"""Who runs the installation sees here whether its work gets done, in every account."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from events.models import Actor, Job
from events.record import By
from tenancy.models import Account, get_or_404
from tenancy.scope import scope
from workspace.health import dead_jobs, redis_words, retry_dead, state_of_all

View = Callable[..., HttpResponse]


def operators_only(view: View) -> View:
    """To anybody else the page does not exist."""

    @wraps(view)
    def guarded(request: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        if not request.user.is_operator:
            raise Http404
        return view(request, *args, **kwargs)

    return login_required(guarded)


@operators_only
def operators(request: Any) -> HttpResponse:
    states = state_of_all()
    dead = []
    for state in states:
        if state.dead:
            with scope(state.account):
                dead.append((state.account, dead_jobs()))
    return render(request, "workspace/operators.html", {"states": states, "dead": dead, "redis": redis_words()})


@operators_only
@require_POST
def retry(request: Any, slug: str, job_id: str) -> HttpResponse:
    """Try a dead job of any account again."""
    with scope(get_object_or_404(Account, slug=slug)):
        retry_dead(get_or_404(Job, job_id), by=By(Actor.SYSTEM, name=f"Operator {request.user.email}"))
    messages.success(request, "It is tried again.")
    return redirect("operators")
