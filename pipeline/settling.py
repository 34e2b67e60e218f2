"""Keep what cards show of their gates up to date."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from pipeline.attention import attention_of
from pipeline.debts import call_back, prove
from pipeline.dossier import dossiers_of
from pipeline.limits import limit_of
from pipeline.models import Deal, DealQuerySet, Stage
from pipeline.plan import plans_of
from pipeline.standing import debts_of, owed_by, standing
from pipeline.upstream import tell_leads
from tenancy import clock

CHUNK = 500
WRITTEN = ["gate", "owed_by", "tier", "limit_at", "attention", "value_minor", "currency"]


def settle(deals: Sequence[Deal]) -> None:
    """Work out anew how these open deals stand before their gates; the lead's tier and value are taken over."""
    now = clock.now()
    plans, dossiers, debts = plans_of({deal.pipeline_id for deal in deals}), dossiers_of(deals), debts_of(deals)
    changed, proven, owing = [], [], []
    for deal in deals:
        stands = standing(dossiers[deal.pk], plans[deal.pipeline_id], deal.stage_id, debts[deal.pk], now)
        valued = deal.value_minor is None and deal.lead.value_minor is not None
        if valued:
            deal.value_minor, deal.currency = deal.lead.value_minor, deal.lead.currency
        limit_at = limit_of(plans[deal.pipeline_id].by_id[deal.stage_id], deal.entered_stage_at)
        if deal.gate.get("owed") and not stands["owed"]:
            proven.append(deal)
        if deal.gate.get("owed") == 0 and stands["owed"]:
            owing.append(deal)
        before = (deal.gate, deal.tier, deal.limit_at, deal.attention)
        deal.gate, deal.owed_by, deal.tier, deal.limit_at = stands, owed_by(stands), deal.lead.tier, limit_at
        deal.attention = attention_of(deal, deal.lead, now)
        if valued or before != (deal.gate, deal.tier, deal.limit_at, deal.attention):
            changed.append(deal)
    if changed:
        Deal.objects.bulk_update(changed, WRITTEN)
    if proven:
        prove(proven)
    if owing:
        call_back(owing)


def settle_leads(lead_ids: Sequence[UUID]) -> None:
    """Settle the open deals of these leads."""
    if deals := _locked(Deal.objects.open().filter(lead_id__among=lead_ids)):
        settle(deals)


def settle_stages(stage_ids: Sequence[UUID]) -> None:
    """Settle every open deal of these stages' pipelines, after a stage or its criteria changed, and tell their leads
    what their stage is called by now."""
    pipelines = Stage.objects.filter(pk__in=stage_ids).values("pipeline_id")
    ids = list(Deal.objects.open().filter(pipeline_id__in=pipelines).order_by("id").values_list("pk", flat=True))
    for start in range(0, len(ids), CHUNK):
        deals = _locked(Deal.objects.open().filter(pk__in=ids[start : start + CHUNK]))
        settle(deals)
        tell_leads([deal for deal in deals if _renamed(deal)])


def _renamed(deal: Deal) -> bool:
    return (deal.lead.stage_name, deal.lead.stage_number) != (deal.stage.name, deal.stage.position + 1)


def _locked(deals: DealQuerySet) -> list[Deal]:
    people = ("owner", "stage", "lead__contact", "lead__company", "lead__source", "lead__owner")
    return list(deals.select_related(*people).select_for_update(of=("self",)).order_by("id"))
