from collections.abc import Sequence
from uuid import UUID

from events.jobs import job, outside_job
from followups import bouncing, enrolling, instant, merging, next_steps, resuming, sending, stopping, touching
from followups.models import Enrolment
from leads.models import Lead
from tenancy.models import Account


@job(unless=instant.is_long_ago)
def reply_instantly(lead_ids: Sequence[UUID]) -> None:
    """Answer web enquiries at once, by an automatic mail."""
    instant.reply(lead_ids)


@job()
def enrol_leads(lead_ids: Sequence[UUID]) -> None:
    """Start the cadence of each lead's tier."""
    leads = Lead.objects.open().filter(pk__among=lead_ids).with_people().order_by("id")
    enrolling.enrol(enrolling.starters(list(leads)))
    next_steps.settle(lead_ids, announce=False)


@job(of="subject")
def do_touch(touch_ids: Sequence[UUID]) -> None:
    """Timer: make the touches that are due."""
    next_steps.settle(touching.perform(touch_ids))


@job()
def advance_cadences(lead_ids: Sequence[UUID]) -> None:
    """Something happened to leads: end what it stops, let go what waited for a person's try."""
    running = Enrolment.objects.filter(lead_id__among=lead_ids, ended_at=None).select_related("cadence")
    stopping.end_stopped(list(running.order_by("id")))
    touching.after_attempt(lead_ids)
    next_steps.settle(lead_ids)


@job()
def resume_cadences(lead_ids: Sequence[UUID]) -> None:
    """Something was undone: what it had stopped goes on, what it had done is due again."""
    resuming.resume(lead_ids)
    next_steps.settle(lead_ids)


@job(of="subject")
def suppress_bounced(contact_ids: Sequence[UUID]) -> None:
    """A mail came back: no more to an address that does not exist."""
    bouncing.suppress(contact_ids)


@job()
def resume_touches(lead_ids: Sequence[UUID]) -> None:
    """Two leads again: the touches that were planned for each are due when they were."""
    merging.resume(lead_ids, do_touch)


@job()
def settle_next_steps(lead_ids: Sequence[UUID]) -> None:
    """Write on each deal what is planned next."""
    next_steps.settle(lead_ids)


@outside_job()
def send_message(account: Account, message_id: UUID) -> None:
    """Hand one mail to SMTP."""
    sending.deliver(account, message_id)
