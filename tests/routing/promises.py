"""A Tuesday in London, and short words for what runs then."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from accounts.models import Member
from events.models import Event, Job, JobState
from leads.models import Lead
from routing.jobs import climb_timers, start_timers
from routing.models import Clock, Timer
from tenancy import clock
from tests.factories import a_lead

TUESDAY = datetime(2026, 3, 17, 9, 42, tzinfo=UTC)  # in London, without summer time
MINUTE = timedelta(minutes=1)


def promised(tier: str = "urgent", owner: Member | None = None, at: datetime = TUESDAY, **columns: Any) -> Lead:
    """A lead captured at `at`, owned from that second, with its clocks running."""
    lead = a_lead(tier=tier, captured_at=at, owner=owner, assigned_at=at if owner else None, **columns)
    with clock.at(at):
        start_timers([lead.pk])
    return lead


def timer_of(lead: Lead, wanted: str = Clock.FIRST_RESPONSE) -> Timer:
    timer: Timer = Timer.objects.filter(lead=lead, clock=wanted).order_by("started_at", "id").last()
    return timer


def pending(*timers: Timer) -> list[datetime]:
    """When the jobs of these timers (or all) are due."""
    jobs = Job.objects.filter(kind=climb_timers.name, state=JobState.PENDING)
    jobs = jobs.filter(subject_id__in=[timer.pk for timer in timers]) if timers else jobs
    return list(jobs.order_by("run_at").values_list("run_at", flat=True))


def until(moment: datetime) -> None:
    """Do what is due on ladders until `moment`, each thing at its own time."""
    while due := Job.objects.filter(kind=climb_timers.name, state=JobState.PENDING, run_at__lte=moment):
        at = min(due.values_list("run_at", flat=True))
        ring(at)


def ring(at: datetime) -> None:
    """One batch of what is due at `at`, as the workers do it."""
    jobs = Job.objects.filter(kind=climb_timers.name, state=JobState.PENDING, run_at__lte=at)
    subjects = list(jobs.order_by("run_at", "id").values_list("subject_id", flat=True))
    jobs.update(state=JobState.DONE)
    with clock.at(at):
        climb_timers(subjects)


def happened(lead: Lead, *kinds: str) -> list[tuple[str, float]]:
    """What happened to a lead's promises, each with the minutes since Tuesday 9:42."""
    rows = Event.objects.filter(lead_id=lead.pk).order_by("id")
    wanted: Sequence[str] = kinds or ("promise.reminded", "promise.broken", "promise.escalated", "lead.assigned")
    return [(row.kind, (row.recorded_at - TUESDAY) / MINUTE) for row in rows if row.kind in wanted]
