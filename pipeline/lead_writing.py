"""Writing to the timeline: which kinds there are, how each may go, and what the choice means."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Any

from django.urls import reverse
from django.utils import timezone

from events.record import By
from leads.models import ActivityKind, Lead
from pipeline.tasks import add_task
from tenancy import clock

COMMENT, BOOK = "comment", "book"
MORNING = time(10)
# What may be planned in the click that logs: value, words, icon.
THEN = (
    ("call:1", "Call tomorrow", "phone"),
    ("call:3", "Call in 3 days", "phone"),
    ("email:1", "Write tomorrow", "mail"),
    (BOOK, "Book a meeting", "calendar-plus"),
)
KINDS: tuple[tuple[str, str, str], ...] = (
    (ActivityKind.CALL, "Call", "phone"),
    (ActivityKind.EMAIL, "E-mail", "mail"),
    (ActivityKind.MEETING, "Meeting", "calendar"),
    (ActivityKind.NOTE, "Note", "sticky-note"),
    (ActivityKind.LINKEDIN, "LinkedIn", "link"),
    (COMMENT, "Comment", "message-square"),
)
WRITTEN = [("sent", "Sent"), ("replied", "They replied")]
OUTCOMES: dict[str, tuple[str, list[tuple[str, str]]]] = {
    "call": (
        "How the call went",
        [("spoke", "Spoke"), ("no_answer", "No answer"), ("voicemail", "Voicemail"), ("wrong_number", "Wrong number")],
    ),
    "email": ("Which way the e-mail went", WRITTEN),
    "meeting": ("How the meeting went", [("held", "Held"), ("no_show", "Nobody came"), ("cancelled", "Cancelled")]),
    "linkedin": ("Which way the message went", WRITTEN),
}


def composer(lead: Lead) -> dict[str, Any]:
    """What <c-composer> reads."""
    return {
        "log_url": reverse("lead-log", args=[lead.public_id]),
        "kinds": [(str(kind), label, icon) for kind, label, icon in KINDS],
        "then": THEN,
        "outcome_sets": [(kind, legend, choices) for kind, (legend, choices) in OUTCOMES.items()],
    }


def then_what(lead: Lead, then: str, *, by: By) -> str:
    """Plan what was chosen, on a working day's morning on the reader's clock; says what it planned, "" for nothing."""
    kind, _, days = then.partition(":")
    if not days:
        return ""
    day = timezone.localdate(clock.now()) + timedelta(days=int(days))
    day += timedelta(days={5: 2, 6: 1}.get(day.weekday(), 0))
    due = datetime.combine(day, MORNING, timezone.get_current_timezone())
    verb = {"call": "Call", "email": "Write to"}[kind]
    add_task(lead, f"{verb} {lead}"[:120], kind=kind, by=by, due_at=due, remind_at=due)
    return f"{verb} them on {due:%A}, {due:%H:%M}."


def booking(lead: Lead) -> str:
    """Where the dialog that schedules a meeting comes from."""
    return reverse("lead-meetings", args=[lead.public_id])


def direction_of(outcome: str) -> str:
    """A reply came in; everything else went out."""
    return "in" if outcome == "replied" else "out"
