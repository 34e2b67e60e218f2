"""One order of locks for everybody who changes a deal: its lead first, then the deal."""

from __future__ import annotations

from uuid import UUID

from leads.models import Lead
from leads.models.lead import WITH_PEOPLE
from pipeline.models import Deal, Stage
from pipeline.refusals import Stale
from tenancy.knowing import row_of
from tenancy.prepared import prepared

IN_USE = "SELECT removed_at IS NULL FROM stage WHERE account_id = %s AND id = %s"
SHARED, ALONE = f"{IN_USE} FOR SHARE", f"{IN_USE} FOR NO KEY UPDATE"


def locked(deal_id: UUID, lead_id: UUID | None = None) -> Deal:
    """The deal and its lead (with its people), locked until the transaction ends. `lead_id`: its lead, if known."""
    lead_id = lead_id or Deal.objects.values_list("lead_id", flat=True).get(pk=deal_id)
    lead = _lead(lead_id)
    deal = row_of(Deal, id=deal_id, along=("owner", "stage"), locked=True)
    if deal is None:
        raise Deal.DoesNotExist
    deal.lead = lead if deal.lead_id == lead_id else _lead(deal.lead_id)  # merged meanwhile
    return deal


def _lead(lead_id: UUID) -> Lead:
    found = row_of(Lead, id=lead_id, along=WITH_PEOPLE, locked=True)
    if found is None:
        raise Lead.DoesNotExist
    return found


def hold(stage: Stage) -> bool:
    """Keep `stage` as it is until the transaction ends: nobody takes it out meanwhile and, where it takes only so many
    deals, no other comes in. False if it was taken out before."""
    cursor = prepared()
    cursor.execute(SHARED if stage.wip is None else ALONE, [stage.account_id, stage.pk])
    row = cursor.fetchone()
    return bool(row and row[0])


def refuse_stale(deal: Deal, version: int | None) -> None:
    """Raise Stale unless `version` (None: whatever it is) is the deal's."""
    if version is not None and version != deal.version:
        raise Stale(deal)
