"""Due work of reviews."""

from uuid import UUID

from events.jobs import outside_job
from scoring.review import looking
from tenancy.models import Account


@outside_job(patient=True)
def watch_outcomes(account: Account, version_id: UUID) -> None:
    """Look at what became of leads, and again in a week: seconds of work, so mail goes first."""
    looking.look(account, version_id)
