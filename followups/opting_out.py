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
from leads.models import Contact, Lead
from tenancy import clock
from tenancy.models import Account

UNSUBSCRIBED = "unsubscribed"
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
    changed = Contact.objects.filter(pk=contact.pk, unsubscribed_at=None).update(unsubscribed_at=clock.now())
    if contact.email_norm:
        Suppression.objects.get_or_create(email_norm=contact.email_norm, defaults={"reason": UNSUBSCRIBED})
    if changed:
        _record(Kind.CONTACT_UNSUBSCRIBED, contact, by)
    return bool(changed)


def resubscribe(contact: Contact, *, by: By = PROSPECT) -> bool:
    """Take it back. A bounce or a complaint stays. False if there was nothing to take back."""
    changed = Contact.objects.filter(pk=contact.pk).exclude(unsubscribed_at=None).update(unsubscribed_at=None)
    Suppression.objects.filter(email_norm=contact.email_norm, reason=UNSUBSCRIBED).delete()
    if changed:
        _record(Kind.CONTACT_RESUBSCRIBED, contact, by)
    return bool(changed)


def _record(kind: Kind, contact: Contact, by: By) -> None:
    """On the timeline of each of the person's leads."""
    leads = Lead.objects.filter(contact_id=contact.pk).order_by("id").values_list("pk", flat=True)
    record_all([Happening(kind, contact.pk, lead_id, by) for lead_id in leads])
