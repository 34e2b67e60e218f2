"""Assigned leads become deals, once: in the first stage of the pipeline that their routing rule, their form or else the
account says, or further where the rule says so and the gates are open."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from uuid import UUID

from events.kinds import Kind
from events.models import Event
from events.record import SYSTEM, Happening, record_all
from leads.models import Lead
from pipeline import gate
from pipeline.attention import attention_of
from pipeline.closing import resume
from pipeline.dossier import dossiers_of
from pipeline.limits import limit_of
from pipeline.models import Deal, DealStatus, Pipeline, Stage, StageKind, Task, Visit
from pipeline.plan import Plan, default_pipeline, plan_of
from pipeline.standing import standing
from pipeline.upstream import tell_leads
from tenancy import clock
from tenancy.inserting import draft, insert_all


def open_deals_of(lead_ids: Sequence[UUID]) -> None:
    """Open a deal for every owned, open lead of `lead_ids` that has none, and hand open deals to their lead's owner.

    A deal that was closed because its lead was disqualified is taken up again. A constant number of statements.
    """
    leads = {lead.pk: lead for lead in _workable(lead_ids)}
    had = Deal.objects.filter(lead_id__among=leads).select_related("stage").order_by("opened_at", "id")
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
    starts = _starts(fresh)
    for pipeline, group in _by_pipeline(fresh, starts):
        _open(group, pipeline, starts)


def _starts(leads: Sequence[Lead]) -> dict[UUID, dict[str, UUID]]:
    """Where the routing rules want the deals of leads to begin: the keys of pipeline and stage, where they say so."""
    if not leads:
        return {}
    assigned = Event.objects.filter(kind=Kind.LEAD_ASSIGNED, lead_id__among=[lead.pk for lead in leads])
    said = assigned.filter(body__has_key="pipeline").order_by("occurred_at", "id").values_list("lead_id", "body")
    keys = ("pipeline", "stage")
    return {lead_id: {key: UUID(body[key]) for key in keys if body.get(key)} for lead_id, body in said}


def _by_pipeline(
    leads: Sequence[Lead], starts: Mapping[UUID, Mapping[str, UUID]]
) -> Iterator[tuple[Pipeline, list[Lead]]]:
    """Each lead in the pipeline that its routing rule, or its form, asked for, else in the account's first."""
    wanted = {lead.pk: starts.get(lead.pk, {}).get("pipeline", lead.pipeline_id) for lead in leads}
    asked = set(wanted.values()) - {None}
    known = {row.pk: row for row in Pipeline.objects.in_use().filter(pk__in=asked)} if asked else {}
    usual = default_pipeline() if any(one not in known for one in wanted.values()) else None
    groups: dict[Pipeline | None, list[Lead]] = {}
    for lead in leads:
        groups.setdefault(known.get(wanted[lead.pk], usual), []).append(lead)
    yield from ((pipeline, group) for pipeline, group in groups.items() if pipeline)


def _workable(lead_ids: Sequence[UUID]) -> list[Lead]:
    rows = Lead.objects.open().with_people().filter(pk__among=lead_ids, owner__isnull=False)
    return list(rows.select_for_update(of=("self",)).order_by("id"))


def let_go(lead_ids: Sequence[UUID]) -> None:
    """A lead without an owner has a deal without one."""
    Deal.objects.open().filter(lead_id__among=lead_ids, lead__owner=None).exclude(owner=None).update(owner=None)


def _hand_over(deals: Sequence[Deal], leads: dict[UUID, Lead]) -> None:
    """The lead's owner is the deal's; what the one before still had to do about it goes along."""
    changed = [deal for deal in deals if deal.owner_id != leads[deal.lead_id].owner_id]
    hands: dict[tuple[UUID | None, UUID | None], list[UUID]] = {}
    for deal in changed:
        hands.setdefault((deal.owner_id, leads[deal.lead_id].owner_id), []).append(deal.lead_id)
        deal.owner = leads[deal.lead_id].owner
    if changed:
        Deal.objects.bulk_update(changed, ["owner"])
    for (before, after), ids in hands.items():
        if before:
            Task.objects.filter(lead_id__among=ids, member_id=before, done_at=None).update(member_id=after)


def _open(leads: Sequence[Lead], pipeline: Pipeline, starts: Mapping[UUID, Mapping[str, UUID]]) -> None:
    now, plan = clock.now(), plan_of(pipeline.pk)
    if not plan.rows:
        return
    deals = [_new(lead, pipeline, plan.rows[0], now) for lead in leads]
    dossiers = dossiers_of(deals)
    for deal in deals:
        wanted = starts.get(deal.lead_id, {}).get("stage")
        if wanted in plan.by_id:
            deal.stage = plan.rows[_reached(plan, dossiers[deal.pk], plan.index(wanted), now)]
        deal.limit_at = limit_of(deal.stage, now)
        deal.gate = standing(dossiers[deal.pk], plan, deal.stage.pk, (), now)
        deal.attention = attention_of(deal, deal.lead, now)
    insert_all(deals)
    insert_all([draft(Visit, deal=deal, stage=deal.stage, entered_at=now) for deal in deals])
    tell_leads(deals)
    record_all(
        [
            Happening(
                Kind.DEAL_OPENED, deal.pk, deal.lead_id, SYSTEM, {"stage": deal.stage.name, "pipeline": pipeline.name}
            )
            for deal in deals
        ]
    )


def _new(lead: Lead, pipeline: Pipeline, stage: Stage, now: datetime) -> Deal:
    return draft(
        Deal,
        lead=lead,
        pipeline=pipeline,
        stage=stage,
        owner=lead.owner,
        tier=lead.tier,
        value_minor=lead.value_minor,
        currency=lead.currency,
        opened_at=now,
        entered_stage_at=now,
    )


def _reached(plan: Plan, dossier: gate.Dossier, wanted: int, now: datetime) -> int:
    """How far towards the stage that a rule asks for the gates are open: none is passed unproven."""
    at = 0
    while at < wanted and plan.rows[at + 1].kind == StageKind.OPEN:
        unmet, _ = gate.weigh(dossier, plan.gate_after(at), now)
        if unmet:
            break
        at += 1
    return at
