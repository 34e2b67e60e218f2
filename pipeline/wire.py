"""Deals and what hangs on them, as the API sends them."""

from __future__ import annotations

from typing import Any

from leads.models import Lead
from leads.money import major
from leads.wire import moment
from pipeline.models import Comment, Deal, File, Meeting, Move, Objection, Task
from tenancy.ids import public_id

WITH = ("lead__contact", "lead__company", "pipeline", "stage", "owner")  # what a queryset must select along


def deal_on_wire(deal: Deal) -> dict[str, Any]:
    """A deal; ids public, times UTC, money in major units."""
    return {
        "id": deal.public_id,
        "lead": {"id": deal.lead.public_id, "name": title_of(deal.lead)},
        "pipeline": {"id": deal.pipeline.public_id, "name": deal.pipeline.name},
        "stage": deal.stage.name,
        "stage_id": deal.stage.public_id,
        "status": deal.status,
        "owner": {"id": deal.owner.public_id, "name": deal.owner.name} if deal.owner else None,
        "value": money(deal),
        "expected_close": deal.expected_close.isoformat() if deal.expected_close else None,
        "opened_at": moment(deal.opened_at),
        "entered_stage_at": moment(deal.entered_stage_at),
        "limit_at": moment(deal.limit_at),
        "closed_at": moment(deal.closed_at),
        "lost_reason": deal.lost_reason or None,
        "competitor": deal.competitor or None,
        "gate": {name: deal.gate.get(name, 0) for name in ("met", "total", "owed")},
        "version": deal.version,
    }


def title_of(lead: Lead) -> str:
    """What a deal is called: the firm, or the person where no firm is known."""
    return str(lead.company or "") or str(lead.contact) or "No name yet"


def money(deal: Deal) -> dict[str, str] | None:
    if deal.value_minor is None:
        return None
    return {"amount": str(major(deal.value_minor, deal.currency)), "currency": deal.currency}


def move_on_wire(move: Move) -> dict[str, Any]:
    """A move, with the deal as it stands now."""
    prefix = {"member": "mem", "key": "key"}.get(move.actor_kind, "")
    actor_id = public_id(prefix, move.actor_id) if prefix and move.actor_id else None
    return {
        "id": move.public_id,
        "from": move.from_stage.name if move.from_stage else None,
        "to": move.to_stage.name if move.to_stage else None,
        "outcome": move.outcome or None,
        "actor": {"kind": move.actor_kind, "id": actor_id, "name": move.actor_name},
        "evidence": move.evidence,
        "filled": move.filled,
        "reason": move.reason or None,
        "owed": move.owed,
        "owed_by": move.owed_by.isoformat() if move.owed_by else None,
        "moved_at": moment(move.moved_at),
        "deal": deal_on_wire(move.deal),
    }


def meeting_on_wire(meeting: Meeting) -> dict[str, Any]:
    return {
        "id": meeting.public_id,
        "kind": meeting.kind,
        "title": meeting.title,
        "starts_at": moment(meeting.starts_at),
        "minutes": meeting.minutes,
        "place": meeting.place,
        "member": public_id("mem", meeting.member_id) if meeting.member_id else None,
        "outcome": meeting.outcome or None,
        "invited_at": moment(meeting.invited_at),
        "created_at": moment(meeting.created_at),
    }


def objection_on_wire(objection: Objection) -> dict[str, Any]:
    return {
        "id": objection.public_id,
        "text": objection.text,
        "blocking": objection.blocking,
        "stakeholder": objection.stakeholder.public_id if objection.stakeholder else None,
        "answer": objection.answer or None,
        "answered_at": moment(objection.answered_at),
        "created_at": moment(objection.created_at),
    }


def task_on_wire(task: Task) -> dict[str, Any]:
    return {
        "id": task.public_id,
        "title": task.title,
        "kind": task.kind,
        "member": public_id("mem", task.member_id) if task.member_id else None,
        "every": task.every or None,
        "due_at": moment(task.due_at),
        "remind_at": moment(task.remind_at),
        "done_at": moment(task.done_at),
        "created_at": moment(task.created_at),
    }


def file_on_wire(file: File) -> dict[str, Any]:
    return {
        "id": file.public_id,
        "kind": file.kind,
        "name": file.name,
        "size": file.size,
        "content_type": file.content_type,
        "state": file.state,
        "created_at": moment(file.created_at),
    }


def comment_on_wire(comment: Comment) -> dict[str, Any]:
    return {
        "id": comment.public_id,
        "author": comment.author,
        "member": public_id("mem", comment.member_id) if comment.member_id else None,
        "body": comment.body,
        "mentions": comment.mentions,
        "created_at": moment(comment.created_at),
        "edited_at": moment(comment.edited_at),
    }
