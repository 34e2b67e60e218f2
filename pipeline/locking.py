"""One order of locks for everybody who changes a deal: its lead first, then the deal."""

from __future__ import annotations

from uuid import UUID

from leads.models import Lead
from pipeline.models import Deal
from pipeline.refusals import Stale


def locked(deal_id: UUID) -> Deal:
    """The deal and its lead (with its people), locked until the transaction ends."""
    lead_id = Deal.objects.values_list("lead_id", flat=True).get(pk=deal_id)
    lead = Lead.objects.with_people().select_for_update(of=("self",)).get(pk=lead_id)
    deal: Deal = Deal.objects.select_related("owner", "stage").select_for_update(of=("self",)).get(pk=deal_id)
    deal.lead = lead
    return deal


def refuse_stale(deal: Deal, version: int | None) -> None:
    """Raise Stale unless `version` (None: whatever it is) is the deal's."""
    if version is not None and version != deal.version:
        raise Stale(deal)
