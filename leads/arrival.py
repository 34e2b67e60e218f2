"""How a submission came, and the rows it makes: what one capture and a batch of them share."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from events.kinds import Kind
from events.record import By, Happening
from leads.changes import searchable
from leads.models import Company, Contact, Form, Lead, Source, Status, Submission
from leads.reading import Reading
from tenancy import clock
from tenancy.inserting import draft

LONGEST_VISITOR = 64


@dataclass
class Arrival:
    """How a submission came: over which channel, from where and when; `spam` says why it is none, if so."""

    raw: Mapping[str, Any]
    source: Source
    channel: str
    by: By
    ip: str | None
    received_at: datetime
    spam: str = ""
    form: Form | None = None


def new_lead(arrival: Arrival, reading: Reading, contact: Contact, firm: Company | None) -> Lead:
    """The unsaved lead that `arrival` begins."""
    lead = draft(
        Lead,
        contact=contact,
        company=firm or contact.company,
        source=arrival.source,
        status=Status.SPAM if arrival.spam else Status.OPEN,
        incomplete=reading.missing(arrival.source.required),
        campaign=reading.campaign,
        pipeline_id=arrival.form.pipeline_id if arrival.form else None,
        captured_at=arrival.received_at,
        updated_at=clock.now(),
        **reading.lead,
    )
    lead.search_text = searchable(lead)
    return lead


def submission_of(lead: Lead, arrival: Arrival, reading: Reading, *, duplicate: bool = False) -> Submission:
    """What arrived, verbatim, as an unsaved submission of `lead`."""
    return draft(
        Submission,
        lead=lead,
        source=arrival.source,
        channel=arrival.channel,
        raw=arrival.raw,
        ignored=reading.ignored,
        problems=reading.problems,
        campaign=reading.campaign,
        consent=reading.consent,
        ip=arrival.ip,
        duplicate=duplicate,
        spam=arrival.spam[:200],
        form=arrival.form,
        received_at=arrival.received_at,
    )


def beginning(lead: Lead, submission: Submission, arrival: Arrival) -> Happening:
    """LEAD_CAPTURED, or LEAD_QUARANTINED with the reason."""
    body = {
        "source": arrival.source.name,
        "channel": arrival.channel,
        "submission": submission.public_id,
        "incomplete": lead.incomplete,
        "message": lead.message[:500],
    }
    kind = Kind.LEAD_QUARANTINED if arrival.spam else Kind.LEAD_CAPTURED
    reason = {"reason": arrival.spam} if arrival.spam else {}
    return Happening(kind, lead.id, lead.id, arrival.by, body | reason, arrival.received_at)


def meeting(lead: Lead, arrival: Arrival) -> list[Happening]:
    """VISITOR_MET, where the submission names the browser it came from; never for a machine's."""
    visitor = arrival.raw.get("visitor")
    if arrival.spam or not isinstance(visitor, str) or not 0 < len(visitor := visitor.strip()) <= LONGEST_VISITOR:
        return []
    return [Happening(Kind.VISITOR_MET, lead.pk, lead.pk, arrival.by, {"visitor": visitor}, arrival.received_at)]
