"""A person's word on what no data can prove: checklist items and approvals."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from events.kinds import Kind
from events.models import Actor
from events.record import By, record
from pipeline.approval import Answer
from pipeline.models import Approval, Confirmation, Criterion, Deal
from tenancy import clock


def confirm(deal: Deal, criterion: Criterion, *, by: By, note: str = "", on: date | None = None) -> Confirmation:
    """Record that `by` stands for `criterion` of `deal`; saying it again replaces what was said. Whoever was asked for
    this word need not answer any more."""
    said = {"note": note, "on": on, "actor_kind": by.kind, "actor_id": by.id, "actor_name": by.name[:120]}
    confirmation: Confirmation
    confirmation, _ = Confirmation.objects.update_or_create(
        deal=deal, criterion=criterion, account=deal.account, defaults=said
    )
    asked = Approval.objects.filter(deal=deal, criterion=criterion, answered_at=None)
    asked.update(answer=Answer.APPROVED, note=note, answered_by_id=_member(by), answered_at=clock.now())
    record(Kind.CRITERION_ANSWERED, deal, by=by, lead_id=deal.lead_id, criterion=criterion.label, note=note, on=on)
    return confirmation


def _member(by: By) -> UUID | None:
    return by.id if by.kind == Actor.MEMBER else None
