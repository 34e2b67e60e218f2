"""How what hangs on a lead, and a deal's steps, are taken back."""

from __future__ import annotations

from typing import Any

from events.kinds import Kind
from events.models import Event
from events.record import By
from leads import contacts
from leads.models import Activity, Lead
from leads.undoing import CannotUndo, undoes
from pipeline.comments import remove_comment
from pipeline.files import remove_file
from pipeline.meetings import change_meeting
from pipeline.models import Comment, Deal, File, Meeting, Move, Objection, Task
from pipeline.objections import change_objection, remove_objection
from pipeline.refusals import GateClosed, NotOpen
from pipeline.tasks import COLUMNS, add_task, change_task, remove_task, reopen_task
from routing.keeping import NotAgain, take_up
from tenancy import clock

GONE = "It is not there any more."
SINCE = "It was changed again since."


@undoes(Kind.TASK_ADDED)
def task(event: Event, by: By) -> None:
    remove_task(_there(Task, event), by=by)


@undoes(Kind.TASK_DONE)
def done(event: Event, by: By) -> None:
    reopen_task(_there(Task, event), by=by)


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


@undoes(Kind.DEAL_MOVED)
def step(event: Event, by: By) -> None:
    """Back where it came from, as far as that stage lets deals back; what was won by it is taken up again."""
    deal = _there(Deal, event)
    last = Move.objects.filter(deal=deal).select_related("from_stage").order_by("-moved_at", "-id").first()
    if last is None or last.from_stage is None or last.to_stage_id != deal.stage_id or last.actor_id != by.id:
        raise CannotUndo("It has moved on since.")
    try:
        if last.outcome:
            back = deal.reopen(by=by, reason="Undone")
        else:
            back = deal.move(last.from_stage, by=by, reason="Undone")
    except (GateClosed, NotOpen) as refusal:
        raise CannotUndo(f"It can’t go back to {last.from_stage.name}.") from refusal
    Move.objects.filter(pk__in=[last.pk, back.pk]).update(undone_at=clock.now())


@undoes(Kind.DEAL_LOST)
def lost(event: Event, by: By) -> None:
    try:
        _there(Deal, event).reopen(by=by, reason="Undone")
    except NotOpen as refusal:
        raise CannotUndo(str(refusal)) from refusal


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
    found = model.objects.filter(pk=event.subject_id).select_related("lead__contact", "lead__owner").first()
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
