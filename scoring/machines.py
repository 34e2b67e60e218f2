"""Telling machines from people among signals that come in: what they said of themselves, and what we know ourselves."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import reduce
from operator import or_
from typing import TYPE_CHECKING
from uuid import UUID

from django.db.models import Q

from events.kinds import Kind
from events.models import Event
from scoring.bots import AROUND, AT_ONCE, OF_MAIL, is_around, is_at_once, is_scanner
from scoring.models import Signal

if TYPE_CHECKING:
    from scoring.engagement import Sent


def sendings_of(seen: Iterable[tuple[UUID | None, str, datetime]]) -> dict[UUID | None, list[datetime]]:
    """When we sent mail to the leads of these (lead, kind, time), as far as it matters; at most one statement."""
    moments = [(lead_id, at) for lead_id, kind, at in seen if lead_id and kind in OF_MAIL]
    found: dict[UUID | None, list[datetime]] = {}
    if moments:
        first, last = min(at for _, at in moments) - AT_ONCE, max(at for _, at in moments)
        sent = Event.objects.filter(
            lead_id__in={lead_id for lead_id, _ in moments}, kind=Kind.MESSAGE_SENT, occurred_at__range=(first, last)
        )
        for lead_id, at in sent.values_list("lead_id", "occurred_at"):
            found.setdefault(lead_id, []).append(at)
    return found


def traps_of(seen: Iterable[tuple[UUID | None, str, datetime]]) -> dict[UUID | None, list[datetime]]:
    """When a trap in the mails of these leads was touched, around these (lead, kind, time); at most one statement."""
    moments = [(lead_id, at) for lead_id, kind, at in seen if lead_id and kind in OF_MAIL]
    found: dict[UUID | None, list[datetime]] = {}
    if moments:
        first, last = min(at for _, at in moments) - AROUND, max(at for _, at in moments) + AROUND
        touched = Signal.objects.filter(
            lead__among={lead_id for lead_id, _ in moments}, trap=True, occurred_at__range=(first, last)
        )
        for lead_id, at in touched.values_list("lead_id", "occurred_at"):
            found.setdefault(lead_id, []).append(at)
    return found


def by_machine(one: Sent, sendings: Sequence[datetime], traps: Sequence[datetime]) -> bool:
    """Whether a machine did it; `sendings` are the times of our own mail to its lead, `traps` those at which one of a
    mail was touched."""
    sent = [*sendings, one.sent_at] if one.sent_at else sendings
    told = one.bot or one.trap or is_scanner(one.user_agent)
    return told or is_at_once(one.kind, one.occurred_at, sent) or is_around(one.kind, one.occurred_at, traps)


def unmask(trapped: Sequence[tuple[UUID | None, datetime]]) -> set[UUID]:
    """What else happened in a lead's mails around the moment a trap was touched was the same machine.

    Returns the leads for which that changes something. One statement, none without a trap.
    """
    places = [Q(lead_id=lead_id, occurred_at__range=(at - AROUND, at + AROUND)) for lead_id, at in trapped if lead_id]
    if not places:
        return set()
    taken_in = Signal.objects.filter(reduce(or_, places), kind__in=OF_MAIL, bot=False)
    leads = set(taken_in.values_list("lead_id", flat=True))
    taken_in.update(bot=True)
    return leads
