"""Somebody asks. Whatever arrives becomes a lead, or one more submission of the lead it repeats.

Nothing is refused for a business reason, and nothing is lost.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Any
from uuid import UUID

from events.models import Event, Job
from events.record import By, record_all, values_of
from leads.already import forget_hidden_ids
from leads.arrival import Arrival, beginning, meeting, new_lead, submission_of
from leads.lookup import Known, look_up, named_source
from leads.mapping import Names, names_beside, translated
from leads.models import Company, Contact, Form, Lead, Source, Submission
from leads.reading import Problem, Reading, is_reachable, read, read_custom
from leads.repeat import attach, known_lead, write
from leads.vocabulary import Reader, storable
from tenancy import clock
from tenancy.inserting import draft
from tenancy.rows import Chain, Expression
from tenancy.scope import current_account

Said = dict[str, Any]
ONE_OF_US = "ON CONFLICT (account_id, domain) WHERE NOT (domain = '') DO UPDATE SET name = company.name RETURNING id"

NO_WAY = "An e-mail, a phone, a name or an external_id is needed."
UNKNOWN_SOURCE = {
    "pointer": "/source",
    "code": "unknown",
    "detail": "There is no such source; the sender's usual one was taken.",
}


class Unreachable(ValueError):
    """There is no way to reach anybody: no e-mail, phone, name or external id."""


@dataclass(frozen=True)
class Captured:
    """What became of a submission. `duplicate_of` is the lead it repeats, else None."""

    lead: Lead
    submission: Submission
    duplicate_of: Lead | None = None
    problems: list[Problem] = field(default_factory=list)
    ignored: list[str] = field(default_factory=list)
    incomplete: list[str] = field(default_factory=list)


def capture(
    payload: Mapping[str, Any],
    *,
    source: Source | None,
    channel: str,
    by: By,
    ip: str | None = None,
    received_at: datetime | None = None,
    spam: str = "",
    form: Form | None = None,
    usual: UUID | None = None,
    in_our_words: bool = False,
    by_stranger: bool = False,
) -> Captured:
    """Store one submission of the account in scope, in the transaction around it, with the jobs that follow from it.

    The same e-mail attaches to an open lead, reopens a disqualified one, and begins a new lead after won or lost; the
    same `external_id` of the same source updates. Without `source` the payload names it, else it is the `usual` one
    (its id), else the API's; the source's own names for facts are understood. `in_our_words`: somebody said
    already which value is which of our facts, so the source's names count for the rest only. `by_stranger`: anybody can
    send this, and who guesses another system's id must not change that lead, so an `external_id` stays in the raw.
    `spam` (a reason) puts the lead aside for a person to see; `form` may name its deal's pipeline.
    Records LEAD_CAPTURED, LEAD_REPEATED (and LEAD_REOPENED) or LEAD_QUARANTINED. Raises Unreachable.
    """
    raw, at = storable(dict(payload)), received_at or clock.now()
    choose = names_beside if in_our_words else dict
    reading, known = _understood(raw, source, usual, at, partial(_said, choose=choose, by_stranger=by_stranger))
    arrival = Arrival(raw, known.source, channel, by, ip, at, spam, form)
    if lead := None if spam else known_lead(known):
        submission = submission_of(lead, arrival, reading, duplicate=True)
        attach(lead, submission, reading, by=by, same_id=lead.pk == known.lead_id)
        record_all(meeting(lead, arrival))
    else:
        lead, submission = _begin(arrival, reading, known)
    return Captured(
        lead,
        submission,
        lead if submission.duplicate else None,
        reading.problems,
        reading.ignored,
        lead.incomplete,
    )


def _understood(
    raw: Mapping[str, Any], source: Source | None, usual: UUID | None, at: datetime, said_by: Callable[..., Said]
) -> tuple[Reading, Known]:
    """What was sent, and what we know of it already. Raises Unreachable."""
    named, reader = named_source(raw), Reader.of(current_account(), at, {})
    said = said_by(raw, source.mapping if source else {})
    known = _looked_up(reading := read(said, reader), source or named, usual)
    if not source and known.source.mapping:  # only now is it known by which names the sender goes
        said = said_by(raw, known.source.mapping)
        known = _looked_up(reading := read(said, reader), known.source, usual)
    if not is_reachable(said):
        raise Unreachable(NO_WAY)
    read_custom(reading, said, Reader.of(current_account(), at, known.custom))
    if not source and named not in ("", known.source.name, known.source.public_id):
        reading.problems.insert(0, UNKNOWN_SOURCE)
    return reading, known


def _said(raw: Mapping[str, Any], mapping: Names, *, choose: Callable[[Names], Names], by_stranger: bool) -> Said:
    """`raw` under our names, without what a stranger must not say."""
    said = translated(raw, choose(mapping))
    return {name: value for name, value in said.items() if name != "external_id"} if by_stranger else said


def _looked_up(reading: Reading, source: Source | str, usual: UUID | None) -> Known:
    forget_hidden_ids([reading])
    return look_up(
        source,
        email=reading.person.get("email_norm", ""),
        external_id=reading.lead.get("external_id", ""),
        domain=reading.firm.get("domain", ""),
        company=reading.firm.get("name_norm", ""),
        usual=usual,
    )


def _begin(arrival: Arrival, reading: Reading, known: Known) -> tuple[Lead, Submission]:
    """A new lead, with its person and firm where they are new too, and all that follows, in one statement."""
    chain, firm, link = Chain(), *_firm(reading, known, arrival)
    contact, is_new = _person(reading, known, firm, arrival)
    lead = new_lead(arrival, reading, contact, firm)
    if arrival.spam:
        lead.external_id = ""  # a forged one must not stand in a real lead's way
    submission = submission_of(lead, arrival, reading)
    if link and firm:
        chain.insert("firm", Company, [firm.__dict__], tail=ONE_OF_US if firm.domain else "RETURNING id")
    if is_new:
        chain.insert("person", Contact, [contact.__dict__], **link)
    chain.insert("lead_row", Lead, [lead.__dict__], **link)
    chain.insert("submission_row", Submission, [submission.__dict__])
    events, jobs = values_of([beginning(lead, submission, arrival), *meeting(lead, arrival)])
    chain.insert("event_row", Event, events).insert("job_row", Job, jobs)
    (firm_id,) = chain.fetch("SELECT id FROM firm" if link else "SELECT NULL")
    if firm and firm_id and firm.pk != firm_id:
        firm.pk = contact.company_id = lead.company_id = firm_id  # somebody else of that firm was faster
    return lead, submission


def _firm(reading: Reading, known: Known, arrival: Arrival) -> tuple[Company | None, dict[str, Expression]]:
    """The firm, and how new rows point at it while it is being inserted."""
    if known.company:
        if not arrival.spam:  # a machine teaches us nothing about real people
            write(known.company, reading.firm)
        return known.company, {}
    if not reading.firm:
        return None, {}
    return draft(Company, **reading.firm, created_at=clock.now()), {"company_id": Expression("(SELECT id FROM firm)")}


def _person(reading: Reading, known: Known, firm: Company | None, arrival: Arrival) -> tuple[Contact, bool]:
    if known.contact_id is None:
        return draft(Contact, **reading.person, company=firm, created_at=clock.now()), True
    contact: Contact = Contact.objects.select_related("company").get(pk=known.contact_id)
    if not arrival.spam:
        write(contact, reading.person)
    return contact, False
