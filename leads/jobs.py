"""Due work of capture."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING
from uuid import UUID

from events.jobs import job, outside_job
from leads.enrichment import rounds

if TYPE_CHECKING:
    from tenancy.models import Account


@job()
def enrich_leads(lead_ids: Sequence[UUID]) -> None:
    """What providers have said before, at once; what they have to be asked, later."""
    rounds.plan(lead_ids, ask_providers)


@outside_job(of="lead", patient=True)
def ask_providers(account: Account, lead_id: UUID) -> None:
    rounds.ask_about(account, lead_id, ask_providers)
