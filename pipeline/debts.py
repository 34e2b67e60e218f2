"""What an override leaves owing: on the record, on the card, and as a task for the day it falls due."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from events.jobs import cancel, job, schedule
from events.kinds import Kind
from events.models import Actor, Notification
from events.record import SYSTEM, By, record
from pipeline.dossier import dossiers_of
from pipeline.models import Deal, DealStatus, Move, Task
from pipeline.plan import plans_of
from pipeline.standing import debts_of, standing
from pipeline.tasks import add_task, finish_task, remove_task, reopen_task
from routing.calendars import calendar_of
from routing.reaching import give
from routing.workingtime import zone_named
from tenancy import clock
from tenancy.scope import current_account

OWING = (DealStatus.OPEN, DealStatus.WON)
PROOF = "proof"  # a kind of task
LAST_DAY = date(2100, 12, 31)  # on which a proof may be owed: calendars end, and so would the pages that show it
PEOPLE = tuple(f"deal__{name}" for name in ("owner", "lead__contact", "lead__company", "lead__source", "lead__owner"))


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
    # The task comes with the move: whoever takes back what they did last takes back the move.
    add_task(deal.lead, title_of(labels), kind=PROOF, by=SYSTEM, member=deal.owner, due_at=due_at)
    schedule(call_debts, move.pk, due_at)


def forgive(move: Move) -> None:
    """The move was taken back: nothing is owed for it, and nobody has to bring it."""
    if move.owed_by is None:
        return
    cancel(call_debts, move.pk)
    title = title_of([item["label"] for item in move.owed])
    tasks = Task.objects.filter(lead=move.deal.lead_id, kind=PROOF, title=title, due_at=end_of(move.owed_by))
    if task := tasks.filter(done_at=None).order_by("id").first():
        remove_task(task, by=SYSTEM)


@job(of="subject")
def call_debts(move_ids: Sequence[UUID]) -> None:
    """On the day a proof is owed and still missing: tell the deal's owner, and the manager who let it pass.

    A deal that was won on credit owes it no less than one that is open.
    """
    rows = Move.objects.filter(pk__in=move_ids, deal__status__in=OWING).select_related(*PEOPLE)
    moves = list(rows.order_by("id"))
    owed = still_owed(moves)
    give([notice for move in moves if owed[move.pk] for notice in _notices(move, owed[move.pk])])


def _notices(move: Move, owed: Sequence[str]) -> list[Notification]:
    text = f"Proof owed today: {move.deal}, {', '.join(owed)}"[:200]
    told = {"text": text, "lead_id": move.deal.lead_id, "event_id": move.pk}
    return [
        Notification(member_id=member_id, **told) for member_id in sorted({move.deal.owner_id, _manager(move)} - {None})
    ]


def still_owed(moves: Sequence[Move]) -> dict[UUID, list[str]]:
    """The labels of what each override let pass and nobody has proven since, by the move's id."""
    deals = list({move.deal_id: move.deal for move in moves}.values())
    plans, dossiers, debts = plans_of({deal.pipeline_id for deal in deals}), dossiers_of(deals), debts_of(deals)
    now, lacking = clock.now(), {}
    for deal in deals:
        stands = standing(dossiers[deal.pk], plans[deal.pipeline_id], deal.stage_id, debts[deal.pk], now)
        lacking[deal.pk] = stands["debts"]
    found = {}
    for move in moves:
        owed = {item["criterion"] for item in move.owed}
        found[move.pk] = [debt["label"] for debt in lacking[move.deal_id] if debt["criterion"] in owed]
    return found


def prove(deals: Sequence[Deal]) -> None:
    """Nothing is owed on these deals any more: the tasks to bring it are done."""
    for task in Task.objects.filter(lead__in=[deal.lead_id for deal in deals], kind=PROOF, done_at=None):
        finish_task(task, by=SYSTEM)


def call_back(deals: Sequence[Deal]) -> None:
    """What had proven it was taken back: it is owed again on these deals, and so is the task to bring it."""
    for deal in deals:
        days = {end_of(date.fromisoformat(debt["by"])) for debt in deal.gate["debts"]}
        for task in Task.objects.filter(lead=deal.lead_id, kind=PROOF, due_at__in=days).exclude(done_at=None):
            reopen_task(task, by=SYSTEM)


def title_of(labels: Sequence[str]) -> str:
    """The task of who has to bring it."""
    return f"Bring the proof: {', '.join(labels)}"[:120]


def may_be_owed_on(day: date) -> bool:
    """Whether it is a day from today on, by the account's calendar, and not beyond all calendars."""
    today = clock.now().astimezone(zone_named(current_account().time_zone)).date()
    return today <= day <= LAST_DAY


def end_of(day: date) -> datetime:
    """The end of working hours on a local day of the account, holiday or not (aware)."""
    return calendar_of(current_account()).closing(day)


def _manager(move: Move) -> UUID | None:
    return move.actor_id if move.actor_kind == Actor.MEMBER else None
