"""What gates held back: each refusal is an event, so that who edits a gate sees whom it stops, and for how long."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from events.kinds import Kind
from events.models import Event
from events.record import By, record
from pipeline.models import Deal, Move, Stage
from pipeline.refusals import GateClosed
from tenancy import clock

DAYS, SOON = 90, timedelta(days=2)


def note_refusal(deal: Deal, to: Stage | None, shut: GateClosed, *, by: By) -> None:
    """Record that a gate refused `deal`, after what it refused was rolled back."""
    asked = {item.criterion: item.label for item in shut.unmet if item.criterion}
    record(Kind.GATE_HELD, deal, by=by, from_id=deal.stage.public_id, to_id=to and to.public_id, criteria=asked)


@dataclass(frozen=True)
class Held:
    """Of `tried` deals that were to leave a stage `count` were held back; of these `soon` went on within two days, and
    a manager let `let_through` pass. `labels`: what was missing how often, the most frequent first."""

    count: int
    tried: int
    soon: int
    let_through: int
    labels: list[tuple[str, int]]


def held_back(stage: Stage) -> Held:
    """What the gate after `stage` did in the last 90 days, by the deal. Two queries."""
    since = clock.now() - timedelta(days=DAYS)
    refusals = Event.objects.filter(kind=Kind.GATE_HELD, occurred_at__gte=since, body__from_id=stage.public_id)
    first: dict[UUID, datetime] = {}
    lacked: set[tuple[UUID, str]] = set()
    rows: Any = refusals.order_by("occurred_at").values_list("subject_id", "occurred_at", "body__criteria")
    for deal_id, at, criteria in rows:
        first.setdefault(deal_id, at)
        lacked |= {(deal_id, label) for label in criteria.values()}
    moved: dict[UUID, tuple[datetime, bool]] = {}
    left: Any = Move.objects.filter(from_stage=stage, to_stage__position__gt=stage.position, moved_at__gte=since)
    for deal_id, at, owed_by in left.order_by("moved_at").values_list("deal_id", "moved_at", "owed_by"):
        moved[deal_id] = at, owed_by is not None
    went = [(moved[pk][0] - at, moved[pk][1]) for pk, at in first.items() if pk in moved and moved[pk][0] >= at]
    return Held(
        count=len(first),
        tried=len(first.keys() | moved.keys()),
        soon=sum(1 for took, _ in went if took <= SOON),
        let_through=sum(1 for _, owed in went if owed),
        labels=Counter(label for _, label in lacked).most_common(5),
    )
