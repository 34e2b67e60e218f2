"""Assigned leads become deals: in the first stage of their form's pipeline or the account's first, once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
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
    for pipeline, group in _by_pipeline(fresh):
        _open(group, pipeline)


def _by_pipeline(leads: Sequence[Lead]) -> Iterator[tuple[Pipeline, list[Lead]]]:
    """Each lead in the pipeline that its form asked for, else in the account's first."""
    asked = {lead.pipeline_id for lead in leads} - {None}
    known = {row.pk: row for row in Pipeline.objects.filter(pk__in=asked)} if asked else {}
    usual = default_pipeline() if any(lead.pipeline_id not in known for lead in leads) else None
    groups: dict[Pipeline | None, list[Lead]] = {}
    for lead in leads:
        groups.setdefault(known.get(lead.pipeline_id, usual), []).append(lead)
    yield from ((pipeline, group) for pipeline, group in groups.items() if pipeline)


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
