"""A stage is taken out of its pipeline: its deals go where they are told to, by moves on record."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F, Max

from events.jobs import schedule_all
from events.kinds import Kind
from events.record import By, Happening, record, record_all
from leads.models import Lead
from pipeline import gate
from pipeline.debts import PROOF, call_debts, end_of, title_of
from pipeline.dossier import dossiers_of
from pipeline.editing import needed
from pipeline.limits import limit_of
from pipeline.models import Criterion, Deal, Move, Pipeline, Stage, StageKind, Task, Visit
from pipeline.plan import Plan, plan_of
from pipeline.upstream import tell_leads
from routing.workingtime import zone_named
from tenancy import clock
from tenancy.scope import current_account

ASIDE = 1000  # positions of stages that were taken out begin here
CHUNK = 500
OWED_WITHIN = timedelta(days=7)


def deals_in(stage: Stage) -> int:
    """How many open deals stand there."""
    count: int = Deal.objects.open().filter(stage=stage).count()
    return count


def elsewhere(stage: Stage) -> list[Stage]:
    """The stages to which its deals can go, in order."""
    rows = Stage.objects.in_use().filter(pipeline=stage.pipeline_id, kind=StageKind.OPEN)
    return list(rows.exclude(pk=stage.pk))


@transaction.atomic
def remove_stage(stage: Stage, to: Stage | None = None, *, by: By) -> int:
    """Take `stage` out, and its open deals to stage `to` of the same pipeline. Returns how many went.

    What its own gate asked for is asked no more. Where they go further on, what lacks at the gates between is owed
    within a week, as after an override. Raises ValidationError without a stage to go to, for the last stage of its
    kind, and while a deal has no owner: every move has a named person.
    """
    held = Pipeline.objects.select_for_update().get(pk=stage.pipeline_id)
    rows = list(Stage.objects.in_use().filter(pipeline=held))
    _may_go(stage, to, rows)
    here = rows.index(stage)
    before = rows[here - 1] if here else None
    Criterion.objects.filter(stage=stage).delete()
    plan = plan_of(held.pk)
    last = Stage.objects.filter(pipeline=held).aggregate(last=Max("position"))["last"]
    # From here on nobody moves a deal in: see pipeline/locking.py.
    away = {"removed_at": clock.now(), "before": before, "position": max(last + 1, ASIDE)}
    Stage.objects.filter(pk=stage.pk).update(**away)
    count = _clear(stage, to, plan, by)
    others = [row for row in rows if row != stage]
    for position, row in enumerate(others):
        row.position = position
    Stage.objects.bulk_update(others, ["position"])
    told: dict[str, Any] = {"did": "taken out", "deals": count, "to": to.name if to and count else ""}
    record(Kind.STAGE_CHANGED, others[0], by=by, name=stage.name, **told)
    return count


def _may_go(stage: Stage, to: Stage | None, rows: Sequence[Stage]) -> None:
    if stage not in rows:
        raise ValidationError({"stage": ["It was taken out already."]})
    if stage.kind != StageKind.LOST and not any(row.kind == stage.kind for row in rows if row != stage):
        raise ValidationError({"stage": needed(stage.kind)["kind"]})
    if to is not None and (to == stage or to not in rows or to.kind != StageKind.OPEN):
        raise ValidationError({"to": ["Choose an open stage of the same pipeline."]})


def _clear(stage: Stage, to: Stage | None, plan: Plan, by: By) -> int:
    ids = list(Deal.objects.open().filter(stage=stage).order_by("id").values_list("pk", "lead_id"))
    if ids and to is None:
        raise ValidationError({"to": [f"{_deals(len(ids))} here. Say which stage they go to."]})
    for start in range(0, len(ids), CHUNK):
        if to is not None:
            _relocate(ids[start : start + CHUNK], stage, to, plan, by)
    return len(ids)


def _relocate(ids: Sequence[tuple[UUID, UUID]], stage: Stage, to: Stage, plan: Plan, by: By) -> None:
    """One step for many deals: the same check, move, visit and event as for one."""
    leads = Lead.objects.with_people().filter(pk__in=[lead_id for _, lead_id in ids]).select_for_update(of=("self",))
    known = {lead.pk: lead for lead in leads.order_by("id")}
    rows = Deal.objects.open().filter(pk__in=[pk for pk, _ in ids], stage=stage).select_related("owner")
    deals = list(rows.select_for_update(of=("self",)).order_by("id"))
    if homeless := sum(1 for deal in deals if deal.owner is None):
        raise ValidationError({"to": [f"{_deals(homeless)} here without an owner. Give them to somebody first."]})
    now = clock.now()
    for deal in deals:
        deal.lead, deal.stage = known[deal.lead_id], to
    moves = _moves(deals, stage, to, plan, by, now)
    changes = {"stage": to, "entered_stage_at": now, "limit_at": limit_of(to, now), "version": F("version") + 1}
    Deal.objects.filter(pk__in=[deal.pk for deal in deals]).place(**changes)
    Visit.objects.filter(deal__in=deals, left_at=None).update(left_at=now)
    Visit.objects.bulk_create([Visit(deal=deal, stage=to, entered_at=now) for deal in deals])
    tell_leads(deals)
    _record(moves, stage, to, by)


def _moves(deals: Sequence[Deal], stage: Stage, to: Stage, plan: Plan, by: By, now: datetime) -> list[Move]:
    dossiers = dossiers_of(deals)
    reason = f"{stage.name} was taken out of the pipeline"
    made = []
    for deal in deals:
        answer = gate.check(dossiers[deal.pk], plan.stages, stage.public_id, to.public_id, now=now, reason=reason)
        owed = [{"criterion": item.criterion, "label": item.label} for item in answer.unmet if item.criterion]
        made.append(
            Move(
                deal=deal,
                from_stage=stage,
                to_stage=to,
                actor_kind=by.kind,
                actor_id=by.id,
                actor_name=by.name[:120],
                evidence=[item.wire() for item in answer.met],
                reason=reason[:500],
                owed=owed,
                owed_by=_owed_by(now) if owed else None,
                moved_at=now,
            )
        )
    moves: list[Move] = Move.objects.bulk_create(made)
    return moves


def _record(moves: Sequence[Move], stage: Stage, to: Stage, by: By) -> None:
    """The events of the moves and, where something is owed, the debts: see pipeline/debts.py."""
    ends = {"from": stage.name, "to": to.name, "from_id": stage.public_id, "to_id": to.public_id}
    told, tasks, due = [], [], []
    for move in moves:
        deal, labels = move.deal, [item["label"] for item in move.owed]
        body = ends | {"move": move.public_id, "owed": labels, "reason": move.reason}
        told.append(Happening(Kind.DEAL_MOVED, deal.pk, deal.lead_id, by, body))
        if move.owed_by:
            about = {"reason": move.reason, "owed": labels, "owed_by": move.owed_by}
            told.append(Happening(Kind.GATE_OVERRIDDEN, deal.pk, deal.lead_id, by, about))
            at = end_of(move.owed_by)
            tasks.append(Task(lead=deal.lead, member=deal.owner, title=title_of(labels), kind=PROOF, due_at=at))
            due.append((move.pk, at))
    Task.objects.bulk_create(tasks)
    told += [
        Happening(Kind.TASK_ADDED, task.pk, task.lead_id, by, {"title": task.title, "due_at": task.due_at})
        for task in tasks
    ]
    record_all(told)
    if due:
        schedule_all(call_debts, due)


def _owed_by(now: datetime) -> date:
    return now.astimezone(zone_named(current_account().time_zone)).date() + OWED_WITHIN


def _deals(count: int) -> str:
    return "1 deal is" if count == 1 else f"{count} deals are"
