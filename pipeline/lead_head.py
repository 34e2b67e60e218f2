"""The head of the lead page: name, tier, promise, what can be done, and the way through the stages."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format

from accounts.models import Member
from accounts.roles import Function
from leads.models import Lead, Status
from leads.promises import promise_of
from pipeline.limits import age_of
from pipeline.models import Back
from pipeline.way import Way
from routing.calendars import calendar_of
from tenancy import clock
from tenancy.scope import current_account


def head(lead: Lead, way: Way | None, member: Member) -> dict[str, Any]:
    """What "pipeline/lead_head.html" reads."""
    contact = lead.contact
    name = contact.name or contact.email or contact.phone or "No name yet"
    promised = promise_of(lead, clock.now())
    may_move = way is not None and way.is_open and member.may(Function.MOVE_DEALS)
    return {
        "lead": {
            "id": lead.public_id,
            "name": name,
            "initials": initials(name),
            "job": contact.job_title,
            "company": str(lead.company) if lead.company else "",
            "company_url": reverse("company", args=[lead.company.public_id]) if lead.company else "",
            "person_url": reverse("contact", args=[contact.public_id]),
            "tier": lead.tier,
            "score": lead.score,
            "sla": promised if promised.state != "none" else None,
            "phone": contact.phone_e164 or contact.phone,
            "email": contact.email,
            "status_words": _status(lead),
            "is_open": lead.status == Status.OPEN,
            "may_reopen": lead.status not in (Status.OPEN, Status.MERGED),
            "owner": lead.owner,
        },
        "is_suspected": getattr(lead, "is_suspected", False),  # asked for with the lead: pipeline/lead_page.py
        "stage": lead.stage_name,
        "may_work": member.may(Function.WORK_LEADS),
        "deal": _deal(way) if may_move and way else None,
        "steps": [_step(way, index) for index in range(len(way.rows))] if way else [],
    }


def initials(name: str) -> str:
    """Of the first two words: "Ada King" -> AK."""
    return "".join(word[0] for word in name.replace("@", " ").split()[:2]).upper()


def _status(lead: Lead) -> str:
    if lead.status == Status.OPEN:
        return "" if lead.track == "active" else lead.get_track_display()
    words = f"{lead.get_status_display()}: {lead.disqualified_reason}" if lead.disqualified_reason else ""
    until = f", back on {date_format(lead.recycle_on, 'j M Y')}" if lead.recycle_on else ""
    return (words or str(lead.get_status_display())) + until


def _deal(way: Way) -> dict[str, Any]:
    deal = way.deal
    return {
        "id": deal.public_id,
        "version": deal.version,
        "move_url": reverse("deal-moves", args=[deal.public_id]),
        "moves": [_move(way, index) for index in range(len(way.rows)) if index != way.here],
    }


def _move(way: Way, index: int) -> dict[str, str]:
    """One line of the menu "Move": a stage, and what stands in the way."""
    row = way.rows[index]
    if index < way.here:
        words = "No way back" if row.back == Back.NEVER else "Back is allowed"
    else:
        lacking = way.lacking(index)
        words = f"{lacking} missing" if lacking else "Gate open"
    return {"id": row.public_id, "name": row.name, "words": words}


def _step(way: Way, index: int) -> dict[str, Any]:
    state = "done" if index < way.here else "now" if index == way.here else "ahead"
    return {
        "name": way.rows[index].name,
        "state": state,
        "age": _age(way) if state == "now" else "",
        "meter": way.meter(index),
    }


def _age(way: Way) -> str:
    deal = way.deal
    if not way.is_open:
        return f"since {date_format(timezone.localtime(deal.entered_stage_at), 'j M')}"
    limit = way.rows[way.here].limit_working_days
    return age_of(deal.entered_stage_at, limit, clock.now(), calendar_of(current_account())).words
