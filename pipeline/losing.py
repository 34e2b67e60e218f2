"""A deal that is lost: in the stage for what is lost, by its gate, or where it stood if the pipeline has none."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db import transaction

from events.kinds import Kind
from events.record import By, record
from pipeline.closing import close
from pipeline.locking import locked, refuse_stale
from pipeline.models import Deal, DealStatus, Move, Override, Stage, StageKind
from pipeline.move import move
from pipeline.refusals import NotOpen
from pipeline.upstream import tell_lead


def lose(
    deal: Deal,
    *,
    by: By,
    reason: str,
    competitor: str = "",
    recycle_on: date | None = None,
    version: int | None = None,
    values: dict[str, Any] | None = None,
    override: Override | None = None,
) -> Move:
    """Close an open deal as lost; its lead comes back on `recycle_on`, a local day, if one is given. `values` fill
    what the stage for what is lost asks for.

    Losing it twice returns the first. Raises NotOpen for a won one, Stale for an old version, GateClosed where the
    stage for what is lost asks for something that is missing.
    """
    with transaction.atomic():
        deal = locked(deal.pk)
        if deal.status == DealStatus.LOST:
            last: Move = Move.objects.filter(deal=deal, outcome=DealStatus.LOST).latest("moved_at")
            return last
        if deal.status != DealStatus.OPEN:
            raise NotOpen("It is closed already.")
        refuse_stale(deal, version)
        if into := lost_stage(deal):
            about: dict[str, Any] = {"competitor": competitor, "recycle_on": recycle_on}
            return move(deal, into, by=by, reason=reason, values=values, override=override, **about)
        made = close([deal], DealStatus.LOST, by=by, reason=reason, competitor=competitor)[0]
        deal.lead.come_back(recycle_on)
        tell_lead(deal)
        told = {"stage": deal.stage.name, "reason": reason, "competitor": competitor, "recycle_on": recycle_on}
        record(Kind.DEAL_LOST, deal, by=by, lead_id=deal.lead_id, **told)
        return made


def lost_stage(deal: Deal) -> Stage | None:
    """The stage for what is lost in the deal's pipeline, if it has one."""
    found: Stage | None = Stage.objects.in_use().filter(pipeline_id=deal.pipeline_id, kind=StageKind.LOST).first()
    return found
