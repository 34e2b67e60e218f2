"""From whom of those who have a page open a change is kept: to whom its lead is hidden."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from uuid import UUID

from accounts.sight import sights_of
from events.kinds import Kind
from events.live_feed import Change
from leads.models import Lead


def kept_from(changes: Sequence[Change], listening: Collection[UUID]) -> Mapping[UUID, Collection[UUID]]:
    """The members among `listening` who don't see a lead that changed, by lead.

    Who saw it until then hears that it was given to somebody else: it leaves his page.
    """
    lead_ids = {change.lead_id for change in changes if change.lead_id}
    sights = sights_of(listening, lead_ids)
    if not sights:
        return {}
    owners = _owners(lead_ids, changes)
    return {
        lead_id: {member for member, sight in sights.items() if not any(sight.sees(one, lead_id) for one in theirs)}
        for lead_id, theirs in owners.items()
    }


def _owners(lead_ids: Collection[UUID], changes: Sequence[Change]) -> Mapping[UUID, set[UUID | None]]:
    """Whose each lead is, and was."""
    found: dict[UUID, set[UUID | None]] = defaultdict(set)
    for lead_id, owner_id in Lead.objects.filter(pk__among=lead_ids).values_list("pk", "owner_id"):
        found[lead_id].add(owner_id)
    for change in changes:
        if change.lead_id and change.kind == Kind.LEAD_ASSIGNED:
            found[change.lead_id].add(UUID(change.owner_before) if change.owner_before else None)
    return found
