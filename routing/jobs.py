"""Doors of routing's due work."""

from collections.abc import Sequence
from uuid import UUID

from events.jobs import job, schedule
from events.record import SYSTEM
from routing import assignment, notices, timers
from tenancy import clock


@job()
def route_unrouted_leads(lead_ids: Sequence[UUID]) -> None:
    """Owners for those who have none."""
    assignment.route(lead_ids, by=SYSTEM)


@job(of="subject", batch=1)
def retry_unrouted_leads(member_ids: Sequence[UUID]) -> None:
    """Somebody joined: the leads for whom there was nobody are tried again, some at a time."""
    if assignment.retry(by=SYSTEM):
        schedule(retry_unrouted_leads, member_ids[0], clock.now())


@job()
def start_timers(lead_ids: Sequence[UUID]) -> None:
    timers.start(lead_ids, breach_timer)


@job()
def stop_timers(lead_ids: Sequence[UUID]) -> None:
    timers.stop(lead_ids, breach_timer)


@job()
def resume_timers(lead_ids: Sequence[UUID]) -> None:
    """Two leads again: the promises that ran for each run on."""
    timers.resume(lead_ids, breach_timer)


@job(of="subject")
def breach_timer(timer_ids: Sequence[UUID]) -> None:
    timers.break_overdue(timer_ids)


@job()
def tell_owners(lead_ids: Sequence[UUID]) -> None:
    notices.tell(lead_ids)
