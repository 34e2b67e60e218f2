"""Mails from real life (mails/*.eml), handed in as a mail server would."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.test import Client

from events import mail
from leads.models import Inlet, Lead, Payload, Protocol
from tenancy.ids import uuid7
from tenancy.models import Account
from tenancy.scope import scope
from tests.leads.inbound.stage import an_inlet

CHECKER = "mx.acme.example"
MAILS = Path(__file__).parent / "mails"


def mail_named(name: str, lead: Lead | None = None, **words: str) -> bytes:
    """The bytes of one mail, with our Message-ID and reply address of `lead` where it has places for them."""
    raw = (MAILS / f"{name}.eml").read_bytes()
    if lead is not None:
        words["message_id"] = mail.message_id(lead.account, lead.pk, uuid7())
        words["reply_to"] = mail.reply_address(lead.account, lead.pk)
    for word, value in words.items():
        raw = raw.replace(f"{{{word}}}".encode(), value.encode())
    return raw


def an_email_inlet(account: Account, **columns: Any) -> Inlet:
    with scope(account):
        found = Inlet.objects.filter(protocol=Protocol.EMAIL).first()
    return found or an_inlet(account, Protocol.EMAIL, **{"verified_by": CHECKER} | columns)


def vouched(raw: bytes, domain: str = "acme.example", result: str = "dmarc=pass header.from") -> bytes:
    """The same mail as our own receiving host hands it on."""
    return f"Authentication-Results: {CHECKER}; {result}={domain}\r\n".encode() + raw


def hand_in(account: Account, raw: bytes, content_type: str = "message/rfc822") -> Payload:
    """POST a mail to the account's address for mail; returns what was kept of it."""
    inlet = an_email_inlet(account)
    answered = Client().post(f"/in/{inlet.token}/email/", raw, content_type=content_type)
    assert answered.status_code == 202, answered.content
    with scope(account):
        found: Payload = Payload.objects.by_public_id(answered.json()["payload"])
        return found
