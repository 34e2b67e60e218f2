"""The cadence of one lead, as its page tells it: where it stands, what comes next, what became of each step."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from followups.models import Cadence, Enrolment, Message, MessageState, Step, Touch, TouchState
from leads.models import Lead, Status

TROUBLES = (MessageState.UNCONFIRMED, MessageState.FAILED)
ICONS = {"email": "mail", "call": "phone", "linkedin": "link", "task": "clipboard-list"}
VERBS = {"email": "e-mail", "call": "call", "linkedin": "LinkedIn note", "task": "task"}


@dataclass(frozen=True)
class Line:
    """One step: `state` is done, skipped, due, planned or ahead."""

    title: str
    icon: str
    state: str
    words: str


def panel(lead: Lead, zone: ZoneInfo) -> dict[str, Any]:
    """The context of followups/cadence.html."""
    latest = Enrolment.objects.filter(lead=lead).select_related("cadence").order_by("ended_at", "-started_at")
    enrolment = latest.filter(ended_at=None).first() or latest.order_by("-ended_at").first()
    context: dict[str, Any] = {"lead": lead, "enrolment": enrolment, "cadences": _startable(lead, enrolment)}
    troubles = Message.objects.filter(lead=lead, state__in=TROUBLES).order_by("-created_at")
    context["troubles"] = [f"{message.subject}: {message.error}" for message in troubles[:2]]
    if enrolment is None:
        return context
    touches = {touch.step_id: touch for touch in enrolment.touches.all()}
    steps = list(Step.objects.filter(cadence=enrolment.cadence, version=enrolment.version).order_by("position"))
    return context | {
        "lines": [_line(step, touches.get(step.pk), zone) for step in steps],
        "summary": summary(enrolment, steps, list(touches.values()), zone),
    }


def summary(enrolment: Enrolment, steps: Sequence[Step], touches: Sequence[Touch], zone: ZoneInfo) -> str:
    """“Step 1 of 5. Next: call on Thu 19 Mar, 10:00, unless they reply.” or why it ended."""
    if enrolment.ended_at:
        return f"Ended {day_of(enrolment.ended_at, zone)}: {enrolment.get_end_reason_display()}."
    made = sum(touch.state != TouchState.PLANNED for touch in touches)
    ahead = sorted((touch for touch in touches if touch.state == TouchState.PLANNED), key=lambda touch: touch.due_at)
    standing = f"Step {made} of {len(steps)}." if made else f"{len(steps)} steps."
    if not ahead:
        return standing
    return f"{standing} Next: {VERBS[ahead[0].channel]} on {time_of(ahead[0].due_at, zone)}, unless they reply."


def day_of(moment: datetime, zone: ZoneInfo) -> str:
    local = moment.astimezone(zone)
    return f"{local:%a} {local.day} {local:%b}"


def time_of(moment: datetime, zone: ZoneInfo) -> str:
    return f"{day_of(moment, zone)}, {moment.astimezone(zone):%H:%M}"


def _line(step: Step, touch: Touch | None, zone: ZoneInfo) -> Line:
    icon, state = ICONS[step.channel], touch.state if touch else "ahead"
    if touch is None:
        return Line(step.title, icon, state, f"day {step.day}")
    if touch.finished_at is None:
        since = "since " if state == TouchState.DUE else ""
        return Line(step.title, icon, state, f"{since}{time_of(touch.due_at, zone)}")
    return Line(step.title, icon, state, touch.note or day_of(touch.finished_at, zone))


def _startable(lead: Lead, enrolment: Enrolment | None) -> list[Cadence]:
    """The cadences that may be started: none while one runs, on a closed lead, or for somebody who opted out."""
    running = enrolment is not None and enrolment.ended_at is None
    if running or lead.status != Status.OPEN or lead.contact.unsubscribed_at:
        return []
    return list(Cadence.objects.filter(active=True).order_by("name"))
