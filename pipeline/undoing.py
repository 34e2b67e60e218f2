"""How what hangs on a lead, and a deal's steps, are taken back."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from events.kinds import Kind
from events.models import Event
from events.record import By
from leads import contacts
from leads.models import Activity, Lead, Status
from leads.undoing import CannotUndo, once_only, undoes
from pipeline.comments import remove_comment
from pipeline.debts import forgive
from pipeline.files import remove_file
from pipeline.meetings import change_meeting
from pipeline.models import Comment, Deal, File, Meeting, Move, Objection, Task
from pipeline.objections import change_objection, remove_objection
from pipeline.refusals import GateClosed, NotOpen
from pipeline.tasks import COLUMNS, add_task, change_task, remove_task, reopen_task
from routing.keeping import NotAgain, run_on, take_up
from tenancy import clock
from tenancy.ids import from_public

GONE = "It is not there any more."
SINCE = "It was changed again since."


@undoes(Kind.TASK_ADDED)
def task(event: Event, by: By) -> None:
    remove_task(_there(Task, event), by=by)


@undoes(Kind.TASK_DONE)
def done(event: Event, by: By) -> list[UUID]:
    once_only(event)
    reopen_task(_there(Task, event), by=by)
    following = from_public(Task.PREFIX, event.body["next"]) if event.body.get("next") else None
    return _told(event, Kind.TASK_ADDED, subject_id=following) if following else []


@undoes(Kind.TASK_CHANGED)
def other_task(event: Event, by: By) -> None:
    change_task(_there(Task, event), _as_before(Task, event), by=by)


@undoes(Kind.TASK_REMOVED)
def no_task(event: Event, by: By) -> None:
    lead = Lead.objects.select_related("owner").get(pk=event.lead_id)
    kept = _parsed(Task, {name: event.body["kept"].get(name) for name in COLUMNS})
    member_id, title = kept.pop("member_id"), kept.pop("title")
    made = add_task(lead, title, by=by, **kept)
    change_task(made, {"member_id": member_id}, by=by)


@undoes(Kind.OBJECTION_RAISED)
def objection(event: Event, by: By) -> None:
    remove_objection(_there(Objection, event), by=by)


@undoes(Kind.OBJECTION_ANSWERED)
def answer(event: Event, by: By) -> None:
    found = _there(Objection, event)
    if found.answer != event.body.get("answer"):
        raise CannotUndo(SINCE)
    change_objection(found, {"answered_at": None}, by=by)


@undoes(Kind.MEETING_BOOKED)
def meeting(event: Event, by: By) -> None:
    change_meeting(_there(Meeting, event), {"outcome": "cancelled"}, by=by)


@undoes(Kind.MEETING_CHANGED)
def other_meeting(event: Event, by: By) -> None:
    if event.body.get("outcome") in ("held", "no_show"):
        raise CannotUndo("It is logged; what happened stays on the record. Log what is right.")
    change_meeting(_there(Meeting, event), _as_before(Meeting, event), by=by)


@undoes(Kind.COMMENT_ADDED)
def comment(event: Event, by: By) -> None:
    remove_comment(_there(Comment, event), by=by)


@undoes(Kind.FILE_ATTACHED)
def file(event: Event, by: By) -> None:
    remove_file(_there(File, event), by=by)


@undoes(Kind.LEAD_DISQUALIFIED)
def disqualification(event: Event, by: By) -> None:
    once_only(event)
    lead = Lead.objects.get(pk=event.lead_id)
    if lead.status != Status.DISQUALIFIED or not lead.reopen(by=by, reason="Undone"):
        raise CannotUndo("It is not disqualified any more.")
    run_on(lead.pk, event.recorded_at)


@undoes(Kind.DEAL_MOVED)
def step(event: Event, by: By) -> None:
    """Back where it came from, as far as that stage lets deals back; what was won by it is taken up again."""
    deal = _there(Deal, event)
    last = _last_step(deal)
    if last is None or last.from_stage is None or last.to_stage_id != deal.stage_id:
        raise CannotUndo("It has moved on since.")
    if last.public_id != event.body.get("move"):
        raise CannotUndo("It has moved on since.")
    try:
        if last.outcome:
            back = deal.reopen(by=by, reason="Undone")
        else:
            back = deal.move(last.from_stage, by=by, reason="Undone")
    except (GateClosed, NotOpen) as refusal:
        raise CannotUndo(f"It can’t go back to {last.from_stage.name}.") from refusal
    _taken_back(last, back, event.recorded_at)


@undoes(Kind.DEAL_LOST)
def lost(event: Event, by: By) -> list[UUID]:
    once_only(event)
    deal = _there(Deal, event)
    last = _last_step(deal)
    try:
        back = deal.reopen(by=by, reason="Undone")
    except NotOpen as refusal:
        raise CannotUndo(str(refusal)) from refusal
    if last is None:
        return []
    _taken_back(last, back, event.recorded_at)
    return _told(event, Kind.DEAL_MOVED, body__move=last.public_id)


def _last_step(deal: Deal) -> Move | None:
    """The newest that nobody took back."""
    steps = Move.objects.filter(deal=deal, undone_at=None).select_related("from_stage", "deal__lead")
    found: Move | None = steps.order_by("-moved_at", "-id").first()
    return found


def _taken_back(last: Move, back: Move, at: datetime) -> None:
    """As if the step had never been: what an override left owing is owed no more, promises that it ended run on."""
    Move.objects.filter(pk__in=[last.pk, back.pk]).update(undone_at=clock.now())
    forgive(last)
    if last.outcome:
        run_on(last.deal.lead_id, at)


def _told(event: Event, kind: Kind, **said: Any) -> list[UUID]:
    """The events that told of the same deed."""
    return list(Event.objects.filter(lead_id=event.lead_id, kind=kind, **said).values_list("pk", flat=True))


@undoes(Kind.ACTIVITY_LOGGED)
def activity(event: Event, by: By) -> None:
    """As if it had never been logged: the lead waits for its answer again, and so does the promise that it kept."""
    found = _there(Activity, event)
    if Meeting.objects.filter(lead=found.lead_id, outcome__in=("held", "no_show"), title=found.body).exists():
        raise CannotUndo("It is how a meeting went; what happened stays on the record. Log what is right.")
    try:
        take_up(found.lead_id, found.occurred_at)
    except NotAgain as refusal:
        raise CannotUndo(str(refusal)) from refusal
    contacts.unstamp(found.lead, found)


def _there(model: Any, event: Event) -> Any:
    found = model.objects.in_sight().filter(pk=event.subject_id).select_related("lead__contact", "lead__owner").first()
    if found is None:
        raise CannotUndo(GONE)
    return found


def _as_before(model: Any, event: Event) -> dict[str, Any]:
    """The columns as they were. Raises CannotUndo when one has changed again."""
    changed = event.body.get("changed") or {}
    row = _there(model, event)
    after = _parsed(model, {name: pair[1] for name, pair in changed.items()})
    if not changed or any(getattr(row, name) != value for name, value in after.items()):
        raise CannotUndo(SINCE)
    return _parsed(model, {name: pair[0] for name, pair in changed.items()})


def _parsed(model: Any, values: dict[str, Any]) -> dict[str, Any]:
    """An event's JSON as values of the model's columns; a person by id."""
    found = {}
    for name, value in values.items():
        if name in ("member", "stakeholder"):
            target = model._meta.get_field(name).related_model
            found[name] = target.objects.by_public_id(value) if value else None
        else:
            found[name] = model._meta.get_field(name).to_python(value) if value is not None else None
    return found
