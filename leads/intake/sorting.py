"""What people do with what arrived: out of the spam folder, into it, away for good."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from uuid import UUID

from events.record import By
from leads.duplicates import give_to_known
from leads.merging import CannotMerge
from leads.models import Lead, Status, Submission
from leads.removal import remove_spam
from tenancy.ids import from_public

NO_SPAM, IS_SPAM = "It is no spam.", "A person said so."


def leads_of(submission_ids: Iterable[str]) -> list[Lead]:
    """The leads behind public ids of submissions; ids that mean nothing here are left out."""
    ids = {uuid for text in submission_ids if (uuid := _uuid(text))}
    found = Lead.objects.filter(submissions__in=ids).select_related("contact")
    return list(found.order_by("id").distinct("id"))


def restore(leads: Sequence[Lead], *, by: By) -> int:
    """Take leads out of the spam folder; each is scored and routed like any other, or is one more enquiry of the lead
    that the same person has already. Returns how many."""
    return sum(_restore(lead, by) for lead in leads if lead.status == Status.SPAM)


def _restore(lead: Lead, by: By) -> bool:
    try:
        return bool(give_to_known(lead, by=by)) or lead.reopen(by=by, reason=NO_SPAM)
    except CannotMerge:
        return False  # somebody restored it just now


def put_aside(leads: Sequence[Lead], *, by: By) -> int:
    """Put open leads into the spam folder: deal, clock and follow-ups end. Returns how many."""
    return sum(lead.put_aside(reason=IS_SPAM, by=by) for lead in leads)


def delete_for_good(leads: Sequence[Lead], *, by: By) -> int:
    """Delete spam that nobody ever worked on, with its person. Returns how many; the rest stays in the folder."""
    return remove_spam([lead.pk for lead in leads], by=by)


Deed = Callable[..., int]
DEEDS: dict[str, tuple[Deed, str]] = {
    "restore": (restore, "{n} out of the spam folder; scored and routed like any lead."),
    "spam": (put_aside, "{n} in the spam folder."),
    "delete": (delete_for_good, "{n} deleted for good."),
}


def _uuid(text: str) -> UUID | None:
    try:
        return from_public(Submission.PREFIX, text)
    except ValueError:
        return None
