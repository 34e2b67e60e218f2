"""A member's own page: what they got from their pools and why, when they are next, their leave and pauses."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from accounts.permissions import allow
from accounts.roles import Function
from routing import rostering
from routing.models import Leave
from routing.rostering import hours_said
from routing.standing import DAYS, ledgers_of
from routing.workingtime import Week
from tenancy.models import get_or_404
from workspace.settings.hours import LeaveForm, away_context, note_leave, note_pause, now_of


@allow(Function.WORK_LEADS)
@require_GET
def turns(request: Any) -> HttpResponse:
    """My share, my next turn, what leave did to them."""
    ((_, person, _),) = now_of([request.member])
    context = {
        "found": request.member,
        "ledgers": ledgers_of(request.member),
        "days": DAYS,
        "week": week_said(person.calendar.week),
        "leave": LeaveForm(),
    }
    return render(request, "workspace/turns.html", context | away_context(request.member))


def week_said(week: Week) -> list[tuple[str, str]]:
    return [(name, hours_said(hours) or "off") for name, hours in zip(rostering.DAYS, week, strict=True)]


@allow(Function.WORK_LEADS)
@require_POST
def leave(request: Any) -> HttpResponse:
    """Note my leave."""
    note_leave(request, request.member)
    return redirect("my-turns")


@allow(Function.WORK_LEADS)
@require_POST
def leave_removal(request: Any, leave_id: str) -> HttpResponse:
    """I am there after all; an admin says so of anybody, too."""
    found: Leave = get_or_404(Leave, leave_id)
    mine = found.member_id == request.member.pk
    if not mine and not request.member.may(Function.MANAGE_ACCOUNT):
        raise Http404
    rostering.cancel_leave(found, by=request.by)
    return redirect("my-turns") if mine else redirect("settings-hours-member", found.member.public_id)


@allow(Function.WORK_LEADS)
@require_POST
def pause(request: Any) -> HttpResponse:
    """No new leads for me until then; without a time, again."""
    note_pause(request, request.member)
    return redirect("my-turns")
