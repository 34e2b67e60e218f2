"""Meetings with a lead: booked, moved, and what became of them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError

from accounts.models import Member
from events.jobs import schedule
from events.kinds import Kind
from events.record import By, record
from leads.models import Lead
from pipeline.inviting import mail_invitation
from pipeline.models import Meeting
from tenancy import clock

TITLES = {"discovery": "Discovery call", "review": "Review meeting"}
OUTCOMES = ("held", "no_show", "cancelled")
INVITED = frozenset({"starts_at", "minutes", "title", "place", "outcome"})  # a calendar wants to know of these


def book_meeting(
    lead: Lead,
    *,
    starts_at: datetime,
    by: By,
    kind: str = "discovery",
    title: str = "",
    minutes: int = 30,
    place: str = "",
    member: Member | None = None,
    invite: bool = False,
) -> Meeting:
    """Put a meeting (aware start) on the record of `lead`; its owner holds it when nobody is named.

    `invite` mails the prospect an invitation; raises ValidationError where no address is known.
    """
    meeting: Meeting = Meeting.objects.create(
        lead=lead,
        kind=kind,
        title=title or TITLES.get(kind, "Meeting"),
        starts_at=starts_at,
        minutes=minutes,
        place=place,
        member=member or lead.owner,
    )
    record(Kind.MEETING_BOOKED, meeting, by=by, lead_id=lead.pk, meeting=kind, title=meeting.title, starts_at=starts_at)
    if invite:
        invite_to(meeting)
    return meeting


def change_meeting(meeting: Meeting, changes: dict[str, Any], *, by: By) -> Meeting:
    """Move, rename or close a meeting (`outcome`: held, no_show, cancelled; empty opens it again).

    Records what changed, if anything did. Who was invited gets the new invitation, or the cancellation. One that was
    held, or to which nobody came, is logged as an activity as well: it is proof, and it stops clocks.
    """
    before = {name: getattr(meeting, name) for name in changes}
    changed = {name: value for name, value in changes.items() if before[name] != value}
    if not changed:
        return meeting
    if INVITED & set(changed):
        changed["sequence"] = meeting.sequence + 1
    if not Meeting.objects.filter(pk=meeting.pk).update(**changed):
        return meeting
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
        changed={name: [_plain(before[name]), _plain(value)] for name, value in changed.items() if name != "sequence"},
    )
    if meeting.invited_at and INVITED & set(changed) and meeting.outcome in ("", "cancelled"):
        _mail(meeting)
    return meeting


def hold_meeting(meeting: Meeting, outcome: str, *, by: By, member: Member | None = None) -> Meeting:
    """Say that it took place (`held`) or that nobody came (`no_show`), and log it. Safe to repeat."""
    if meeting.outcome == outcome:
        return meeting
    change_meeting(meeting, {"outcome": outcome}, by=by)
    meeting.lead.log_activity(
        kind="meeting",
        outcome=outcome,
        body=meeting.title,
        by=by,
        member=member,
        occurred_at=min(meeting.starts_at, clock.now()),
    )
    return meeting


def invite_to(meeting: Meeting) -> None:
    """Mail the prospect an invitation. Raises ValidationError where no address is known."""
    if not meeting.lead.contact.email_norm:
        raise ValidationError({"invite": "No e-mail address is known to invite to."})
    meeting.invited_at = clock.now()
    Meeting.objects.filter(pk=meeting.pk).update(invited_at=meeting.invited_at)
    _mail(meeting)


def _mail(meeting: Meeting) -> None:
    schedule(mail_invitation, meeting.pk, clock.now())


def _plain(value: Any) -> Any:
    return value.public_id if isinstance(value, Member) else value
