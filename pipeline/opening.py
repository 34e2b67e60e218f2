"""Assigned leads become deals: in the first stage of the account's first pipeline, once."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from events.kinds import Kind
from events.record import SYSTEM, Happening, record_all
from leads.models import Lead
from pipeline.closing import resume
from pipeline.dossier import dossiers_of
from pipeline.limits import limit_of
from pipeline.models import Deal, DealStatus, Pipeline, Visit
from pipeline.plan import default_pipeline, plan_of
from pipeline.standing import standing
from pipeline.upstream import tell_leads
from tenancy import clock


def open_deals_of(lead_ids: Sequence[UUID]) -> None:
    """Open a deal for every owned, open lead of `lead_ids` that has none, and hand open deals to their lead's owner.

    A deal that was closed because its lead was disqualified is taken up again. A constant number of statements.
    """
    leads = {lead.pk: lead for lead in _workable(lead_ids)}
    had = Deal.objects.filter(lead_id__in=leads).select_related("stage").order_by("opened_at", "id")
    latest = {deal.lead_id: deal for deal in had}
    open_ones = [deal for deal in latest.values() if deal.status == DealStatus.OPEN]
    _hand_over(open_ones, leads)
    left = [deal for deal in latest.values() if deal.status == DealStatus.DISQUALIFIED]
    for deal in left:
        deal.lead = leads[deal.lead_id]
    if left:
        resume(left, by=SYSTEM, reason="The lead came back.")
        _hand_over(left, leads)
    done = {deal.lead_id for deal in (*open_ones, *left)}
    fresh = [lead for lead in leads.values() if lead.pk not in done]
    if fresh and (pipeline := default_pipeline()):
        _open(fresh, pipeline)


def _workable(lead_ids: Sequence[UUID]) -> list[Lead]:
    rows = Lead.objects.open().with_people().filter(pk__in=lead_ids, owner__isnull=False)
    return list(rows.select_for_update(of=("self",)).order_by("id"))


def _hand_over(deals: Sequence[Deal], leads: dict[UUID, Lead]) -> None:
    """The lead's owner is the deal's."""
    changed = [deal for deal in deals if deal.owner_id != leads[deal.lead_id].owner_id]
    for deal in changed:
        deal.owner = leads[deal.lead_id].owner
    if changed:
        Deal.objects.bulk_update(changed, ["owner"])


def _open(leads: Sequence[Lead], pipeline: Pipeline) -> None:
    now, plan = clock.now(), plan_of(pipeline.pk)
    if not plan.rows:
        return
    first = plan.rows[0]
    limit_at = limit_of(first, now)
    deals = [
        Deal(
            lead=lead,
            pipeline=pipeline,
            stage=first,
            owner=lead.owner,
            tier=lead.tier,
            value_minor=lead.value_minor,
            currency=lead.currency,
            opened_at=now,
            entered_stage_at=now,
            limit_at=limit_at,
        )
        for lead in leads
    ]
    dossiers = dossiers_of(deals)
    for deal in deals:
        deal.gate = standing(dossiers[deal.pk], plan, first.pk, (), now)
    Deal.objects.bulk_create(deals)
    Visit.objects.bulk_create([Visit(deal=deal, stage=first, entered_at=now) for deal in deals])
    tell_leads(deals)
    record_all(
        [
            Happening(Kind.DEAL_OPENED, deal.pk, deal.lead_id, SYSTEM, {"stage": first.name, "pipeline": pipeline.name})
            for deal in deals
        ]
    )
