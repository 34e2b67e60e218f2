"""What a merge of leads does here: one person is in one cadence."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from events.jobs import Handler, reschedule_all
from followups import next_steps
from followups.models import EndReason, Enrolment, Touch, TouchState
from leads.merging import Journal, changed_in_between, follows
from tenancy import clock

MERGED = "Merged into another lead."


@follows(Enrolment)
def keep_one_cadence(journal: Journal) -> None:
    """The other's cadence goes on where the kept lead has none; else it ends. What is over follows as history."""
    theirs = Enrolment.objects.filter(lead=journal.other)
    if Enrolment.objects.filter(lead=journal.lead, ended_at=None).exists():
        for enrolment in theirs.filter(ended_at=None).select_for_update().order_by("id"):
            _end(journal, enrolment)
    journal.move(theirs)


def _end(journal: Journal, enrolment: Enrolment) -> None:
    now = clock.now()
    journal.put(enrolment, ended_at=now, end_reason=EndReason.CLOSED)
    for touch in enrolment.touches.filter(finished_at=None):
        journal.put(touch, state=TouchState.SKIPPED, finished_at=now, note=MERGED)


def resume(lead_ids: Sequence[UUID], touching: Handler) -> None:
    """Let `touching` run at the times of the touches that are planned for these leads; settle what is next."""
    planned = Touch.objects.filter(lead_id__in=lead_ids, state=TouchState.PLANNED, finished_at=None)
    reschedule_all(touching, list(planned.values_list("pk", "due_at")))
    next_steps.settle(changed_in_between(lead_ids))
