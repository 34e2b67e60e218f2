"""What hangs on a lead, as its page shows it: objections, meetings, documents, the firm's other leads, who follows."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.timesince import timesince

from accounts.models import Member
from leads.models import Lead
from pipeline.files import KINDS
from pipeline.models import File, FileState, Follower, Meeting, Objection
from tenancy import clock

MOST = 12
KILO = 1024
OUTCOMES = {"held": "Held", "no_show": "Nobody came", "cancelled": "Cancelled"}


def desk(lead: Lead, member: Member, may: bool) -> dict[str, Any]:
    """What "pipeline/lead_desk.html" reads besides the lead. Eight queries at most."""
    followers = list(
        Follower.objects.filter(lead=lead, member__left_at=None).select_related("member").order_by("since")
    )
    return {
        "may_work": may,
        "objections": [_objection(row) for row in _objections(lead)],
        "meetings": [_meeting(row) for row in lead.meetings.select_related("member").order_by("-starts_at")[:MOST]],
        "files": [_file(row) for row in lead.files.order_by("-created_at", "-id")[:MOST]],
        "siblings": _siblings(lead),
        "mentionable": list(Member.objects.active().order_by("name").values_list("name", flat=True)) if may else [],
        "followers": [one.member for one in followers],
        "follows": any(one.member_id == member.pk for one in followers),
    }


def _objections(lead: Lead) -> Any:
    """The open ones first."""
    return lead.objections.select_related("stakeholder").order_by("answered_at", "created_at", "id").reverse()


def _objection(row: Objection) -> dict[str, Any]:
    is_open = row.answered_at is None
    state = "Holds the gate" if is_open and row.blocking else "Open" if is_open else "Answered"
    return {
        "id": row.public_id,
        "text": row.text,
        "who": str(row.stakeholder) if row.stakeholder else "",
        "state": state,
        "is_open": is_open,
        "answer": row.answer,
        "url": reverse("lead-one-objection", args=[row.public_id]),
        "answer_url": reverse("lead-objection-answer", args=[row.public_id]),
    }


def _meeting(row: Meeting) -> dict[str, Any]:
    ahead = row.starts_at > clock.now()
    return {
        "id": row.public_id,
        "title": row.title,
        "when": date_format(timezone.localtime(row.starts_at), "D j M, H:i"),
        "words": ", ".join(filter(None, [f"{row.minutes} min", row.place, row.member.name if row.member else ""])),
        "state": OUTCOMES.get(row.outcome, "" if ahead else "How did it go?"),
        "invited": bool(row.invited_at),
        "is_open": not row.outcome,
        "asks": not row.outcome and not ahead,
        "url": reverse("lead-one-meeting", args=[row.public_id]),
        "outcome_url": reverse("lead-meeting-outcome", args=[row.public_id]),
        "file_url": reverse("meeting-file", args=[row.public_id]),
    }


def _file(row: File) -> dict[str, Any]:
    return {
        "id": row.public_id,
        "name": row.name,
        "words": f"{KINDS.get(row.kind, 'Other')}, {size(row.size)}, {_day(row.created_at)}",
        "is_ready": row.state == FileState.CLEAN,
        "state": "" if row.state == FileState.CLEAN else FileState(row.state).label,
        "url": reverse("lead-one-file", args=[row.public_id]),
        "edit_url": reverse("lead-file-kind", args=[row.public_id]),
    }


def _siblings(lead: Lead) -> list[dict[str, Any]]:
    """The other leads of the same firm, and of the same person, newest first."""
    kin = (
        Lead.objects.filter(company_id=lead.company_id)
        if lead.company_id
        else Lead.objects.filter(contact=lead.contact)
    )
    rows = kin.in_sight().exclude(pk=lead.pk).exclude(status="merged").select_related("contact", "owner")
    return [
        {
            "name": str(row.contact) or "No name yet",
            "url": reverse("lead", args=[row.public_id]),
            "words": ", ".join(
                filter(None, [row.stage_name or row.get_status_display(), row.owner.name if row.owner else ""])
            ),
            "tier": row.tier,
            "age": timesince(row.captured_at, clock.now(), depth=1),
        }
        for row in rows.order_by("-captured_at", "-id")[:MOST]
    ]


def size(count: int) -> str:
    """512 B, 12 KB, 3.4 MB."""
    if count < KILO:
        return f"{count} B"
    return f"{count // KILO} KB" if count < KILO * KILO else f"{count / KILO / KILO:.1f} MB"


def _day(moment: Any) -> str:
    return str(date_format(timezone.localtime(moment), "j M"))
