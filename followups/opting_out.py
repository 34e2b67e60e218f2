"""No more mails: the signed link below each one, and what it does."""

from __future__ import annotations

import base64
import binascii
from uuid import UUID

from django.conf import settings
from django.core.signing import BadSignature, Signer

from accounts.middleware import outside_url
from events.kinds import Kind
from events.record import PROSPECT, By, Happening, record_all
from followups.models import Suppression
from followups.suppression import lift
from leads.models import Contact, Lead
from leads.normalise import text
from tenancy import clock
from tenancy.models import Account

UNSUBSCRIBED = "unsubscribed"
NOTE = 500  # characters
_signer = Signer(sep=".", salt="followups.opting_out")


def token(account: Account, contact_id: UUID) -> str:
    """The signed link's secret: account and contact."""
    return _signer.sign(base64.urlsafe_b64encode(account.pk.bytes + contact_id.bytes).decode().rstrip("="))


def behind(text: str) -> tuple[UUID, UUID]:
    """The ids of account and contact in a token. Raises ValueError for one that we did not sign."""
    try:
        raw = base64.urlsafe_b64decode(_signer.unsign(text) + "==")
        return UUID(bytes=raw[:16]), UUID(bytes=raw[16:])
    except (BadSignature, binascii.Error) as error:
        raise ValueError(str(error)) from error


def unsubscribe_url(account: Account, contact_id: UUID) -> str:
    return settings.PUBLIC_URL + outside_url("unsubscribe", token(account, contact_id))


def unsubscribe(contact: Contact, *, by: By = PROSPECT) -> bool:
    """No automatic mail to this person from now on, whatever is planned. False if it was so already."""
    changed = _suppress(contact)
    if changed:
        _record(Kind.CONTACT_UNSUBSCRIBED, contact, by)
    return changed


def withdraw_consent(contact: Contact, *, channel: str, note: str = "", by: By) -> None:
    """The same because they told one of us, by one of CHANNELS (leads/consent.py). It stands in the consent history
    with the note, even where mail had stopped before."""
    _suppress(contact)
    _record(Kind.CONSENT_WITHDRAWN, contact, by, channel=channel, note=_noted(note))


def resubscribe(contact: Contact, *, by: By = PROSPECT, channel: str = "", note: str = "") -> bool:
    """Take it back, by a click or as they told one of us. A bounce or a complaint stays. False if there was nothing to
    take back."""
    changed = Contact.objects.filter(pk=contact.pk).exclude(unsubscribed_at=None).update(unsubscribed_at=None)
    lift(contact.email_norm, UNSUBSCRIBED)
    if changed:
        _record(Kind.CONTACT_RESUBSCRIBED, contact, by, channel=channel, note=_noted(note))
    return bool(changed)


def _suppress(contact: Contact) -> bool:
    changed = Contact.objects.filter(pk=contact.pk, unsubscribed_at=None).update(unsubscribed_at=clock.now())
    if contact.email_norm:
        Suppression.objects.get_or_create(email_norm=contact.email_norm, defaults={"reason": UNSUBSCRIBED})
    return bool(changed)


def _record(kind: Kind, contact: Contact, by: By, **told: str) -> None:
    """On the timeline of each of the person's leads."""
    leads = Lead.objects.filter(contact_id=contact.pk).order_by("id").values_list("pk", flat=True)
    record_all([Happening(kind, contact.pk, lead_id, by, dict(told)) for lead_id in leads])


def _noted(note: str) -> str:
    return text(note[:NOTE], NOTE)
