"""A telephone system's call log: each call is an activity of the caller's lead, or a lead where nobody knows them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from django.utils.dateparse import parse_datetime

from accounts.models import Member
from events.models import Actor
from events.record import By
from leads import normalise
from leads.capture import Unreachable, capture
from leads.inbound.outcome import Rejected, Taken
from leads.inbound.paths import facts_at
from leads.models import Activity, ActivityKind, Contact, Lead, Payload, Status
from tenancy import clock
from tenancy.scope import current_account
from tenancy.serializers import EARLIEST

# What a mapping may name, and what telephone systems call it when there is no mapping.
FACTS: dict[str, tuple[str, ...]] = {
    "phone": ("phone", "caller", "caller_number", "customer_number", "external_number", "number"),
    "from": ("from", "from_number", "src", "source_number"),
    "to": ("to", "to_number", "dst", "destination", "called_number"),
    "direction": ("direction", "call_direction", "type"),
    "outcome": ("outcome", "status", "disposition", "call_status", "result", "hangup_cause"),
    "duration": ("duration", "duration_seconds", "billsec", "call_duration", "talk_time"),
    "started_at": ("started_at", "start_time", "start", "timestamp", "time", "created_at", "occurred_at"),
    "agent": ("agent", "agent_email", "user_email", "answered_by", "extension_email"),
    "name": ("name", "caller_name", "contact_name", "cnam"),
    "email": ("email", "caller_email"),
    "company": ("company", "company_name"),
    "note": ("note", "notes", "comment", "summary", "transcript"),
    "recording": ("recording", "recording_url"),
}
_SPOKE = ("spoke", "answered", "completed", "complete", "connected", "success", "talked")
_OUTCOMES = {
    "voicemail": ("voicemail", "voice_mail", "answering_machine", "machine"),
    "no_answer": ("no_answer", "noanswer", "missed", "busy", "cancel", "canceled", "cancelled", "failed", "abandoned"),
    "wrong_number": ("wrong_number", "invalid_number", "unallocated"),
}


def take(payload: Payload, item: Mapping[str, Any]) -> Taken:
    """Log one call. Raises Rejected when nobody's number is in it."""
    call = read(item, payload.inlet.mapping if payload.inlet else {})
    incoming = is_incoming(call)
    number = call.get("phone") or call.get("from" if incoming else "to")
    by = By(Actor.SYSTEM, name=str(payload.inlet))
    lead, submission_id = lead_of(number, call.get("email")), None
    if lead is None:
        facts = {name: call[name] for name in ("name", "email", "company") if call.get(name)} | {"phone": number}
        try:
            made = capture(
                facts,
                source=payload.source,
                channel="call",
                by=by,
                received_at=payload.received_at,
                in_our_words=True,
            )
        except Unreachable:
            raise Rejected("There is no telephone number in it.") from None
        lead, submission_id = made.lead, made.submission.pk
    activity = _log(lead, call, incoming=incoming, by=by)
    return Taken(lead, submission_id, "" if activity.outcome else "It does not say how the call ended.")


def read(item: Mapping[str, Any], mapping: Mapping[str, str]) -> dict[str, Any]:
    """The facts of a call, by the mapping where there is one, else by the names that are usual."""
    if mapping:
        return facts_at(dict(item), mapping)
    known = {re.sub(r"\W+", "_", key.lower()): value for key, value in item.items()}
    found = {fact: next((known[name] for name in names if known.get(name)), None) for fact, names in FACTS.items()}
    return {fact: value for fact, value in found.items() if value not in (None, "")}


def is_incoming(call: Mapping[str, Any]) -> bool:
    """They called us; so it is assumed where nothing is said, as a call log's new number is a caller's."""
    return not str(call.get("direction", "")).strip().lower().startswith("out")


def outcome_of(call: Mapping[str, Any]) -> str:
    """`spoke`, `no_answer`, `voicemail`, `wrong_number`, or "" when it is not said. No seconds, no talk."""
    said = re.sub(r"\W+", "_", str(call.get("outcome", "")).strip().lower())
    for outcome, words in _OUTCOMES.items():
        if said in words:
            return outcome
    seconds = seconds_of(call.get("duration"))
    if said in _SPOKE:
        return "no_answer" if seconds == 0 else "spoke"
    return "spoke" if not said and seconds else ""


def seconds_of(value: Any) -> int | None:
    """A duration in seconds, from a number or `h:mm:ss`; None when it is neither."""
    parts = str(value).strip().split(":")
    if not 1 <= len(parts) <= 3 or not all(re.fullmatch(r"\d{1,6}(\.\d*)?", part) for part in parts):
        return None
    seconds = 0.0
    for part in parts:
        seconds = seconds * 60 + float(part)
    return int(seconds)


def lead_of(number: Any, address: Any = None) -> Lead | None:
    """The newest open lead of who has this number or address; else the newest of theirs that is not put aside."""
    people = _people(number, address)
    if not people:
        return None
    leads = Lead.objects.filter(contact_id__in=people).exclude(status__in=[Status.SPAM, Status.MERGED])
    of_person = sorted(leads, key=lambda lead: (lead.status == Status.OPEN, lead.captured_at), reverse=True)
    # After won, lost or disqualified capture decides what a new contact means.
    return of_person[0] if of_person and of_person[0].status == Status.OPEN else None


def _people(number: Any, address: Any) -> list[Any]:
    try:
        if number:
            e164, _ = normalise.phone(number, current_account().country)
            found = list(Contact.objects.filter(phone_e164=e164).values_list("pk", flat=True)[:20])
            if found:
                return found
        if address:
            return list(Contact.objects.filter(email_norm=normalise.email(address)).values_list("pk", flat=True))
    except normalise.Malformed:
        return []
    return []


def _log(lead: Lead, call: Mapping[str, Any], *, incoming: bool, by: By) -> Activity:
    agent = str(call.get("agent") or "").strip().lower()
    member = Member.objects.active().filter(user__email=agent).first() if agent else None
    seconds = seconds_of(call.get("duration"))
    length = f"{seconds // 60}:{seconds % 60:02d} minutes." if seconds else ""
    parts = [length, str(call.get("note") or ""), str(call.get("recording") or "")]
    return lead.log_activity(
        kind=ActivityKind.CALL,
        by=member.by if member else by,
        direction="in" if incoming else "out",
        outcome=outcome_of(call),
        body="\n".join(part for part in parts if part)[:20_000],
        occurred_at=_moment(call.get("started_at")),
        member=member,
    )


def _moment(value: Any) -> datetime:
    """When the call began (aware); now where it is not said, is no time, is yet to come or of another age."""
    now = clock.now()
    try:
        number = float(value)
        at: datetime | None = datetime.fromtimestamp(number / 1000 if number > 10**11 else number, UTC)
    except (TypeError, ValueError, OverflowError, OSError):
        at = _written(value)
    return at if at and at.year >= EARLIEST and at <= now else now


def _written(value: Any) -> datetime | None:
    try:
        at = parse_datetime(str(value))
    except ValueError:
        return None
    return at.replace(tzinfo=UTC) if at and at.tzinfo is None else at
