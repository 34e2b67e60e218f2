"""Deals as the tests of this folder need them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from accounts.models import Member
from leads.models import Lead
from pipeline import templates
from pipeline.meetings import book_meeting
from pipeline.models import Deal, Pipeline, Stage
from pipeline.opening import open_deals_of
from tenancy import clock
from tests.factories import a_lead


def the_pipeline(name: str = "it_services") -> Pipeline:
    """The account's first pipeline; installed when there is none."""
    return Pipeline.objects.order_by("position").first() or templates.install(name)


def a_deal(owner: Member, **facts: Any) -> Deal:
    """An open deal in the first stage. Without `facts` its lead has a name, and nothing else that the gate asks for."""
    the_pipeline()
    lead = a_lead(owner=owner, **facts)
    open_deals_of([lead.pk])
    return the_deal(lead)


def a_ready_deal(owner: Member, **facts: Any) -> Deal:
    """An open deal that may leave the first stage."""
    deal = a_deal(owner, **{"company": "Northgate", "headcount": 240} | facts)
    book_meeting(deal.lead, starts_at=clock.now() + timedelta(days=2), by=owner.by)
    return deal


def the_deal(lead: Lead) -> Deal:
    deal: Deal = Deal.objects.select_related("stage", "lead", "owner").get(lead_id=lead.pk, status="open")
    return deal


def stage(name: str) -> Stage:
    found: Stage = Stage.objects.get(name__startswith=name)
    return found


def criterion(label: str) -> str:
    """The public id of the criterion whose label begins so."""
    from pipeline.models import Criterion

    return str(Criterion.objects.get(label__startswith=label).public_id)
