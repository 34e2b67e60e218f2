"""Through the gate: the one way a deal changes its stage. One transaction: fill, check, move, or nothing at all."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from django.db import transaction

from events.kinds import Kind
from events.record import SYSTEM, By, record
from leads.models import Lead
from pipeline import gate
from pipeline.approvals import close_asked
from pipeline.attention import attention_of
from pipeline.debts import owe
from pipeline.dossier import dossier_of
from pipeline.files import or_no_file
from pipeline.filling import fill
from pipeline.limits import limit_of
from pipeline.locking import hold, locked, refuse_stale
from pipeline.models import Deal, DealStatus, Move, Override, Stage, StageKind, Visit
from pipeline.plan import Plan, plan_of
from pipeline.ranks import fresh_rank
from pipeline.refusals import GateClosed, NotOpen
from pipeline.standing import debts_of, owed_by, standing
from pipeline.upstream import tell_lead
from tenancy import clock
from tenancy.inserting import draft, insert_all
from tenancy.prepared import prepared
from tenancy.sight import current_sight

LEAVE = "UPDATE visit SET left_at = %s WHERE account_id = %s AND deal_id = %s AND left_at IS NULL"
ENDS = {StageKind.WON.value: DealStatus.WON, StageKind.LOST.value: DealStatus.LOST}


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
    competitor: str = ""
    recycle_on: date | None = None

    @property
    def ending(self) -> DealStatus | None:
        """How the deal ends with this step, if it does."""
        return ENDS.get(self.to.kind)

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
    competitor: str = "",
    recycle_on: date | None = None,
) -> Move:
    """Take `deal` to `stage`: apply `values`, check every gate on the way, and move, all or nothing.

    `values` are keyed by a fact's name or a criterion's id (the `field` of an unmet item). With an `override` what is
    missing becomes a debt; whether `by` may override is the caller's to check. A second submit of the same move
    returns the first. Raises GateClosed with what is missing, NotOpen for a closed deal, Stale when `version` is not
    the deal's any more, ValidationError for values that can't be what they are meant for.
    """
    with or_no_file(), transaction.atomic():
        deal = locked(deal.pk, deal.lead_id)
        if deal.stage_id == stage.pk and (before := _last_move(deal)):
            before.deal = deal
            return before
        if deal.status != DealStatus.OPEN or deal.stage_id == stage.pk:
            raise NotOpen("It is closed. Reopen it first." if deal.closed_at else f"It is in {stage.name} already.")
        refuse_stale(deal, version)
        if not hold(stage):
            raise NotOpen("This stage was taken out of the pipeline.")
        plan = plan_of(deal.pipeline_id)
        filled = fill(deal, deal.lead, plan, values, by=by) if values else {}
        if filled:
            deal.lead = Lead.objects.with_people().get(pk=deal.lead_id)
        step = _checked(deal, plan, plan.by_id[stage.pk], filled, override, by, reason)
        return _write(replace(step, competitor=competitor[:120], recycle_on=recycle_on))


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
    now, dossier = clock.now(), dossier_of(deal, plan.kinds)
    start = plan.by_id.get(deal.stage_id) or plan.rows[0]  # a closed deal may have ended in one that was taken out
    occupied = Deal.objects.open().filter(stage=to).count() if to.wip is not None else 0
    said = reason or (override.reason if override else "")
    answer = gate.check(
        dossier,
        plan.stages,
        start.public_id,
        to.public_id,
        now=now,
        reason=said,
        occupied=occupied,
        walled=bool(current_sight()),
    )
    # No override helps here: every move has a named person.
    ownerless = any(item.kind == "owner" for item in answer.unmet)
    if refuse and not answer.open and (override is None or ownerless):
        raise GateClosed(answer)
    return Step(deal, start, to, plan, dossier, answer, filled, None if answer.open else override, by, said, now)


def _write(step: Step) -> Move:
    made = draft(
        Move,
        deal=step.deal,
        from_stage=step.start,
        to_stage=step.to,
        outcome=step.ending or "",
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
    insert_all([made])
    made._state.adding = False
    _place(step)
    _visit(step)
    tell_lead(step.deal)
    if step.ending == DealStatus.LOST:
        step.deal.lead.come_back(step.recycle_on)
    _tell(step, made)
    close_asked(made, let_through=bool(step.override), ended=bool(step.ending))
    return made


def _place(step: Step) -> None:
    deal, limit_at = step.deal, limit_of(step.to, step.now)
    deal.limit_at = limit_at
    stands = standing(step.dossier, step.plan, step.to.pk, debts_of([deal])[deal.pk], step.now)
    changes: dict[str, Any] = {
        "stage": step.to,
        "status": step.ending or DealStatus.OPEN,
        "entered_stage_at": step.now,
        "closed_at": step.now if step.ending else None,
        "lost_reason": step.reason[:120] if step.ending == DealStatus.LOST else "",
        "competitor": step.competitor if step.ending == DealStatus.LOST else "",
        "limit_at": limit_at,
        "attention": attention_of(deal, deal.lead, step.now),
        "rank": fresh_rank(),
        "gate": stands,
        "owed_by": owed_by(stands),
    }
    deal.place(**changes)


def _visit(step: Step) -> None:
    """Leave the old stage, enter the new; stages whose gates were passed on the way count as entered, for no time."""
    prepared().execute(LEAVE, [step.now, step.deal.account_id, step.deal.pk])
    # A funnel asks who ever entered a stage; without these rows whoever skipped it would seem never to have got so far.
    passed = [] if step.answer.back else [row for row in step.plan.rows if row.name in step.answer.passed]
    stays = {"deal": step.deal, "entered_at": step.now}
    insert_all(
        [draft(Visit, **stays, stage=row, left_at=step.now, passed=True) for row in passed]
        + [draft(Visit, **stays, stage=step.to, left_at=step.now if step.ending else None)]
    )


def _tell(step: Step, made: Move) -> None:
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
    if step.ending == DealStatus.WON:
        record(Kind.DEAL_WON, deal, by=by, lead_id=deal.lead_id, value_minor=deal.value_minor, currency=deal.currency)
    if step.ending == DealStatus.LOST:
        told: dict[str, Any] = {"stage": step.start.name, "reason": step.reason, "competitor": step.competitor}
        record(Kind.DEAL_LOST, deal, by=by, lead_id=deal.lead_id, recycle_on=step.recycle_on, **told)


def _last_move(deal: Deal) -> Move | None:
    """The move that brought the deal where it is, if one did."""
    last: Move | None = Move.objects.filter(deal=deal).order_by("-moved_at", "-id").first()
    return last if last and last.to_stage_id == deal.stage_id else None
