"""Leads that come over from another system stand where they stand there: a deal in that stage, or one that is over."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from events.kinds import Kind
from events.models import Event
from leads.models import Lead
from pipeline.attention import attention_of
from pipeline.carried import carry_on, understood
from pipeline.dossier import dossiers_of
from pipeline.limits import limit_of
from pipeline.models import Deal, DealStatus, Visit
from pipeline.plan import Plan, default_pipeline, plan_of
from pipeline.standing import standing
from pipeline.upstream import tell_leads
from tenancy import clock


def place(lead_ids: Sequence[UUID]) -> None:
    """Make the deals of imported leads that have none, by the stages their LEAD_IMPORTED events name, and carry on
    those that have one (pipeline/carried.py).

    A stage of ours by that name is taken, words for won and lost end the deal, anything else is the first stage. No
    event is recorded of a new deal: nothing happened today. A constant number of statements but for those carried on.
    """
    pipeline = default_pipeline()
    leads = {lead.pk: lead for lead in Lead.objects.with_people().filter(pk__in=lead_ids).order_by("id")}
    said = _said(leads)
    for event in said:
        if leads[event.lead_id].deal_id:
            carry_on(leads[event.lead_id], event)
    fresh = [event for event in said if not leads[event.lead_id].deal_id]
    plan = plan_of(pipeline.pk) if pipeline and fresh else None
    if plan and plan.rows:
        _begin([_deal(leads[event.lead_id], event.body, plan) for event in fresh], plan)


def _begin(deals: Sequence[Deal], plan: Plan) -> None:
    dossiers = dossiers_of(deals)
    for deal in deals:
        deal.gate = standing(dossiers[deal.pk], plan, deal.stage_id, (), clock.now())
        deal.attention = attention_of(deal, deal.lead, clock.now())
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
    named, status = understood(said.get("stage"), plan.rows)
    stage = named or plan.rows[0]
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
