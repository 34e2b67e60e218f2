"""What a person agreed to with one submission, as it is shown: basis, the text as it stood there, when, from where."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.formats import date_format

from leads.models import Submission

BASES = {
    "consent": "Consent",
    "contract": "Contract",
    "legitimate_interest": "Legitimate interest",
    "legal_obligation": "Legal obligation",
}
CHANNELS = {
    "phone": "by phone",
    "person": "in person",
    "email": "by e-mail",
    "letter": "by letter",
    "other": "otherwise",
}
NO = frozenset({"no", "false", "0", "off", "nein", "non"})


@dataclass(frozen=True)
class Consent:
    """`words` is the headline, `lines` are (label, value)."""

    words: str
    lines: list[tuple[str, str]]


def consent_of(submission: Submission) -> Consent | None:
    """None where a submission says nothing of consent."""
    said = {str(key): str(value) for key, value in submission.consent.items() if value not in (None, "")}
    if not said:
        return None
    basis = BASES.get(said.get("basis", "consent"), said.get("basis", ""))
    refused = said.get("given", "yes").casefold() in NO
    lines = [
        ("Basis", "" if refused else basis),
        ("Text", said.get("text", "")),
        ("Version", said.get("version", "")),
        ("Time", _time(said.get("at", ""), submission)),
        ("IP address", said.get("ip") or submission.ip or ""),
    ]
    others = [(key.capitalize(), value) for key, value in said.items() if key not in KNOWN]
    return Consent("Did not agree" if refused else f"Agreed: {basis}", [line for line in lines + others if line[1]])


KNOWN = frozenset({"basis", "given", "text", "version", "at", "ip"})


def _time(written: str, submission: Submission) -> str:
    """When it was given, as the sender says; else when it arrived. In the reader's zone."""
    try:
        at = parse_datetime(written)
    except ValueError:
        at = None
    if at is None or timezone.is_naive(at):
        at = submission.received_at
    try:
        return date_format(timezone.localtime(at), "j M Y, H:i")
    except OverflowError:
        return written
