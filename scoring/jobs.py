"""Due work of scoring."""

from collections.abc import Sequence
from uuid import UUID

from events.jobs import job, reschedule_all
from leads.merging import changed_in_between
from scoring import close_rates, engagement, rescoring
from scoring.batch import next_changes, score_all
from scoring.kin import kin_of
from tenancy import clock


@job(prompt=True)
def score_leads(lead_ids: Sequence[UUID]) -> None:
    """Score leads, and come back when fading points will make it another number."""
    due = [(one.lead_id, one.receipt.next_change_at) for one in score_all(lead_ids)]
    reschedule_all(score_leads, due)


@job()
def score_kin(lead_ids: Sequence[UUID]) -> None:
    """A fact of a firm or a person is a fact of all their leads."""
    now = clock.now()
    reschedule_all(score_leads, [(lead_id, now) for lead_id in kin_of(lead_ids)])


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


@job(of="subject", batch=1)
def rescore_leads(rescoring_ids: Sequence[UUID]) -> None:
    """The next batch of the leads that new rules are to score again."""
    rescoring.go_on(rescoring_ids)


@job(of="subject", batch=1)
def measure_sources(version_ids: Sequence[UUID]) -> None:
    """Count close rates for the rules that are live, and again tomorrow."""
    close_rates.watch(version_ids[0])
