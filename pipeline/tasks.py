"""Things somebody has to do about a lead: with a time, a reminder, and again if they come back."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid5
from zoneinfo import ZoneInfo

from django.core.exceptions import ValidationError

from accounts.models import Member
from events.jobs import cancel, job, schedule
from events.kinds import Kind
from events.models import Event, NoticeKind, Notification
from events.record import By, record
from leads.models import Lead
from pipeline.following import let_in
from pipeline.models import Every, Task
from routing.reaching import give
from routing.workingtime import zone_named
from tenancy import clock
from tenancy.ids import from_public
from tenancy.scope import current_account

COLUMNS = ("title", "kind", "member_id", "due_at", "remind_at", "every")


def add_task(
    lead: Lead,
    title: str,
    *,
    by: By,
    kind: str = "task",
    member: Member | None = None,
    due_at: datetime | None = None,
    remind_at: datetime | None = None,
    every: str = "",
) -> Task:
    """A task of `lead` for `member` (its owner when nobody is named), due at an aware time or some day.

    `every` makes the next one when it is done; raises ValidationError without a `due_at` to count from.
    """
    task = Task(
        lead=lead,
        title=title,
        kind=kind,
        member=member or lead.owner,
        due_at=due_at,
        remind_at=remind_at,
        every=_repeatable(every, due_at),
    )
    task.save(force_insert=True)
    event = record(Kind.TASK_ADDED, task, by=by, lead_id=lead.pk, title=title, due_at=due_at)
    _remind(task)
    _tell(task, event, by)
    return task


def change_task(task: Task, changes: dict[str, Any], *, by: By) -> Task:
    """Set title, kind, member, due_at, remind_at, every. A reminder moves along with the due time unless it is named.

    Records TASK_CHANGED with {name: [before, after]} if anything differs. Raises ValidationError like add_task().
    """
    wanted = {"member_id" if name == "member" else name: value for name, value in changes.items()}
    if "member" in changes:
        wanted["member_id"] = changes["member"].pk if changes["member"] else None
    before = {name: getattr(task, name) for name in COLUMNS}
    after = before | wanted
    if "remind_at" not in wanted and task.remind_at and task.due_at and after["due_at"]:
        after["remind_at"] = task.remind_at + (after["due_at"] - task.due_at)
    after["every"] = _repeatable(after["every"], after["due_at"])
    changed = {name: [before[name], after[name]] for name in COLUMNS if before[name] != after[name]}
    if not changed or not Task.objects.filter(pk=task.pk).update(**{name: new for name, (_, new) in changed.items()}):
        return task
    task.refresh_from_db()
    event = record(Kind.TASK_CHANGED, task, by=by, lead_id=task.lead_id, title=task.title, changed=changed)
    _remind(task)
    if "member_id" in changed:
        _tell(task, event, by)
    return task


def snooze_task(task: Task, until: datetime, *, by: By) -> Task:
    """Put an open task off until an aware time; its reminder comes then. Raises ValidationError if that is past."""
    if until <= clock.now():
        raise ValidationError({"due_at": "Choose a time to come."})
    return change_task(task, {"due_at": until, "remind_at": until}, by=by)


def finish_task(task: Task, *, by: By) -> Task:
    """Tick it off; a second tick changes nothing. One that comes again is made anew for its next time."""
    now = clock.now()
    if Task.objects.filter(pk=task.pk, done_at=None).update(done_at=now):
        task.done_at = now
        following = _follow(task, now, by)
        record(
            Kind.TASK_DONE,
            task,
            by=by,
            lead_id=task.lead_id,
            title=task.title,
            next=following.public_id if following else None,
        )
        cancel(remind_of_tasks, task.pk)
    return task


def reopen_task(task: Task, *, by: By) -> Task:
    """It was not done after all. The next one that was made meanwhile goes, if it is still open."""
    if Task.objects.filter(pk=task.pk).exclude(done_at=None).update(done_at=None):
        done = Event.objects.filter(subject_id=task.pk, kind=Kind.TASK_DONE).order_by("-recorded_at", "-id").first()
        if done and done.body.get("next"):
            for following in Task.objects.filter(pk=from_public(Task.PREFIX, done.body["next"]), done_at=None):
                remove_task(following, by=by)
        task.done_at = None
        record(Kind.TASK_REOPENED, task, by=by, lead_id=task.lead_id, title=task.title)
        _remind(task)
    return task


def remove_task(task: Task, *, by: By) -> None:
    """Nobody has to do it any more. The event keeps what it was, so that it can come back."""
    kept = {name: getattr(task, name) for name in COLUMNS}
    record(Kind.TASK_REMOVED, task, by=by, lead_id=task.lead_id, title=task.title, kept=kept)
    cancel(remind_of_tasks, task.pk)
    task.delete()


def next_due(due: datetime, every: str, zone: ZoneInfo, now: datetime) -> datetime:
    """When a task that was due at `due` comes again: the first time after `now`, at the same hour by the clock in
    `zone`. Pure. What is due on the last day of a month stays on last days."""
    local = due.astimezone(zone).replace(tzinfo=None)
    ends_month = local.day == monthrange(local.year, local.month)[1]
    step = 0
    while True:
        step += 1
        if every == Every.MONTH:
            year, month = divmod(local.year * 12 + local.month - 1 + step, 12)
            last = monthrange(year, month + 1)[1]
            found = local.replace(year=year, month=month + 1, day=last if ends_month else min(local.day, last))
        else:
            found = local + timedelta(days=step * (7 if every == Every.WEEK else 1))
        aware = found.replace(tzinfo=zone)
        if aware > now and aware > due:
            return aware


@job(of="subject")
def remind_of_tasks(task_ids: Sequence[UUID]) -> None:
    """The time of a reminder has come: tell whose task it is, unless it is done or was put off meanwhile."""
    due = Task.objects.filter(pk__in=task_ids, done_at=None, remind_at__lte=clock.now()).exclude(member=None)
    give([_reminder(task) for task in due.select_related("lead__contact")])


def _reminder(task: Task) -> Notification:
    assert task.member_id
    return Notification(
        member_id=task.member_id,
        kind=NoticeKind.TASK,
        text=f"{task.title}: {task.lead}"[:200],
        lead_id=task.lead_id,
        event_id=uuid5(task.pk, f"{task.remind_at:%c}"),  # once, however often the job runs
    )


def _follow(task: Task, now: datetime, by: By) -> Task | None:
    if not task.every or task.due_at is None:
        return None
    due_at = next_due(task.due_at, task.every, _zone(task.member), now)
    before = task.due_at - task.remind_at if task.remind_at else None
    following = {"kind": task.kind, "member": task.member, "due_at": due_at, "every": task.every}
    return add_task(task.lead, task.title, by=by, remind_at=due_at - before if before else None, **following)


def _remind(task: Task) -> None:
    if task.remind_at and task.done_at is None:
        schedule(remind_of_tasks, task.pk, task.remind_at)
    else:
        cancel(remind_of_tasks, task.pk)


def _tell(task: Task, event: Event, by: By) -> None:
    """Whoever gets a task from somebody else hears of it; what the system adds stands on Today soon enough."""
    if by.id and task.member_id and task.member_id not in (by.id, task.lead.owner_id):
        let_in(task.lead, Member.objects.active().filter(pk=task.member_id))
        text = f"{by.name} gave you a task: {task.title}"[:200]
        about = {"kind": NoticeKind.TASK, "lead_id": task.lead_id, "event_id": event.pk}
        give([Notification(member_id=task.member_id, text=text, **about)])


def _repeatable(every: str, due_at: datetime | None) -> str:
    if every and due_at is None:
        raise ValidationError({"due_at": "A task that comes again needs a first time."})
    return every


def _zone(member: Member | None) -> ZoneInfo:
    return zone_named((member.time_zone if member else "") or current_account().time_zone)
