"""Writing to the timeline: which kinds there are, how each may go, and what the choice means."""

from __future__ import annotations

from typing import Any

from django.urls import reverse

from leads.models import ActivityKind, Lead

KINDS = (
    (ActivityKind.CALL, "Call", "phone"),
    (ActivityKind.EMAIL, "E-mail", "mail"),
    (ActivityKind.MEETING, "Meeting", "calendar"),
    (ActivityKind.NOTE, "Note", "sticky-note"),
    (ActivityKind.LINKEDIN, "LinkedIn", "link"),
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
        "kinds": [(kind.value, label, icon) for kind, label, icon in KINDS],
        "outcome_sets": [(kind, legend, choices) for kind, (legend, choices) in OUTCOMES.items()],
    }


def direction_of(outcome: str) -> str:
    """A reply came in; everything else went out."""
    return "in" if outcome == "replied" else "out"
