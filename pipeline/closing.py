"""Deals that end without a signature, and deals taken up again."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import F

from events.kinds import Kind
from events.record import SYSTEM, By, Happening, record_all
from leads.imports.images import value_of
from leads.models import Lead, Status
from leads.removal import remove
from pipeline.approval import Answer
from pipeline.attention import weigh
from pipeline.limits import limit_of
from pipeline.locking import locked
from pipeline.models import Approval, Deal, DealStatus, Move, Stage, Visit
from pipeline.refusals import NotOpen
from pipeline.returning import places_before
from pipeline.upstream import tell_leads
from tenancy import clock

OUT = (Status.DISQUALIFIED, Status.SPAM)


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


def reopen_lead(lead: Lead, *, by: By) -> bool:
    """Take a lead up again: by the deal that was lost or won, else as one that is scored and routed anew. False if it
    is open, or was merged away."""
    closed = Deal.objects.filter(lead=lead, status__in=[DealStatus.LOST, DealStatus.WON]).order_by("-closed_at", "-id")
    deal = closed.first() if lead.status in (Status.LOST, Status.WON) else None
    if deal is None:
        return lead.reopen(by=by)
    try:
        deal.reopen(by=by)
    except NotOpen:
        return False
    return True


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
    Approval.objects.filter(deal__in=deals, answered_at=None).update(answer=Answer.MOOT, answered_at=now)
    for deal in deals:
        _set(deal, changes)
    return _moves(deals, status, by, reason, now, to={})


def resume(deals: Sequence[Deal], *, by: By, reason: str) -> list[Move]:
    """Write the return of locked closed deals to where they stood, and tell leads and the record."""
    now = clock.now()
    stages = places_before(deals)
    for deal in deals:
        stage = stages[deal.pk]
        deal.place(
            status=DealStatus.OPEN,
            stage=stage,
            closed_at=None,
            entered_stage_at=now,
            limit_at=limit_of(stage, now),
            lost_reason="",
            competitor="",
        )
    Visit.objects.bulk_create([Visit(deal=deal, stage=deal.stage, entered_at=now) for deal in deals])
    moves = _moves(deals, "reopened", by, reason, now, to=stages)
    weigh([deal.lead_id for deal in deals])
    tell_leads(deals)
    record_all(
        [
            Happening(Kind.DEAL_REOPENED, deal.pk, deal.lead_id, by, {"stage": deal.stage.name, "reason": reason})
            for deal in deals
        ]
    )
    return moves


def rehouse(deals: Sequence[Deal]) -> None:
    """Open deals that came back to a stage which was taken out meanwhile stand, by a move on record, where they would
    stand if they were taken up again now."""
    lost = [deal for deal in deals if deal.status == DealStatus.OPEN and deal.stage.removed_at]
    now, stages = clock.now(), places_before(lost)
    for deal in lost:
        stage, reason = stages[deal.pk], f"{deal.stage.name} was taken out of the pipeline"
        _moves([deal], "", SYSTEM, reason, now, to={deal.pk: stage}, back=True)
        deal.place(stage=stage, entered_stage_at=now, limit_at=limit_of(stage, now))
        Visit.objects.filter(deal=deal, left_at=None).update(left_at=now)
        Visit.objects.create(deal=deal, stage=stage, entered_at=now)
    if lost:
        tell_leads(lost)


def _moves(
    deals: Sequence[Deal],
    outcome: str,
    by: By,
    reason: str,
    now: datetime,
    *,
    to: dict[UUID, Stage],
    back: bool = False,
) -> list[Move]:
    moves: list[Move] = Move.objects.bulk_create(
        [
            Move(
                deal=deal,
                from_stage=deal.stage if back or not to else None,
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


def put_back(image: dict[str, Any], since: UUID) -> None:
    """Write a deal as it was (its columns, and the visit that went on), and remove its moves and visits that were made
    after `since`: ids are in the order of time."""
    kept = image["columns"]
    deal = Deal.objects.filter(pk=kept["id"]).first()
    if deal is None:
        return
    for made in (Move, Visit):
        remove(made, made.objects.filter(deal=deal, pk__gt=since).values_list("pk", flat=True))
    Visit.objects.filter(pk=image["visit"]).update(left_at=None)
    # An image from before an upgrade lacks the columns that came since.
    known = set(kept) - {"id", "account_id"}
    fields = [field for field in Deal._meta.concrete_fields if field.attname in known]
    Deal.objects.filter(pk=deal.pk).place(**{field.attname: value_of(field, kept[field.attname]) for field in fields})
    rehouse(list(Deal.objects.filter(pk=deal.pk).select_related("stage", "lead")))
