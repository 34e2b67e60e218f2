"""How the events of deals sound on a timeline."""

from typing import Any

from events.kinds import Kind
from events.models import Event
from leads.timeline import Telling, describes


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


@describes(Kind.GATE_OVERRIDDEN)
def overridden(event: Event) -> Telling:
    owed = ", ".join(event.body.get("owed", ()))
    until = f". Owed by {event.body['owed_by']}: {owed}" if owed and event.body.get("owed_by") else ""
    return Telling("key-round", "Let through a shut gate", f"{event.body.get('reason', '')}{until}")


@describes(Kind.MEETING_BOOKED, Kind.MEETING_CHANGED)
def meeting(event: Event) -> Telling:
    body = event.body
    state = str(body.get("outcome") or "booked").replace("_", " ")
    when = str(body.get("starts_at", ""))[:16].replace("T", " ")
    return Telling("calendar", f"{body.get('title', 'Meeting')}: {state}", f"{when} UTC" if when else "")


@describes(Kind.OBJECTION_RAISED)
def objection(event: Event) -> Telling:
    return Telling("flag", "Objection raised", event.body.get("text", ""))


@describes(Kind.OBJECTION_ANSWERED)
def answered(event: Event) -> Telling:
    return Telling("message-square", f"Objection answered: {event.body.get('text', '')}", event.body.get("answer", ""))


@describes(Kind.FILE_ATTACHED)
def attached(event: Event) -> Telling:
    return Telling("paperclip", f"Attached {event.body.get('name', 'a file')}")


@describes(Kind.CRITERION_ANSWERED)
def confirmed(event: Event) -> Telling:
    until = f"For {event.body['on']}. " if event.body.get("on") else ""
    return Telling("check", f"Confirmed: {event.body.get('criterion', '')}", f"{until}{event.body.get('note') or ''}")


@describes(Kind.TASK_ADDED)
def task(event: Event) -> Telling:
    return Telling("clipboard-list", f"Task: {event.body.get('title', '')}")


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
