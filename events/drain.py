"""Do what is due, account by account in turn, a batch at a time, until nothing is."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import structlog
from django.db import connection
from django.db.models import F, Q

from events.jobs import HANDLERS, Handler, Later
from events.models import Job, JobState
from events.record import flow
from tenancy import clock
from tenancy.ids import uuid7
from tenancy.models import Account
from tenancy.scope import scope

# A killed worker's jobs are redone within LEASE and the pump's next sweep: 65 seconds. A batch must finish sooner.
LEASE = timedelta(seconds=60)
MAX_ATTEMPTS = 10  # with doubling waits about four minutes: what fails so often is broken
# Of work that only has to wait, every ten minutes for a day: servers that greylist want a quarter of an hour, and mail
# servers are away for hours.
MAX_LATER = 150
OUTSIDE_LOCK = 7_011_656_412  # held by the one process that sends
log = structlog.get_logger(__name__)


class Fenced(Exception):
    """Another worker took these jobs over while we worked; our effect is rolled back."""


@dataclass(frozen=True)
class Due:
    """An account with something due, and since when (aware)."""

    account_id: UUID
    since: datetime


@dataclass(frozen=True)
class Claim:
    account: Account
    handler: Handler
    token: UUID
    job_ids: list[UUID]
    subject_ids: list[UUID]
    attempts: int


def due_accounts(now: datetime, *, outside: bool) -> list[Due]:
    """The accounts with a pending job of that kind due at `now`, longest waiting first; takes no lock."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT account_id, since FROM accounts_with_due_jobs(%s, %s) ORDER BY since", [now, outside])
        return [Due(*row) for row in cursor.fetchall()]


def drain(seconds: float = 20) -> int:
    """Work until nothing is due or `seconds` are over, then on what works outside. Returns the jobs handled."""
    until, done = time.monotonic() + seconds, 0
    while handled := drain_inside(until - time.monotonic()) + drain_outside(until - time.monotonic(), most=1):
        done += handled
    return done


def drain_inside(seconds: float = 20) -> int:
    """Do what is due in the database: one batch per account and turn. Returns the jobs handled."""
    return _drain(seconds, outside=False)


def drain_outside(seconds: float = 20, *, most: int | None = None) -> int:
    """Do what is due outside, mail above all, unless another process is at it: a server that hangs holds up one
    process and never a lead. `most` turns at most."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [OUTSIDE_LOCK])
        if not cursor.fetchone()[0]:
            return 0
        try:
            return _drain(seconds, outside=True, most=most)
        finally:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [OUTSIDE_LOCK])


def _drain(seconds: float, *, outside: bool, most: int | None = None) -> int:
    until, done, turns = time.monotonic() + seconds, 0, 0
    while time.monotonic() < until and (most is None or turns < most):
        accounts = Account.objects.in_bulk([due.account_id for due in due_accounts(clock.now(), outside=outside)])
        others_first = not outside and bool(turns % 2)
        handled = sum(work_once(account, outside=outside, others_first=others_first) for account in accounts.values())
        if not handled:
            break
        done, turns = done + handled, turns + 1
    return done


def work_once(account: Account, *, outside: bool = False, others_first: bool = False) -> int:
    """Claim one batch of one account and run it. Returns how many jobs it held; 0 if others have them all."""
    claim = claim_batch(account, clock.now(), outside=outside, others_first=others_first)
    if claim is None:
        return 0
    run(claim)
    return len(claim.job_ids)


def claim_batch(account: Account, now: datetime, *, outside: bool = False, others_first: bool = False) -> Claim | None:
    """Lease due jobs of one kind, at most its handler's batch, skipping what others hold: of prompt work what waits
    longest, else of the others; or with `others_first` the other way round."""
    with scope(account):
        due = Job.objects.filter(state=JobState.PENDING, outside=outside, run_at__lte=now)
        free = due.select_for_update(skip_locked=True).order_by("run_at", "id")
        first = free.filter(prompt=not others_first).first() or free.filter(prompt=others_first).first()
        if first is None:
            return None
        handler = handler_named(first.kind)
        batch = handler.batch if handler else 1
        jobs = [first] if first.args else [first, *_rest(due, first, batch - 1)]
        # Committed before the work begins: if the worker dies there is a lease to expire, and an attempt counted.
        token = uuid7()
        Job.objects.filter(pk__in=[job.pk for job in jobs]).update(
            state=JobState.LEASED, lease_token=token, lease_until=now + LEASE, attempts=F("attempts") + 1
        )
        if handler is None:
            bury(jobs, token, f"No handler is called {first.kind}.")
            return None
    subjects = list(dict.fromkeys(subject for job in jobs for subject in job.subjects))
    return Claim(account, handler, token, [job.pk for job in jobs], subjects, max(job.attempts for job in jobs) + 1)


def handler_named(kind: str) -> Handler | None:
    """The handler of that name. Reading the flow registers them all, also in a process that recorded nothing yet."""
    flow()
    return HANDLERS.get(kind)


def _rest(due: Any, first: Job, count: int) -> list[Job]:
    if count < 1:
        return []
    others = due.filter(prompt=first.prompt, kind=first.kind, args={}).exclude(pk=first.pk)
    return list(others.select_for_update(skip_locked=True).order_by("run_at", "id")[:count])


def run(claim: Claim) -> None:
    """Run a claim: effect and completion in one transaction, fenced by the lease's token; failures are put off."""
    try:
        if claim.handler.outside:
            claim.handler.outside(claim.account, claim.subject_ids[0])
        with scope(claim.account):
            if claim.handler.inside:
                claim.handler.inside(claim.subject_ids)
            complete(claim)  # in the effect's own transaction: both are there, or neither
    except Fenced:
        log.warning("job.fenced", kind=claim.handler.name, account=str(claim.account.pk))
    except Later as error:
        log.info("job.later", kind=claim.handler.name, account=str(claim.account.pk), why=str(error))
        put_off(claim, error)
    except Exception as error:
        # The failure may have been the connection's own; what follows needs one that works.
        connection.close_if_unusable_or_obsolete()
        log.exception("job.failed", kind=claim.handler.name, account=str(claim.account.pk), jobs=len(claim.job_ids))
        put_off(claim, error)


def complete(claim: Claim) -> None:
    """Mark the claim's jobs done. Raises Fenced when the lease is no longer ours."""
    held = Job.objects.filter(pk__in=claim.job_ids, lease_token=claim.token, state=JobState.LEASED)
    if held.update(state=JobState.DONE, finished_at=clock.now(), lease_token=None) != len(claim.job_ids):
        raise Fenced


def put_off(claim: Claim, error: Exception) -> None:
    """Try a failed batch again one by one, and a single job later; after MAX_ATTEMPTS (MAX_LATER for what can only
    wait) it is dead and visible."""
    most = MAX_LATER if isinstance(error, Later) else MAX_ATTEMPTS
    with scope(claim.account):
        held = Job.objects.filter(pk__in=claim.job_ids, lease_token=claim.token, state=JobState.LEASED)
        if len(claim.job_ids) > 1 or len(claim.subject_ids) > 1:
            singles = _scatter(claim, [single for job in held for single in _singles(job)])
        elif claim.attempts >= most:
            return bury(list(held), claim.token, repr(error))
        else:
            wait = timedelta(seconds=min(0.25 * 2 ** min(claim.attempts, 12), 600))
            held.update(
                state=JobState.PENDING, lease_token=None, run_at=clock.now() + wait, last_error=repr(error)[:2000]
            )
            return None
    for single in singles:
        run(single)
    return None


def _singles(job: Job) -> list[Job]:
    """The job, or in place of one for many subjects a job for each."""
    if not job.args:
        return [job]
    shared = {
        name: getattr(job, name) for name in ("account", "kind", "prompt", "run_at", "state", "attempts", "created_at")
    }
    key = job.dedupe_key
    singles = [Job(subject_id=one, dedupe_key=f"{key}:{one.hex}", **shared) for one in job.subjects]
    Job.objects.bulk_create(singles)
    Job.objects.filter(pk=job.pk).update(state=JobState.SKIPPED, finished_at=clock.now(), lease_token=None)
    return singles


def _scatter(claim: Claim, jobs: list[Job]) -> list[Claim]:
    """A claim for each job of a failed batch, so that one poisoned subject does not hold up the others."""
    tokens = [uuid7() for _ in jobs]
    for job, token in zip(jobs, tokens, strict=True):
        job.lease_token, job.lease_until = token, clock.now() + LEASE
    Job.objects.bulk_update(jobs, ["lease_token", "lease_until"])
    return [
        Claim(claim.account, claim.handler, token, [job.pk], [job.subject_id], job.attempts)
        for job, token in zip(jobs, tokens, strict=True)
    ]


def bury(jobs: list[Job], token: UUID, why: str) -> None:
    """Dead: shown at the operators' page, retried only by a person."""
    Job.objects.filter(pk__in=[job.pk for job in jobs], lease_token=token).update(
        state=JobState.DEAD, finished_at=clock.now(), last_error=why[:2000]
    )
    log.error("job.dead", jobs=[str(job.pk) for job in jobs], why=why)


def sweep(account: Account, now: datetime) -> int:
    """Give expired leases of `account` back; a job that killed its worker MAX_ATTEMPTS times is dead instead."""
    with scope(account):
        expired = Job.objects.filter(state=JobState.LEASED, lease_until__lt=now)
        expired.filter(attempts__gte=MAX_ATTEMPTS).update(
            state=JobState.DEAD, finished_at=now, last_error="Its worker died each time."
        )
        back: int = expired.filter(Q(attempts__lt=MAX_ATTEMPTS)).update(state=JobState.PENDING, lease_token=None)
        return back


def retry(job: Job) -> None:
    """A person says: try this dead job again, from its first attempt."""
    Job.objects.filter(pk=job.pk, state=JobState.DEAD).update(
        state=JobState.PENDING, attempts=0, run_at=clock.now(), finished_at=None, lease_token=None
    )
