"""Strong fit and intent, weak authority: the right firm wants it, and we speak with somebody who cannot decide."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from events.kinds import Kind
from events.models import Event
from events.record import SYSTEM, Happening, record_all
from scoring.receipt import Receipt
from scoring.tiers import is_strong, is_weak


def is_wanted_by_somebody_else(receipt: Receipt) -> bool:
    """Whether the sub-scores say so, whatever the total."""
    fit, intent, authority = (receipt.sub_score(name) for name in ("fit", "intent", "authority"))
    return is_strong(fit) and is_strong(intent) and is_weak(authority)


def want_stakeholders(lead_ids: Sequence[UUID]) -> None:
    """Ask once in a lead's life for its stakeholders to be mapped. Records STAKEHOLDERS_WANTED; two statements."""
    if not lead_ids:
        return
    asked = Event.objects.filter(lead_id__among=lead_ids, kind=Kind.STAKEHOLDERS_WANTED)
    before = set(asked.values_list("lead_id", flat=True))
    record_all([Happening(Kind.STAKEHOLDERS_WANTED, pk, pk, SYSTEM, {}) for pk in lead_ids if pk not in before])
