"""A past that never was, lived through in order: each act at its time, and before it all jobs that were due by then."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from events import drain
from events.models import Job, JobState
from tenancy import clock
from tenancy.models import Account

HEARTBEAT = timedelta(milliseconds=420)  # what a job takes to start, so that lags look like lags
SLOT = timedelta(hours=3)  # timers of a past so long may fire together


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


def work(account: Account, until: datetime) -> None:
    """Do the account's jobs that are due before `until`: reactions at once, timers within a SLOT."""
    due = Job.objects.filter(state=JobState.PENDING, run_at__lt=until).order_by("run_at", "id")
    while (job := due.first()) is not None:
        with clock.at(min(job.run_at + (SLOT if job.generation else HEARTBEAT), until)):
            drain.work_once(account, outside=job.outside)
