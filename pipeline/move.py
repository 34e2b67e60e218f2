"""Through the gate: the one way a deal changes its stage. One transaction: fill, check, move, or nothing at all."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import F

from events.kinds import Kind
from events.record import SYSTEM, By, record
from leads.models import Lead
from pipeline import gate
from pipeline.debts import owe
from pipeline.dossier import dossier_of
from pipeline.files import or_no_file
from pipeline.filling import fill
from pipeline.limits import limit_of
from pipeline.locking import locked, refuse_stale
from pipeline.models import Deal, DealStatus, Move, Override, Stage, StageKind, Visit
from pipeline.plan import Plan, plan_of
from pipeline.refusals import GateClosed, NotOpen
from pipeline.standing import debts_of, owed_by, standing
from pipeline.upstream import tell_lead
from tenancy import clock


@dataclass(frozen=True)
class Step:
    """A move that may happen: checked, not yet written."""

    deal: Deal
    start: Stage
    to: Stage
    plan: Plan
    dossier: gate.Dossier
    answer: gate.Gate
    filled: dict[str, str]
    override: Override | None
    by: By
    reason: str
    now: datetime

    @property
    def owed(self) -> list[dict[str, str]]:
        """What the override lets pass, and is owed."""
        return [{"criterion": item.criterion, "label": item.label} for item in self.answer.unmet if item.criterion]


def move(
    deal: Deal,
    stage: Stage,
    *,
    by: By,
    values: dict[str, Any] | None = None,
    override: Override | None = None,
    reason: str = "",
    version: int | None = None,
) -> Move:
    """Take `deal` to `stage`: apply `values`, check every gate on the way, and move, all or nothing.

    `values` are keyed by a fact's name or a criterion's id (the `field` of an unmet item). With an `override` what is
    missing becomes a debt; whether `by` may override is the caller's to check. A second submit of the same move
    returns the first. Raises GateClosed with what is missing, NotOpen for a closed deal, Stale when `version` is not
    the deal's any more, ValidationError for values that can't be what they are meant for.
    """
    with or_no_file(), transaction.atomic():
        deal = locked(deal.pk)
        if deal.stage_id == stage.pk and (before := _last_move(deal)):
            return before
        if deal.status != DealStatus.OPEN or deal.stage_id == stage.pk:
            raise NotOpen("It is closed. Reopen it first." if deal.closed_at else f"It is in {stage.name} already.")
        refuse_stale(deal, version)
        plan = plan_of(deal.pipeline_id)
        filled = fill(deal, deal.lead, plan, values, by=by) if values else {}
        if filled:
            deal.lead = Lead.objects.with_people().get(pk=deal.lead_id)
        return _write(_checked(deal, plan, plan.by_id[stage.pk], filled, override, by, reason))


def gate_to(deal: Deal, stage: Stage, *, reason: str = "") -> gate.Gate:
    """What stands between `deal` and `stage` of the same pipeline; changes nothing."""
    return _checked(deal, plan_of(deal.pipeline_id), stage, {}, None, SYSTEM, reason, refuse=False).answer


def _checked(
    deal: Deal,
    plan: Plan,
    to: Stage,
    filled: dict[str, str],
    override: Override | None,
    by: By,
    reason: str,
    *,
    refuse: bool = True,
) -> Step:
    now, dossier, start = clock.now(), dossier_of(deal), plan.by_id[deal.stage_id]
    occupied = Deal.objects.open().filter(stage=to).count() if to.wip is not None else 0
    said = reason or (override.reason if override else "")
    answer = gate.check(dossier, plan.stages, start.public_id, to.public_id, now=now, reason=said, occupied=occupied)
    # No override helps here: every move has a named person.
    ownerless = any(item.kind == "owner" for item in answer.unmet)
    if refuse and not answer.open and (override is None or ownerless):
        raise GateClosed(answer)
    return Step(deal, start, to, plan, dossier, answer, filled, None if answer.open else override, by, said, now)


def _write(step: Step) -> Move:
    won = step.to.kind == StageKind.WON
    made: Move = Move.objects.create(
        deal=step.deal,
        from_stage=step.start,
        to_stage=step.to,
        outcome=DealStatus.WON if won else "",
        actor_kind=step.by.kind,
        actor_id=step.by.id,
        actor_name=step.by.name[:120],
        evidence=[item.wire() for item in step.answer.met],
        filled=step.filled,
        reason=step.reason[:500],
        owed=step.owed if step.override else [],
        owed_by=step.override.owed_by if step.override and step.owed else None,
        moved_at=step.now,
    )
    _place(step, won)
    _visit(step, won)
    tell_lead(step.deal)
    _tell(step, made, won)
    return made


def _place(step: Step, won: bool) -> None:
    deal = step.deal
    stands = standing(step.dossier, step.plan, step.to.pk, debts_of([deal])[deal.pk], step.now)
    changes: dict[str, Any] = {
        "stage": step.to,
        "status": DealStatus.WON if won else DealStatus.OPEN,
        "entered_stage_at": step.now,
        "closed_at": step.now if won else None,
        "limit_at": limit_of(step.to, step.now),
        "gate": stands,
        "owed_by": owed_by(stands),
    }
    Deal.objects.filter(pk=deal.pk).place(**changes, version=F("version") + 1)
    for name, value in changes.items():
        setattr(deal, name, value)
    deal.version += 1


def _visit(step: Step, won: bool) -> None:
    """Leave the old stage, enter the new; stages whose gates were passed on the way count as entered, for no time."""
    Visit.objects.filter(deal=step.deal, left_at=None).update(left_at=step.now)
    # A funnel asks who ever entered a stage; without these rows whoever skipped it would seem never to have got so far.
    passed = [] if step.answer.back else [row for row in step.plan.rows if row.name in step.answer.passed]
    Visit.objects.bulk_create(
        [Visit(deal=step.deal, stage=row, entered_at=step.now, left_at=step.now, passed=True) for row in passed]
        + [Visit(deal=step.deal, stage=step.to, entered_at=step.now, left_at=step.now if won else None)]
    )


def _tell(step: Step, made: Move, won: bool) -> None:
    deal, by = step.deal, step.by
    body: dict[str, Any] = {
        "from": step.start.name,
        "to": step.to.name,
        "from_id": step.start.public_id,
        "to_id": step.to.public_id,
        "passed": list(step.answer.passed),
        "back": step.answer.back,
        "filled": step.filled,
        "met": [item.label for item in step.answer.met],
        "owed": [item["label"] for item in made.owed],
        "reason": step.reason,
    }
    record(Kind.DEAL_MOVED, deal, by=by, lead_id=deal.lead_id, move=made.public_id, **body)
    if step.override:
        owe(deal, made, by=by)
    if won:
        record(Kind.DEAL_WON, deal, by=by, lead_id=deal.lead_id, value_minor=deal.value_minor, currency=deal.currency)


def _last_move(deal: Deal) -> Move | None:
    """The move that brought the deal where it is, if one did."""
    last: Move | None = Move.objects.filter(deal=deal).order_by("-moved_at", "-id").first()
    return last if last and last.to_stage_id == deal.stage_id else None
