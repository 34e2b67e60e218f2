"""A person's word on what no data can prove: checklist items and approvals."""

from __future__ import annotations

from datetime import date

from events.kinds import Kind
from events.record import By, record
from pipeline.models import Confirmation, Criterion, Deal


def confirm(deal: Deal, criterion: Criterion, *, by: By, note: str = "", on: date | None = None) -> Confirmation:
    """Record that `by` stands for `criterion` of `deal`; saying it again replaces what was said."""
    said = {"note": note, "on": on, "actor_kind": by.kind, "actor_id": by.id, "actor_name": by.name[:120]}
    confirmation: Confirmation
    confirmation, _ = Confirmation.objects.update_or_create(
        deal=deal, criterion=criterion, account=deal.account, defaults=said
    )
    record(Kind.CRITERION_ANSWERED, deal, by=by, lead_id=deal.lead_id, criterion=criterion.label, note=note, on=on)
    return confirmation
