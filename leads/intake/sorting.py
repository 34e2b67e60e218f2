"""What people do with what arrived: out of the spam folder, into it, away for good."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import ProtectedError

from events.kinds import Kind
from events.record import By, record
from leads.models import Lead, Status, Submission
from tenancy.ids import from_public

NO_SPAM, IS_SPAM = "It is no spam.", "A person said so."


def leads_of(submission_ids: Iterable[str]) -> list[Lead]:
    """The leads behind public ids of submissions; ids that mean nothing here are left out."""
    ids = {uuid for text in submission_ids if (uuid := _uuid(text))}
    found = Lead.objects.filter(submissions__in=ids).select_related("contact")
    return list(found.order_by("id").distinct("id"))


def restore(leads: Sequence[Lead], *, by: By) -> int:
    """Take leads out of the spam folder; each is scored and routed like any other. Returns how many."""
    spam = [lead for lead in leads if lead.status == Status.SPAM]
    return sum(lead.reopen(by=by, reason=NO_SPAM) for lead in spam)


def put_aside(leads: Sequence[Lead], *, by: By) -> int:
    """Put open leads into the spam folder: deal, clock and follow-ups end. Returns how many."""
    return sum(lead.put_aside(reason=IS_SPAM, by=by) for lead in leads)


def delete_for_good(leads: Sequence[Lead], *, by: By) -> int:
    """Delete spam that nobody ever worked on, with its person. Returns how many; the rest stays in the folder."""
    return sum(_delete(lead, by) for lead in leads if lead.status == Status.SPAM)


Deed = Callable[..., int]
DEEDS: dict[str, tuple[Deed, str]] = {
    "restore": (restore, "{n} out of the spam folder; scored and routed like any lead."),
    "spam": (put_aside, "{n} in the spam folder."),
    "delete": (delete_for_good, "{n} deleted for good."),
}


def _delete(lead: Lead, by: By) -> bool:
    try:
        with transaction.atomic():
            lead.submissions.all().delete()
            lead.delete()
            record(Kind.LEAD_DELETED, lead.pk, by=by, lead_id=lead.pk)
    except (ProtectedError, IntegrityError):
        return False  # it was scored, routed or answered once: that history is not ours to lose
    _drop(lead.contact)
    return True


def _drop(contact: Any) -> None:
    try:
        with transaction.atomic():
            contact.delete()
    except (ProtectedError, IntegrityError):
        pass  # a real person, who has other leads


def _uuid(text: str) -> UUID | None:
    try:
        return from_public(Submission.PREFIX, text)
    except ValueError:
        return None
