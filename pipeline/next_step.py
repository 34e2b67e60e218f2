"""What is planned next for a deal, as its card shows it. Written by followups, which knows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import connection

from leads.records import StepRow
from leads.records import record_next_steps as record_on_leads
from pipeline.models import Deal
from tenancy.scope import current_account


@dataclass(frozen=True)
class NextStep:
    """`kind` is email, call, linkedin, meeting or task; `at` is aware, None for some day. Empty: nothing is planned."""

    lead_id: UUID
    title: str = ""
    kind: str = ""
    at: datetime | None = None


def record_next_steps(steps: Sequence[NextStep]) -> list[Deal]:
    """Write each lead's next step on its open deal, in few statements. Returns the deals that changed."""
    wanted = {step.lead_id: step for step in steps}
    deals = Deal.objects.open().filter(lead_id__among=wanted).order_by("id").select_for_update(of=("self",))
    changed = [deal for deal in deals if _take(deal, wanted[deal.lead_id])]
    _write(changed)
    record_on_leads([StepRow(deal.lead_id, deal.next_step_at) for deal in changed])
    return changed


def _write(deals: Sequence[Deal]) -> None:
    """One UPDATE whatever the number: Django's bulk_update() takes a millisecond a row."""
    if not deals:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE deal SET next_step = r.title, next_step_kind = r.kind, next_step_at = r.at "
            "FROM unnest(%s::uuid[], %s::text[], %s::text[], %s::timestamptz[]) AS r(id, title, kind, at) "
            "WHERE deal.account_id = %s AND deal.id = r.id",
            [
                [deal.pk for deal in deals],
                [deal.next_step for deal in deals],
                [deal.next_step_kind for deal in deals],
                [deal.next_step_at for deal in deals],
                current_account().pk,
            ],
        )


def _take(deal: Deal, step: NextStep) -> bool:
    """Set the step on the row in memory; False if it stood there already."""
    before = (deal.next_step, deal.next_step_kind, deal.next_step_at)
    deal.next_step, deal.next_step_kind, deal.next_step_at = step.title[:120], step.kind, step.at
    return before != (deal.next_step, deal.next_step_kind, deal.next_step_at)
