"""What an override leaves owing: on the record, on the card, and as a task for the day it falls due."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from events.jobs import job, schedule
from events.kinds import Kind
from events.models import Actor, Notification
from events.record import By, record
from pipeline.models import Deal, DealStatus, Move
from pipeline.tasks import add_task
from routing.workingtime import CLOSES, zone_named
from tenancy.scope import current_account


def owe(deal: Deal, move: Move, *, by: By) -> None:
    """Record the override, give the owner a task for the day the proof is owed, and see to it then."""
    labels = [item["label"] for item in move.owed]
    record(
        Kind.GATE_OVERRIDDEN,
        deal,
        by=by,
        lead_id=deal.lead_id,
        reason=move.reason,
        owed=labels,
        owed_by=move.owed_by,
    )
    if move.owed_by is None:
        return
    due_at = end_of(move.owed_by)
    add_task(deal.lead, f"Bring the proof: {', '.join(labels)}"[:120], by=by, member=deal.owner, due_at=due_at)
    schedule(call_debts, move.pk, due_at)


@job(of="subject")
def call_debts(move_ids: Sequence[UUID]) -> None:
    """On the day a proof is owed and still missing: tell the deal's owner, and the manager who let it pass."""
    moves = Move.objects.filter(pk__in=move_ids, deal__status=DealStatus.OPEN).select_related("deal__lead__contact")
    Notification.objects.bulk_create(
        [
            Notification(
                member_id=member_id,
                text=f"Proof owed today: {move.deal}, {', '.join(labels)}"[:200],
                lead_id=move.deal.lead_id,
                event_id=move.pk,
            )
            for move in moves
            if (labels := still_owed(move))
            for member_id in sorted({move.deal.owner_id, _manager(move)} - {None})
        ],
        ignore_conflicts=True,
    )


def still_owed(move: Move) -> list[str]:
    """The labels of what this override let pass and nobody has proven since."""
    owed = {item["criterion"] for item in move.owed}
    return [debt["label"] for debt in move.deal.gate.get("debts", ()) if debt["criterion"] in owed]


def end_of(day: date) -> datetime:
    """The end of working hours on a local day of the account, holiday or not (aware)."""
    return datetime.combine(day, CLOSES, zone_named(current_account().time_zone))


def _manager(move: Move) -> UUID | None:
    return move.actor_id if move.actor_kind == Actor.MEMBER else None
