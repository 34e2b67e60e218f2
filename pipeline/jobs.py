"""What events start here."""

from collections.abc import Sequence
from uuid import UUID

from events.jobs import job
from leads.merging import changed_in_between
from pipeline.closing import close_disqualified
from pipeline.debts import call_debts
from pipeline.imported import place
from pipeline.mailed import keep_files
from pipeline.opening import open_deals_of
from pipeline.settling import settle_leads, settle_stages

__all__ = [
    "call_debts",
    "close_deals",
    "keep_mailed_files",
    "open_deals",
    "place_imported",
    "settle_gates",
    "settle_pipeline",
    "settle_unmerged",
]


@job()
def open_deals(lead_ids: Sequence[UUID]) -> None:
    """Assigned: a deal in the first stage, or the open one handed to the new owner."""
    open_deals_of(lead_ids)


@job()
def settle_gates(lead_ids: Sequence[UUID]) -> None:
    """Something was filled in: the cards' meters."""
    settle_leads(lead_ids)


@job()
def settle_unmerged(lead_ids: Sequence[UUID]) -> None:
    """Two leads again: meters of those about which something happened."""
    settle_leads(changed_in_between(lead_ids))


@job(of="subject", batch=1)
def keep_mailed_files(payload_ids: Sequence[UUID]) -> None:
    """A mail came with files: they belong to its lead."""
    keep_files(payload_ids)


@job(of="subject", batch=1)
def settle_pipeline(stage_ids: Sequence[UUID]) -> None:
    """A stage or its criteria were edited: every card of its pipeline."""
    settle_stages(stage_ids)


@job()
def close_deals(lead_ids: Sequence[UUID]) -> None:
    """Disqualified: no open deal stays behind."""
    close_disqualified(lead_ids)


@job()
def place_imported(lead_ids: Sequence[UUID]) -> None:
    """Imported with a stage or an owner: the deals that say so."""
    place(lead_ids)
