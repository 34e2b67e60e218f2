"""Meetings with a lead: booked, and what became of them."""

from __future__ import annotations

from datetime import datetime

from events.kinds import Kind
from events.record import By, record
from leads.models import Lead
from pipeline.models import Meeting

TITLES = {"discovery": "Discovery call", "review": "Review meeting"}


def book_meeting(
    lead: Lead, *, starts_at: datetime, by: By, kind: str = "discovery", title: str = "", minutes: int = 30
) -> Meeting:
    """Put a meeting (aware start) on the record of `lead`; nobody's calendar is written to."""
    meeting: Meeting = Meeting.objects.create(
        lead=lead, kind=kind, title=title or TITLES.get(kind, "Meeting"), starts_at=starts_at, minutes=minutes
    )
    record(Kind.MEETING_BOOKED, meeting, by=by, lead_id=lead.pk, meeting=kind, title=meeting.title, starts_at=starts_at)
    return meeting


def change_meeting(meeting: Meeting, changes: dict[str, object], *, by: By) -> Meeting:
    """Move, rename or close a meeting (`outcome`: held, no_show, cancelled). Records what changed, if anything did."""
    changed = {name: value for name, value in changes.items() if getattr(meeting, name) != value}
    if changed and Meeting.objects.filter(pk=meeting.pk).update(**changed):
        for name, value in changed.items():
            setattr(meeting, name, value)
        record(
            Kind.MEETING_CHANGED,
            meeting,
            by=by,
            lead_id=meeting.lead_id,
            meeting=meeting.kind,
            title=meeting.title,
            starts_at=meeting.starts_at,
            outcome=meeting.outcome,
        )
    return meeting
