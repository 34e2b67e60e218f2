"""How the work is going: what is due and since when, what died, who answers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import redis
from django.db.models import Count, Min, Q

from events.doorbell import client
from events.drain import retry
from events.kinds import Kind
from events.models import Job, JobState
from events.record import By, record
from tenancy import clock
from tenancy.models import Account
from tenancy.scope import scope

MOST_DEAD = 50


@dataclass(frozen=True)
class State:
    """Jobs of one account: `oldest` is when the longest-waiting one was due (aware); None when nothing waits."""

    account: Account
    due: int
    pending: int
    expired: int  # leases that ran out: their worker died
    dead: int
    oldest: datetime | None

    @property
    def waited(self) -> float:
        """Seconds that the oldest has waited."""
        return (clock.now() - self.oldest).total_seconds() if self.oldest else 0.0


def state_of(account: Account) -> State:
    """The account in scope, in one query."""
    now = clock.now()
    due = Q(state=JobState.PENDING, run_at__lte=now)
    counts = Job.objects.filter(state__in=[JobState.PENDING, JobState.LEASED, JobState.DEAD]).aggregate(
        due=Count("id", filter=due),
        pending=Count("id", filter=Q(state=JobState.PENDING)),
        expired=Count("id", filter=Q(state=JobState.LEASED, lease_until__lt=now)),
        dead=Count("id", filter=Q(state=JobState.DEAD)),
        oldest=Min("run_at", filter=due),
    )
    return State(account, **counts)


def state_of_all() -> list[State]:
    """Every account, those with trouble first. For operators."""
    states = []
    for account in Account.objects.order_by("name"):
        with scope(account):
            states.append(state_of(account))
    return sorted(states, key=lambda state: (-state.dead, -state.expired, -state.waited, state.account.name))


def dead_jobs() -> list[Job]:
    """Dead jobs of the account in scope, newest first."""
    return list(Job.objects.filter(state=JobState.DEAD).order_by("-finished_at", "-id")[:MOST_DEAD])


def retry_dead(job: Job, *, by: By) -> None:
    """A person says: again. Records JOB_RETRIED."""
    retry(job)
    record(Kind.JOB_RETRIED, job, by=by, job=job.kind)


def redis_words() -> str:
    """`answers`, or why not; within a second."""
    try:
        with client() as connection:
            connection.ping()
    except (redis.RedisError, OSError) as error:
        return f"does not answer ({type(error).__name__}); the pumps do the work themselves, slower"
    return "answers"
