"""How the events of deals sound on a timeline."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.formats import date_format

from events.kinds import Kind
from events.models import Event
from leads.timeline import Telling, Words, describes, finds
from pipeline.models import Comment


@describes(Kind.DEAL_OPENED)
def opened(event: Event) -> Telling:
    return Telling("square-kanban", f"Deal opened in {event.body.get('stage', '')}")


@describes(Kind.DEAL_MOVED)
def moved(event: Event) -> Telling:
    body = event.body
    way = "Back" if body.get("back") else "Moved"
    return Telling(
        "arrow-right-to-line",
        f"{way} to {body.get('to', '')} from {body.get('from', '')}",
        _said(body, event.actor_name),
    )


@describes(Kind.DEAL_WON)
def won(event: Event) -> Telling:
    return Telling("trophy", "Won")


@describes(Kind.DEAL_LOST)
def lost(event: Event) -> Telling:
    rival = event.body.get("competitor")
    return Telling("x", f"Lost: {event.body.get('reason', '')}", f"Went to {rival}" if rival else "")


@describes(Kind.DEAL_REOPENED)
def reopened(event: Event) -> Telling:
    return Telling("rotate-cw", f"Deal reopened in {event.body.get('stage', '')}", event.body.get("reason", ""))


@describes(Kind.DEAL_CHANGED)
def changed(event: Event) -> Telling:
    names = {name: name.replace("_", " ") for name in event.body}
    parts = [
        f"{names[name].capitalize()}: {before or 'none'} → {after or 'none'}"
        for name, (before, after) in event.body.items()
    ]
    return Telling("pencil", f"Changed {', '.join(names.values())}", "; ".join(parts))


@describes(Kind.DEAL_PLACED)
def placed(event: Event) -> Telling:
    return Telling("arrow-up-down", f"Put elsewhere in {event.body.get('stage', 'its column')}")


@describes(Kind.GATE_OVERRIDDEN)
def overridden(event: Event) -> Telling:
    owed = ", ".join(event.body.get("owed", ()))
    until = f". Owed by {event.body['owed_by']}: {owed}" if owed and event.body.get("owed_by") else ""
    return Telling("key-round", "Let through a shut gate", f"{event.body.get('reason', '')}{until}")


@describes(Kind.MEETING_BOOKED, Kind.MEETING_CHANGED)
def meeting(event: Event) -> Telling:
    body = event.body
    state = str(body.get("outcome") or "booked").replace("_", " ")
    at = parse_datetime(str(body.get("starts_at") or ""))
    when = date_format(timezone.localtime(at), "D j M, H:i T") if at else ""
    return Telling("calendar", f"{body.get('title', 'Meeting')}: {state}", when)


@describes(Kind.OBJECTION_RAISED)
def objection(event: Event) -> Telling:
    return Telling("flag", "Objection raised", event.body.get("text", ""))


@describes(Kind.OBJECTION_ANSWERED)
def answered(event: Event) -> Telling:
    return Telling("message-square", f"Objection answered: {event.body.get('text', '')}", event.body.get("answer", ""))


@describes(Kind.OBJECTION_CHANGED)
def objection_changed(event: Event) -> Telling:
    opened = "answered_at" in (event.body.get("changed") or {})
    return Telling("flag", "Objection is open again" if opened else "Objection corrected", event.body.get("text", ""))


@describes(Kind.OBJECTION_REMOVED)
def objection_removed(event: Event) -> Telling:
    return Telling("flag", "Objection taken back", event.body.get("text", ""))


@describes(Kind.FILE_CHECKED)
def file_checked(event: Event) -> Telling:
    name = event.body.get("name", "A file")
    words = f"{name} carries a virus and is kept away" if event.body.get("state") == "infected" else f"Checked {name}"
    return Telling("paperclip", words)


@describes(Kind.FILE_CHANGED)
def file_changed(event: Event) -> Telling:
    kind = str(event.body.get("file", "")).replace("_", " ")
    return Telling("paperclip", f"{event.body.get('name', 'A file')} is now kept as: {kind}")


@describes(Kind.FILE_REMOVED)
def file_removed(event: Event) -> Telling:
    return Telling("paperclip", f"Removed {event.body.get('name', 'a file')}")


@describes(Kind.COMMENT_ADDED)
def comment(event: Event) -> Telling:
    return Telling("message-square", f"{event.actor_name or 'Somebody'} commented")


@finds(Kind.COMMENT_ADDED)
def comment_words(comment_ids: Sequence[UUID]) -> dict[UUID, Words]:
    found = Comment.objects.filter(pk__in=comment_ids)
    return {one.pk: Words(one.body, reverse("lead-comment", args=[one.public_id]), one.member_id) for one in found}


@describes(Kind.COMMENT_CHANGED)
def comment_changed(event: Event) -> Telling:
    return Telling("message-square", "Comment edited")


@describes(Kind.COMMENT_REMOVED)
def comment_removed(event: Event) -> Telling:
    return Telling("message-square", "Comment deleted")


@describes(Kind.FILE_ATTACHED)
def attached(event: Event) -> Telling:
    return Telling("paperclip", f"Attached {event.body.get('name', 'a file')}")


@describes(Kind.CRITERION_ANSWERED)
def confirmed(event: Event) -> Telling:
    until = f"For {event.body['on']}. " if event.body.get("on") else ""
    return Telling("check", f"Confirmed: {event.body.get('criterion', '')}", f"{until}{event.body.get('note') or ''}")


@describes(Kind.APPROVAL_ASKED)
def asked(event: Event) -> Telling:
    body = event.body
    what = f"approval: {body['criterion']}" if body.get("criterion") else f"a way through to {body.get('to', '')}"
    return Telling("stamp", f"Asked for {what}", body.get("words", ""))


@describes(Kind.APPROVAL_ANSWERED)
def approval(event: Event) -> Telling:
    body = event.body
    said = "Said yes" if body.get("answer") == "approved" else "Said no"
    return Telling("stamp", f"{said}: {body.get('criterion') or body.get('to', '')}", body.get("note", ""))


@describes(Kind.TASK_ADDED)
def task(event: Event) -> Telling:
    return Telling("clipboard-list", f"Task: {event.body.get('title', '')}")


@describes(Kind.TASK_CHANGED)
def task_changed(event: Event) -> Telling:
    title, changed = event.body.get("title", ""), event.body.get("changed") or {}
    if set(changed) <= {"due_at", "remind_at"}:
        until = str((changed.get("due_at") or ["", ""])[1] or "")[:16].replace("T", " ")
        return Telling("alarm-clock", f"Put off: {title}", f"Until {until} UTC" if until else "")
    return Telling("clipboard-list", f"Task changed: {title}")


@describes(Kind.TASK_REOPENED)
def task_reopened(event: Event) -> Telling:
    return Telling("clipboard-list", f"Not done after all: {event.body.get('title', '')}")


@describes(Kind.TASK_REMOVED)
def task_removed(event: Event) -> Telling:
    return Telling("clipboard-list", f"Task removed: {event.body.get('title', '')}")


@describes(Kind.TASK_DONE)
def done(event: Event) -> Telling:
    return Telling("circle-check", f"Done: {event.body.get('title', '')}")


def _said(body: dict[str, Any], who: str) -> str:
    """What was filled by whom, what was passed over, what is owed, why."""
    filled = "; ".join(f"{label}: {value}" for label, value in (body.get("filled") or {}).items())
    parts = [
        f"{who or 'Somebody'} filled in {filled}" if filled else "",
        f"Passed {', '.join(body['passed'])} on the way" if body.get("passed") else "",
        f"Owed: {', '.join(body['owed'])}" if body.get("owed") else "",
        body.get("reason") or "",
    ]
    return ". ".join(part for part in parts if part)
