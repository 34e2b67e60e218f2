"""Due work of scoring."""

from collections.abc import Sequence
from uuid import UUID

from events.jobs import job, reschedule_all
from scoring import engagement
from scoring.batch import score_all


@job()
def score_leads(lead_ids: Sequence[UUID]) -> None:
    """Score leads, and come back when fading points will make it another number."""
    due = [(one.lead.pk, one.receipt.next_change_at) for one in score_all(lead_ids)]
    reschedule_all(score_leads, due)


@job()
def join_visitors(lead_ids: Sequence[UUID]) -> None:
    """Give leads what was seen of their browsers before anybody knew whose they were."""
    engagement.join_met(lead_ids)
