"""Deals that end without a signature, and deals taken up again."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import F

from events.kinds import Kind
from events.record import SYSTEM, By, Happening, record, record_all
from leads.models import Status
from pipeline.limits import limit_of
from pipeline.locking import locked, refuse_stale
from pipeline.models import Deal, DealStatus, Move, Stage, StageKind, Visit
from pipeline.refusals import NotOpen
from pipeline.upstream import tell_lead, tell_leads
from tenancy import clock

OUT = (Status.DISQUALIFIED, Status.SPAM)


def lose(deal: Deal, *, by: By, reason: str, competitor: str = "", version: int | None = None) -> Move:
    """Close an open deal as lost. Losing it twice returns the first; a won one raises NotOpen, an old version Stale."""
    with transaction.atomic():
        deal = locked(deal.pk)
        if deal.status == DealStatus.LOST:
            last: Move = Move.objects.filter(deal=deal, outcome=DealStatus.LOST).latest("moved_at")
            return last
        if deal.status != DealStatus.OPEN:
            raise NotOpen("It is closed already.")
        refuse_stale(deal, version)
        made = close([deal], DealStatus.LOST, by=by, reason=reason, competitor=competitor)[0]
        tell_lead(deal)
        told = {"stage": deal.stage.name, "reason": reason, "competitor": competitor}
        record(Kind.DEAL_LOST, deal, by=by, lead_id=deal.lead_id, **told)
        return made


def reopen(deal: Deal, *, by: By, reason: str = "") -> Move:
    """Take a closed deal up again, in the stage where it was lost, or from which it was won.

    Raises NotOpen for an open one, and when the lead has another open deal.
    """
    with transaction.atomic():
        deal = locked(deal.pk)
        if deal.status == DealStatus.OPEN:
            raise NotOpen("It is open.")
        if Deal.objects.open().filter(lead_id=deal.lead_id).exists():
            raise NotOpen("This lead has another open deal.")
        return resume([deal], by=by, reason=reason)[0]


def close_disqualified(lead_ids: Sequence[UUID]) -> None:
    """Close the open deals of leads that went out or are spam, in four statements whatever their number."""
    rows = Deal.objects.open().filter(lead_id__in=lead_ids, lead__status__in=OUT)
    deals = list(rows.select_related("lead", "stage").select_for_update(of=("self",)).order_by("id"))
    if deals:
        close(deals, DealStatus.DISQUALIFIED, by=SYSTEM, reason="")
        tell_leads(deals)


def close(deals: Sequence[Deal], status: DealStatus, *, by: By, reason: str, competitor: str = "") -> list[Move]:
    """Write the end of locked open deals: status, the visit's end, a move to nowhere. Tells nobody."""
    now = clock.now()
    changes: dict[str, Any] = {
        "status": status,
        "closed_at": now,
        "limit_at": None,
        "lost_reason": reason[:120],
        "competitor": competitor[:120],
    }
    Deal.objects.filter(pk__in=[deal.pk for deal in deals]).place(**changes, version=F("version") + 1)
    Visit.objects.filter(deal__in=deals, left_at=None).update(left_at=now)
    for deal in deals:
        _set(deal, changes)
    return _moves(deals, status, by, reason, now, to={})


def resume(deals: Sequence[Deal], *, by: By, reason: str) -> list[Move]:
    """Write the return of locked closed deals to where they stood, and tell leads and the record."""
    now = clock.now()
    stages = _stages_before(deals)
    for deal in deals:
        stage = stages[deal.pk]
        changes: dict[str, Any] = {
            "status": DealStatus.OPEN,
            "stage": stage,
            "closed_at": None,
            "entered_stage_at": now,
            "limit_at": limit_of(stage, now),
            "lost_reason": "",
            "competitor": "",
        }
        Deal.objects.filter(pk=deal.pk).place(**changes, version=F("version") + 1)
        _set(deal, changes)
    Visit.objects.bulk_create([Visit(deal=deal, stage=deal.stage, entered_at=now) for deal in deals])
    moves = _moves(deals, "reopened", by, reason, now, to=stages)
    tell_leads(deals)
    record_all(
        [
            Happening(Kind.DEAL_REOPENED, deal.pk, deal.lead_id, by, {"stage": deal.stage.name, "reason": reason})
            for deal in deals
        ]
    )
    return moves


def _stages_before(deals: Sequence[Deal]) -> dict[UUID, Stage]:
    """Where each closed deal stood while it was open."""
    stages = {deal.pk: deal.stage for deal in deals}
    won = [deal.pk for deal in deals if deal.stage.kind == StageKind.WON]
    moves = Move.objects.filter(deal_id__in=won, outcome=DealStatus.WON).select_related("from_stage")
    return stages | {move.deal_id: move.from_stage for move in moves.order_by("moved_at")}


def _moves(
    deals: Sequence[Deal], outcome: str, by: By, reason: str, now: datetime, *, to: dict[UUID, Stage]
) -> list[Move]:
    moves: list[Move] = Move.objects.bulk_create(
        [
            Move(
                deal=deal,
                from_stage=None if to else deal.stage,
                to_stage=to.get(deal.pk),
                outcome=outcome,
                actor_kind=by.kind,
                actor_id=by.id,
                actor_name=by.name[:120],
                reason=reason[:500],
                moved_at=now,
            )
            for deal in deals
        ]
    )
    return moves


def _set(deal: Deal, changes: dict[str, Any]) -> None:
    for name, value in changes.items():
        setattr(deal, name, value)
    deal.version += 1
