"""A ticket in a link's address: whose browser this is, told by our redirect to the website's tracking script.

Short-lived and signed for one account: nobody can claim to be somebody else's lead, and a kept address tells nothing.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from django.core.signing import BadSignature, Signer

from tenancy.models import Account

TICKET = "tg"  # the parameter; static/js/embed/track.js reads and removes it
LASTS = timedelta(minutes=30)  # the visitor may take a while to agree to be followed


def ticket(account: Account, lead_id: UUID, now: datetime) -> str:
    """A ticket that says, until half an hour from `now` (aware), that a browser is the lead's."""
    return _signer(account).sign_object([lead_id.hex, int((now + LASTS).timestamp())])


def lead_on(account: Account, text: object, now: datetime) -> UUID | None:
    """The lead that a ticket of this account names; None for one that is forged, too old or another account's."""
    try:
        lead, until = _signer(account).unsign_object(str(text))
        return UUID(hex=lead) if now.timestamp() <= until else None
    except (BadSignature, ValueError, TypeError, AttributeError):
        return None


def _signer(account: Account) -> Signer:
    return Signer(salt=f"ticket {account.pk.hex}")
