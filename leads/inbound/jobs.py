from uuid import UUID

from events.jobs import outside_job
from leads.inbound import mailboxes, taking
from tenancy.models import Account


@outside_job()
def take_payload(account: Account, payload_id: UUID) -> None:
    """Make of what was sent what it is: a lead, an activity, or nothing with a reason."""
    taking.settle(account, payload_id, again=True)


@outside_job()
def poll_mailbox(account: Account, mailbox_id: UUID) -> None:
    """Timer: look into a mailbox, and plan the next look."""
    mailboxes.poll(account, mailbox_id)
