"""Due work of scoring."""

from collections.abc import Sequence
from uuid import UUID

from events.jobs import job, reschedule_all
from leads.merging import changed_in_between
from scoring import engagement
from scoring.batch import next_changes, score_all


@job()
def score_leads(lead_ids: Sequence[UUID]) -> None:
    """Score leads, and come back when fading points will make it another number."""
    due = [(one.lead.pk, one.receipt.next_change_at) for one in score_all(lead_ids)]
    reschedule_all(score_leads, due)


@job()
def join_visitors(lead_ids: Sequence[UUID]) -> None:
    """Give leads what was seen of their browsers before anybody knew whose they were."""
    engagement.join_met(lead_ids)


@job()
def score_unmerged(lead_ids: Sequence[UUID]) -> None:
    """Two leads again: scored anew if something happened, else their points go on fading as they did."""
    changed = changed_in_between(lead_ids)
    score_leads(changed)
    reschedule_all(score_leads, next_changes([lead_id for lead_id in lead_ids if lead_id not in changed]))
