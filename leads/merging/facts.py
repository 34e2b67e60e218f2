"""Which facts the kept lead has afterwards: its own, the other's where it knows none, and those somebody chose."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from leads.merging.journal import Journal
from leads.models import Contact, Lead

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
# What the newest enquiry says better than the one before; other facts are only filled where nothing is known.
NEWEST_COUNTS = frozenset("message product budget timeline_days business_problem value_minor currency".split())
EARLIEST = ("first_attempt_at", "first_response_at")
CHOICES = ("email", *PERSON, *(name for name in LEAD if name not in ("campaign", "referrer")))


def settle_facts(journal: Journal, take: Collection[str]) -> None:
    """Write the facts of the kept lead and its person, through the journal."""
    lead, other = journal.lead, journal.other
    journal.put(lead, **_chosen(lead, other, LEAD, take), custom=_custom(lead, other, take), **_earliest(lead, other))
    if lead.contact_id != other.contact_id:
        journal.put(lead.contact, **_chosen(lead.contact, other.contact, PERSON, take))
        if "email" in take or not lead.contact.email:
            _swap_addresses(journal, lead.contact, other.contact)


def _chosen(ours: Any, theirs: Any, facts: dict[str, tuple[str, ...]], take: Collection[str]) -> dict[str, Any]:
    chosen: dict[str, Any] = {}
    for name, columns in facts.items():
        known, wanted = getattr(ours, columns[0]), getattr(theirs, columns[0])
        if _is_known(wanted) and (name in take or not _is_known(known)):
            chosen |= {column: getattr(theirs, column) for column in columns}
    return chosen


def _is_known(value: Any) -> bool:
    return value not in (None, "", [], {})


def _custom(lead: Lead, other: Lead, take: Collection[str]) -> dict[str, Any]:
    taken = {key: value for key, value in other.custom.items() if f"custom.{key}" in take}
    custom: dict[str, Any] = other.custom | lead.custom | taken
    return custom


def _earliest(lead: Lead, other: Lead) -> dict[str, Any]:
    """Whoever was called is called once: the earlier of the two times counts."""
    pairs = {name: [at for at in (getattr(lead, name), getattr(other, name)) if at] for name in EARLIEST}
    return {name: min(times) if times else None for name, times in pairs.items()}


def _swap_addresses(journal: Journal, ours: Contact, theirs: Contact) -> None:
    """Each takes the other's address, so that whoever writes from either is still found."""
    mine, wanted = ({name: getattr(who, name) for name in ADDRESS} for who in (ours, theirs))
    # An address is unique at every moment: let go of one before it is given to the other.
    journal.put(theirs, email="", email_norm="", unsubscribed_at=None)
    journal.put(ours, **wanted)
    journal.put(theirs, **mine)
