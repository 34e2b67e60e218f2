"""Doors of routing's due work."""

from collections.abc import Sequence
from uuid import UUID

from events.jobs import job, outside_job, schedule
from events.record import SYSTEM
from routing import (
    alarms,
    assignment,
    climbing,
    covering,
    credits,
    departing,
    keeping,
    notices,
    replaying,
    sending,
    timers,
)
from tenancy import clock
from tenancy.models import Account


@job(prompt=True)
def route_unrouted_leads(lead_ids: Sequence[UUID]) -> None:
    """Owners for those who have none."""
    assignment.route(lead_ids, by=SYSTEM)


@job(of="subject", batch=1)
def retry_unrouted_leads(subject_ids: Sequence[UUID]) -> None:
    """Somebody joined, is back or has room: leads for whom there was nobody are tried again, some at a time."""
    if assignment.retry(by=SYSTEM):
        schedule(retry_unrouted_leads, subject_ids[0], clock.now())


@job()
def raise_alarms(lead_ids: Sequence[UUID]) -> None:
    """Managers and admins hear of leads for which only the fallback had anybody."""
    alarms.alarm(lead_ids)


@job()
def credit_turns(lead_ids: Sequence[UUID]) -> None:
    """Turns that brought nothing are given back."""
    credits.credit(lead_ids)


@outside_job(patient=True)
def replay_leads(account: Account, replay_id: UUID) -> None:
    """A replay: seconds of work that nobody's lead waits for."""
    replaying.run(account, replay_id)


@job()
def start_timers(lead_ids: Sequence[UUID]) -> None:
    timers.start(lead_ids)


@job()
def renew_timers(lead_ids: Sequence[UUID]) -> None:
    """Something changed that conditions may look at: what is promised only now is promised from now on."""
    timers.start(lead_ids, at_once=True)


@job()
def stop_timers(lead_ids: Sequence[UUID]) -> None:
    keeping.stop(lead_ids)


@job()
def resume_timers(lead_ids: Sequence[UUID]) -> None:
    """Two leads again: the promises that ran for each run on."""
    keeping.resume(lead_ids)


@job(of="subject")
def climb_timers(timer_ids: Sequence[UUID]) -> None:
    """Timer: the next rung of these promises is due."""
    climbing.climb(timer_ids)


@job(of="subject")
def turn_covers(cover_ids: Sequence[UUID]) -> None:
    """Timer: covers begin or end."""
    covering.turn(cover_ids)


@job(of="subject", batch=1)
def move_leads_of_leavers(member_ids: Sequence[UUID]) -> None:
    """A member left: their leads go on."""
    departing.move_leads(member_ids)


@job(of="subject")
def tell_of_covers(cover_ids: Sequence[UUID]) -> None:
    notices.tell_of_covers(cover_ids)


@job(of="subject")
def carry_notices(subject_ids: Sequence[UUID]) -> None:
    """Somebody upstream gave notices about these: they leave the house, too."""
    notices.carry_of(subject_ids)


@outside_job()
def mail_notices(account: Account, member_id: UUID) -> None:
    sending.send_mail(account, member_id)


@outside_job(patient=True)
def post_notices(account: Account, member_id: UUID) -> None:
    sending.post(account, member_id)


@job()
def tell_owners(lead_ids: Sequence[UUID]) -> None:
    notices.tell(lead_ids)
