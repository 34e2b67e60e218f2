"""What the team of the demo says, promises and sends about a lead: comments, objections, documents, replies, tasks."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

from accounts.models import Member
from accounts.roles import Role
from events.record import By
from leads.models import Lead
from pipeline.comments import add_comment
from pipeline.files import attach_file
from pipeline.following import follow
from pipeline.meetings import hold_meeting
from pipeline.models import Meeting, Objection
from pipeline.objections import answer_objection, raise_objection
from pipeline.tasks import add_task
from routing.calendars import calendar_of
from tenancy.scope import current_account

PAPER = b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj 2 0 obj<</Type/Pages/Kids[]/Count 0>>endobj\n%%EOF\n"
REMARKS = (
    "@{manager} they compare us with two others. Worth a call from you?",
    "@{manager} their board meets on Thursday, the offer should be there by then.",
    "@{manager} their old contract ends in spring, so there is no hurry before.",
)
OBJECTIONS = (
    ("Data must stay within the country", "Both data centres are in the country, it is in the agreement."),
    ("The price is above what they pay today", "Compared over three years, with their own hours counted."),
    ("Nobody has time for the move this quarter", "We start with one site, after their quarter."),
)
REPLIES = (
    "Does the price include calls outside of office hours?",
    "Our finance director signs, I’ll bring her on Thursday.",
    "Can you send the list of references again?",
)
TASKS = (("call", "Call about the open question"), ("email", "Send the references"), ("task", "Map who decides"))


def discuss(lead: Lead, row: dict[str, Any]) -> None:
    """A remark to the manager, who follows the lead from now on."""
    manager = Member.objects.active().filter(role=Role.MANAGER).earliest("joined_at")
    add_comment(lead, _one(REMARKS, row).format(manager=manager.name), by=_by(lead))
    follow(lead, manager)


def hold(lead: Lead, row: dict[str, Any]) -> None:
    """The meetings that were agreed took place."""
    for meeting in Meeting.objects.filter(lead=lead, outcome="").select_related("lead"):
        hold_meeting(meeting, "held", by=_by(lead), member=lead.owner)


def oppose(lead: Lead, row: dict[str, Any]) -> None:
    """What they object to; another time something else."""
    before = Objection.objects.filter(lead=lead).count()
    raise_objection(lead, text=OBJECTIONS[(row["days_ago"] + before) % len(OBJECTIONS)][0], by=_by(lead))


def settle(lead: Lead, row: dict[str, Any]) -> None:
    """What was agreed about it."""
    for objection in Objection.objects.filter(lead=lead, answer=""):
        answer_objection(objection, dict(OBJECTIONS)[objection.text], by=_by(lead))


def offer(lead: Lead, row: dict[str, Any]) -> None:
    """A proposal as a document."""
    name = f"Proposal {row['company']}.pdf"
    attach_file(lead, SimpleUploadedFile(name, PAPER, "application/pdf"), kind="proposal", by=_by(lead))


def reply(lead: Lead, row: dict[str, Any]) -> None:
    """They wrote back."""
    lead.log_activity(kind="email", direction="in", body=_one(REPLIES, row), by=_by(lead))


def plan(lead: Lead, row: dict[str, Any]) -> None:
    """A task that is due about now: yesterday's, today's or tomorrow's."""
    kind, title = _one(TASKS, row)
    about = lead.captured_at + timedelta(days=row["days_ago"] + row["days_ago"] % 3 - 0.5)
    add_task(
        lead, title, kind=kind, by=_by(lead), member=lead.owner, due_at=calendar_of(current_account()).after(about, 0)
    )


def _one(these: tuple[Any, ...], row: dict[str, Any]) -> Any:
    return these[row["days_ago"] % len(these)]


def _by(lead: Lead) -> By:
    assert lead.owner
    by: By = lead.owner.by
    return by


SAYS: dict[str, Callable[[Lead, dict[str, Any]], None]] = {
    "discuss": discuss,
    "hold": hold,
    "oppose": oppose,
    "settle": settle,
    "offer": offer,
    "reply": reply,
    "plan": plan,
}
