"""Which facts the kept lead has afterwards: its own, the other's where it knows none, and those somebody chose."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from datetime import datetime
from typing import Any

from leads.merging.journal import Journal
from leads.merging.rows import is_known, value_of
from leads.models import Contact

PERSON = {
    "name": ("name", "first_name", "last_name", "name_norm"),
    "phone": ("phone", "phone_e164"),
    "job_title": ("job_title", "seniority", "department"),
    "country": ("country",),
    "language": ("language",),
}
# An address and its opt-out belong together, whoever has it.
ADDRESS = ("email", "email_norm", "unsubscribed_at")
LEAD = {
    "company": ("company_id",),
    "message": ("message",),
    "product": ("product",),
    "territory": ("territory",),
    "budget": ("budget",),
    "timeline_days": ("timeline_days",),
    "business_problem": ("business_problem",),
    "tech_stack": ("tech_stack",),
    "it_decision": ("it_decision",),
    "value": ("value_minor", "currency"),
    "campaign": ("campaign",),
    "referrer": ("referrer",),
    "owner": ("owner_id", "assigned_at"),
}
COMPANY = {
    "company": ("name", "name_norm"),
    "domain": ("domain",),
    "headcount": ("headcount",),
    "industry": ("industry",),
    "country": ("country",),
}
# What the newest enquiry says better than the one before; other facts are only filled where nothing is known.
NEWEST_COUNTS = frozenset("message product budget timeline_days business_problem value_minor currency".split())
EARLIEST = ("first_attempt_at", "first_response_at")
CHOICES = ("email", *PERSON, *(name for name in LEAD if name not in ("campaign", "referrer")))


def settle_facts(journal: Journal, take: Collection[str]) -> None:
    """Write the facts of the kept lead and its person, through the journal."""
    lead, other = journal.lead, journal.other
    own = {f"custom.{key}": (f"custom.{key}",) for key in other.custom}
    for columns in chosen(lead, other, LEAD | own, take):
        journal.copy(lead, other, columns)
    for name in EARLIEST:
        if _is_earlier(getattr(other, name), getattr(lead, name)):
            journal.copy(lead, other, {name: name})
    if lead.contact_id != other.contact_id:
        for columns in chosen(lead.contact, other.contact, PERSON, take):
            journal.copy(lead.contact, other.contact, columns)
        if other.contact.email and ("email" in take or not lead.contact.email):
            _swap_addresses(journal, lead.contact, other.contact)


def chosen(
    ours: Any, theirs: Any, facts: Mapping[str, tuple[str, ...]], take: Collection[str]
) -> Iterator[dict[str, str]]:
    """The columns of each fact that is to come from `theirs`, each under its own name."""
    for name, columns in facts.items():
        known, wanted = is_known(value_of(ours, columns[0])), is_known(value_of(theirs, columns[0]))
        if wanted and (name in take or not known):
            yield {column: column for column in columns}


def _is_earlier(theirs: datetime | None, ours: datetime | None) -> bool:
    """Whoever was called is called once: the earlier of the two times counts."""
    return theirs is not None and (ours is None or theirs < ours)


def _swap_addresses(journal: Journal, ours: Contact, theirs: Contact) -> None:
    """Each takes the other's address, so that whoever writes from either is still found."""
    mine, wanted = ({name: getattr(who, name) for name in ADDRESS} for who in (ours, theirs))
    # An address is unique at every moment: let go of one before it is given to the other.
    journal.put(theirs, email="", email_norm="", unsubscribed_at=None)
    journal.copy(ours, theirs, {name: name for name in ADDRESS}, **wanted)
    journal.put(theirs, **mine)
