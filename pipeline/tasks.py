"""Things somebody has to do about a lead."""

from __future__ import annotations

from datetime import datetime

from accounts.models import Member
from events.kinds import Kind
from events.record import By, record
from leads.models import Lead
from pipeline.models import Task
from tenancy import clock


def add_task(
    lead: Lead, title: str, *, by: By, kind: str = "task", member: Member | None = None, due_at: datetime | None = None
) -> Task:
    """A task of `lead` for `member` (its owner when nobody is named), due at an aware time or some day."""
    task: Task = Task.objects.create(lead=lead, title=title, kind=kind, member=member or lead.owner, due_at=due_at)
    record(Kind.TASK_ADDED, task, by=by, lead_id=lead.pk, title=title, due_at=due_at)
    return task


def finish_task(task: Task, *, by: By) -> Task:
    """Tick it off; a second tick changes nothing."""
    now = clock.now()
    if Task.objects.filter(pk=task.pk, done_at=None).update(done_at=now):
        task.done_at = now
        record(Kind.TASK_DONE, task, by=by, lead_id=task.lead_id, title=task.title)
    return task
