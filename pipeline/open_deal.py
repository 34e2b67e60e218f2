"""Where a lead's deal stands, gathered once for all parts of the lead page."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from leads.models import Lead
from pipeline import gate
from pipeline.dossier import dossier_of
from pipeline.models import Deal, DealStatus
from pipeline.plan import Plan, plan_of
from tenancy import clock


@dataclass(frozen=True)
class Standing:
    """The newest deal with its pipeline, and what is known of it."""

    deal: Deal
    plan: Plan
    dossier: gate.Dossier
    now: datetime

    @property
    def is_open(self) -> bool:
        return self.deal.status == DealStatus.OPEN

    @property
    def here(self) -> int:
        return self.plan.index(self.deal.stage_id)

    def weigh(self, index: int) -> tuple[tuple[gate.Unmet, ...], tuple[gate.Met, ...]]:
        """What is missing and what is there at the gate after stage number `index`."""
        return gate.weigh(self.dossier, self.plan.gate_after(index), self.now)


def standing_of(lead: Lead) -> Standing | None:
    """How the lead's newest deal stands; None while it has none."""
    deal: Deal | None = Deal.objects.filter(lead=lead).order_by("-opened_at", "-id").first()
    if deal is None:
        return None
    deal.lead = lead
    if deal.owner_id == lead.owner_id:
        deal.owner = lead.owner  # the same person, read already
    return Standing(deal, plan_of(deal.pipeline_id), dossier_of(deal), clock.now())
