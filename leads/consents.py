"""What a person agreed to, and took back: every statement with its wording, time and source, newest first."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from events.kinds import Kind
from events.models import Event
from leads.consent import BASES, CHANNELS, NO, consent_of
from leads.models import Contact, Lead, Submission

TAKEN_BACK = {
    Kind.CONTACT_UNSUBSCRIBED: "No more mail wanted",
    Kind.CONTACT_RESUBSCRIBED: "Mail is wanted again",
    Kind.CONSENT_WITHDRAWN: "Consent withdrawn",
}


@dataclass(frozen=True)
class Statement:
    """`given` is None for what is about mail only; `at` is aware, of when it reached us; `text` is the wording, or what
    was noted."""

    at: datetime
    words: str
    source: str
    given: bool | None = None
    basis: str = ""
    text: str = ""
    version: str = ""
    lines: tuple[tuple[str, str], ...] = ()

    def on_wire(self) -> dict[str, object]:
        names = ("words", "source", "given", "basis", "text", "version")
        return {"at": self.at.isoformat()} | {name: getattr(self, name) for name in names}


def consents(contact: Contact, leads: Iterable[UUID] | None = None) -> list[Statement]:
    """Every statement of this person, newest first. Two queries besides that for the leads."""
    if leads is None:
        leads = list(Lead.objects.filter(contact=contact).values_list("pk", flat=True))
    said = Submission.objects.filter(lead__in=leads).exclude(consent={}).select_related("source")
    told = Event.objects.filter(subject_id=contact.pk, kind__in=TAKEN_BACK).order_by("occurred_at")
    # One wish stands on the timeline of each lead.
    wishes = {(event.kind, event.occurred_at): event for event in told}.values()
    statements = [*filter(None, map(_statement, said)), *map(_wish, wishes)]
    return sorted(statements, key=lambda one: one.at, reverse=True)


def _statement(submission: Submission) -> Statement | None:
    shown = consent_of(submission)
    if shown is None:
        return None
    said = {key: str(value) for key, value in submission.consent.items() if value is not None}
    return Statement(
        at=submission.received_at,
        words=shown.words,
        source=submission.source.name,
        given=said.get("given", "yes").casefold() not in NO,
        basis=BASES.get(said.get("basis", "consent"), said.get("basis", "")),
        text=said.get("text", ""),
        version=said.get("version", ""),
        lines=tuple(shown.lines),
    )


def _wish(event: Event) -> Statement:
    """What somebody wished by a click, or told one of us, who noted it."""
    kind, how = Kind(event.kind), CHANNELS.get(event.body.get("channel", ""), "")
    return Statement(
        at=event.occurred_at,
        words=f"{TAKEN_BACK[kind]} {how}".strip(),
        source=event.actor_name or "Tollgate",
        given=False if kind == Kind.CONSENT_WITHDRAWN else None,
        text=event.body.get("note", ""),
    )
