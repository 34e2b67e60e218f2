"""A mail came back for good: no more mail to that address, and what was planned for it ends."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from events.kinds import Kind
from events.models import Event
from followups import stopping
from followups.models import Enrolment, Suppression

BOUNCED = "bounced"


def suppress(contact_ids: Sequence[UUID]) -> None:
    """Suppress the addresses of contacts whose mail came back for good, as their events say. Safe to repeat."""
    bounces = Event.objects.filter(kind=Kind.MAIL_BOUNCED, subject_id__in=contact_ids, body__hard=True)
    addresses = {event.body["address"] for event in bounces}
    Suppression.objects.bulk_create(
        [Suppression(email_norm=address, reason=BOUNCED) for address in sorted(addresses)], ignore_conflicts=True
    )
    running = Enrolment.objects.filter(lead__contact_id__in=contact_ids, ended_at=None).select_related("cadence")
    stopping.end_stopped(list(running.order_by("id")))
