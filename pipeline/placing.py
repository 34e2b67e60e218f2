"""Put a card higher or lower in its column, by hand, for everybody."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction

from events.kinds import Kind
from events.record import By, record
from leads.crowd import lock
from leads.lookup import lock_key
from pipeline.locking import locked
from pipeline.models import Deal, DealQuerySet, DealStatus
from pipeline.ranks import LONGEST, between, fresh_rank
from pipeline.refusals import NotOpen


class Crowded(Exception):
    """So many cards were put into this very place that there is no room left in it."""


def put(deal: Deal, *, by: By, before: UUID | None = None, after: UUID | None = None) -> str:
    """Put an open deal right above the one called `before`, else right below `after`, else on top; its new rank.

    Those two count only while they stand in the same column: who looks at an older board finds the card on top. Other
    people's places don't change. Raises NotOpen for a closed deal, Crowded where there is no room.
    """
    with transaction.atomic():
        deal = locked(deal.pk)
        if deal.status != DealStatus.OPEN:
            raise NotOpen("It is closed. Reopen it first.")
        # Two at once must not find the same room. Not a lock on the stage: who just moved shares one with others.
        lock([lock_key(deal.account_id, "column", deal.stage_id.hex)])
        others: DealQuerySet = Deal.objects.open().filter(stage_id=deal.stage_id).exclude(pk=deal.pk)
        rank = _rank(*_room(others, before, after))
        if len(rank) > LONGEST:
            raise Crowded("There is no room left between these two. Put it a little higher or lower.")
        Deal.objects.filter(pk=deal.pk).update(rank=rank)
        record(Kind.DEAL_PLACED, deal, by=by, lead_id=deal.lead_id, stage=deal.stage.name)
        return rank


def _rank(above: str, beneath: str) -> str:
    """On top it is the moment's own rank: who comes later stands above it, and ranks stay short."""
    fresh = fresh_rank()
    return fresh if not above and (not beneath or fresh < beneath) else between(above, beneath)


def _room(others: DealQuerySet, before: UUID | None, after: UUID | None) -> tuple[str, str]:
    """The ranks above and beneath the place that is meant."""
    ranks = dict(others.filter(pk__in=[key for key in (before, after) if key]).values_list("pk", "rank"))
    in_order = others.order_by("rank", "id").values_list("rank", flat=True)
    if before in ranks:
        return in_order.filter(rank__lt=ranks[before]).last() or "", ranks[before]
    if after in ranks:
        return ranks[after], in_order.filter(rank__gt=ranks[after]).first() or ""
    return "", in_order.first() or ""
