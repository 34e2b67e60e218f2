"""What is planned next for a lead: the earliest of its open tasks, meetings to come and touches."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from uuid import UUID

from events.kinds import Kind
from events.record import SYSTEM, Happening, record_all
from followups.models import Touch
from pipeline.models import Meeting, Task
from pipeline.next_step import NextStep, record_next_steps
from routing import next_steps as clocks
from tenancy import clock

SOME_DAY = datetime.max.replace(tzinfo=UTC)


def settle(lead_ids: Sequence[UUID], *, announce: bool = True) -> None:
    """Write what is planned next on the open deals of these leads. A constant number of statements."""
    earliest: dict[UUID, NextStep] = {}
    for step in _planned(lead_ids):
        best = earliest.get(step.lead_id)
        if best is None or (step.at or SOME_DAY) < (best.at or SOME_DAY):
            earliest[step.lead_id] = step
    changed = record_next_steps([earliest.get(lead_id, NextStep(lead_id)) for lead_id in lead_ids])
    clocks.settle(lead_ids, some_day={step.lead_id for step in earliest.values() if step.at is None})
    if announce:
        record_all(
            [
                Happening(
                    Kind.STEP_PLANNED,
                    deal.pk,
                    deal.lead_id,
                    SYSTEM,
                    {"title": deal.next_step, "kind": deal.next_step_kind, "at": deal.next_step_at},
                )
                for deal in changed
            ]
        )


def _planned(lead_ids: Sequence[UUID]) -> Iterable[NextStep]:
    """Everything that is planned, in three queries."""
    tasks = Task.objects.filter(lead_id__among=lead_ids, done_at=None)
    yield from (NextStep(task.lead_id, task.title, task.kind, task.due_at) for task in tasks.order_by("due_at", "id"))
    meetings = Meeting.objects.filter(lead_id__among=lead_ids, outcome="", starts_at__gte=clock.now())
    yield from (NextStep(row.lead_id, row.title, "meeting", row.starts_at) for row in meetings)
    touches = Touch.objects.filter(lead_id__among=lead_ids, finished_at=None)
    yield from (NextStep(touch.lead_id, touch.title, touch.channel, touch.due_at) for touch in touches)
