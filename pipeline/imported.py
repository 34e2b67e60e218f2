"""Leads that come over from another system stand where they stood there: a deal in that stage, or one that is over."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from events.kinds import Kind
from events.models import Event
from leads.models import Lead
from pipeline.dossier import dossiers_of
from pipeline.limits import limit_of
from pipeline.models import Deal, DealStatus, Stage, StageKind, Visit
from pipeline.plan import Plan, default_pipeline, plan_of
from pipeline.standing import standing
from pipeline.upstream import tell_leads
from tenancy import clock

WON = frozenset({"won", "closed won", "closedwon", "customer", "converted", "gewonnen", "gagné", "1", "true", "yes"})
LOST = frozenset(
    {"lost", "closed lost", "closedlost", "unqualified", "junk lead", "verloren", "perdu", "0", "false", "no"}
)


def place(lead_ids: Sequence[UUID]) -> None:
    """Make the deals of imported leads that have none, by the stages their LEAD_IMPORTED events name.

    A stage of ours by that name is taken, words for won and lost end the deal, anything else is the first stage. No
    event is recorded: nothing happened today. A constant number of statements.
    """
    pipeline = default_pipeline()
    leads = {lead.pk: lead for lead in Lead.objects.with_people().filter(pk__in=lead_ids, deal_id=None).order_by("id")}
    if pipeline is None or not leads:
        return
    plan = plan_of(pipeline.pk)
    if not plan.rows:
        return
    deals = [_deal(leads[event.lead_id], event.body, plan) for event in _said(leads)]
    dossiers = dossiers_of(deals)
    for deal in deals:
        deal.gate = standing(dossiers[deal.pk], plan, deal.stage_id, (), clock.now())
    Deal.objects.bulk_create(deals)
    Visit.objects.bulk_create(
        [Visit(deal=deal, stage=deal.stage, entered_at=deal.entered_stage_at, left_at=deal.closed_at) for deal in deals]
    )
    tell_leads(deals)


def _said(leads: Mapping[UUID, Lead]) -> list[Event]:
    """The newest word on each lead that has an owner or a stage."""
    told = Event.objects.filter(kind=Kind.LEAD_IMPORTED, lead_id__in=list(leads)).order_by("occurred_at", "id")
    newest = {event.lead_id: event for event in told}
    return [newest[pk] for pk in leads if pk in newest]


def _deal(lead: Lead, said: Mapping[str, Any], plan: Plan) -> Deal:
    stage, status = _standing(str(said.get("stage") or "").strip().casefold(), plan.rows)
    ended = datetime.fromisoformat(said["closed_at"]) if said.get("closed_at") else lead.captured_at
    is_over = status != DealStatus.OPEN
    return Deal(
        lead=lead,
        pipeline_id=stage.pipeline_id,
        stage=stage,
        owner=lead.owner,
        status=status,
        tier=lead.tier,
        value_minor=lead.value_minor,
        currency=lead.currency,
        opened_at=lead.captured_at,
        # Its limit runs from today: nobody here has neglected it yet.
        entered_stage_at=lead.captured_at if is_over else clock.now(),
        limit_at=None if is_over else limit_of(stage, clock.now()),
        closed_at=max(ended, lead.captured_at) if is_over else None,
    )


def _standing(written: str, stages: Sequence[Stage]) -> tuple[Stage, DealStatus]:
    first = stages[0]
    if written in LOST:
        return first, DealStatus.LOST
    if written in WON:
        return next((stage for stage in stages if stage.kind == StageKind.WON), stages[-1]), DealStatus.WON
    named = next((stage for stage in stages if stage.name.casefold() == written), first)
    return named, DealStatus.WON if named.kind == StageKind.WON else DealStatus.OPEN
