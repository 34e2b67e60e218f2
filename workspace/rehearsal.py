"""A past that never was, lived through in order: each act at its time, and before it all jobs that were due by then."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.db.models import Q, QuerySet

from events import drain
from events.models import Job, JobState
from leads.models import Lead
from pipeline.jobs import settle_gates
from scoring.jobs import score_leads
from tenancy import clock
from tenancy.models import Account

HEARTBEAT = timedelta(milliseconds=420)  # what a job takes to start, so that lags look like lags
SLOT = timedelta(hours=3)  # timers of a past so long may fire together
END = datetime(2999, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Act:
    """Something a person did at a time (aware)."""

    at: datetime
    do: Callable[[], object]


def live_through(account: Account, acts: Iterable[Act], until: datetime) -> None:
    """Play `acts` in the account in scope. All in the transaction around it, so that no pump comes between."""
    for act in sorted(acts, key=lambda act: act.at):
        if act.at > until:
            break
        work(account, act.at)
        with clock.at(act.at):
            act.do()
    work(account, until)
    Job.objects.filter(state=JobState.PENDING, run_at=END).update(run_at=until)
    with clock.at(until):
        while drain.work_once(account):
            pass


def work(account: Account, until: datetime) -> None:
    """Do the account's jobs that are due before `until`: reactions at once, timers within a SLOT."""
    due = Job.objects.filter(state=JobState.PENDING, run_at__lt=until).order_by("run_at", "id")
    while (job := _first_that_matters(due)) is not None:
        with clock.at(min(job.run_at + (SLOT if job.generation else HEARTBEAT), until)):
            drain.work_once(account, outside=job.outside)


def _first_that_matters(due: QuerySet[Job]) -> Job | None:
    """Cards and scores are brought up to date once, at the end: what puts them right is put off until then."""
    scored = Lead.objects.exclude(score=None).values("pk")
    due.filter(Q(kind=settle_gates.name) | Q(kind=score_leads.name, subject_id__in=scored)).update(run_at=END)
    return due.first()
