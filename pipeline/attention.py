"""What needs attention first, as one number: an index keeps a column of thousands in this order.

By tier; within it a promise that can still be kept, then one that was broken, then all else; each by what ends first.
The clock is read when something happens to a deal, not when the board is drawn: nothing changes its place by itself
while somebody reads on.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from leads.models import Status
from pipeline.models import Deal
from tenancy import clock

TIERS = {"urgent": 0, "high": 1, "medium": 2, "low": 3}
RUNNING, BROKEN, QUIET = range(3)
BITS = 34  # seconds since 1970 fit for five hundred years
NEVER = (1 << BITS) - 1


def attention(tier: str, due_at: datetime | None, limit_at: datetime | None, now: datetime) -> int:
    """Smaller comes first. `due_at`: the end of a promise that nobody kept yet; `limit_at`: that of the stay in the
    stage; all aware, None where there is none."""
    state = QUIET if due_at is None else RUNNING if due_at > now else BROKEN
    end = due_at or limit_at
    return (TIERS.get(tier, len(TIERS)) * 4 + state << BITS) + (min(int(end.timestamp()), NEVER) if end else NEVER)


def attention_of(deal: Deal, lead: Any, now: datetime) -> int:
    """That of an open deal, by its lead as it stands at `now`."""
    waits = lead.first_response_at is None and lead.status == Status.OPEN
    return attention(deal.tier, lead.first_response_due_at if waits else None, deal.limit_at, now)


def weigh(lead_ids: Sequence[UUID]) -> None:
    """Put the open deals of these leads where they belong, after a promise was made, kept or broken."""
    now = clock.now()
    deals = Deal.objects.open().filter(lead_id__among=lead_ids).select_related("lead")
    changed = []
    for deal in deals.select_for_update(of=("self",)).order_by("id"):
        if (weight := attention_of(deal, deal.lead, now)) != deal.attention:
            deal.attention = weight
            changed.append(deal)
    if changed:
        Deal.objects.bulk_update(changed, ["attention"])
