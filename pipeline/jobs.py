"""What events start here."""

from collections.abc import Sequence
from uuid import UUID

from events.jobs import job
from leads.merging import changed_in_between
from pipeline.attention import weigh
from pipeline.closing import close_disqualified
from pipeline.comments import tell_followers_of
from pipeline.debts import call_debts
from pipeline.imported import place
from pipeline.inviting import mail_invitation
from pipeline.mailed import keep_files
from pipeline.opening import let_go, open_deals_of
from pipeline.scanning import scan_file
from pipeline.settling import settle_leads, settle_stages
from pipeline.stakeholders import want_a_map
from pipeline.tasks import remind_of_tasks
from routing.models import Clock

__all__ = [
    "call_debts",
    "close_deals",
    "keep_mailed_files",
    "let_deals_go",
    "mail_invitation",
    "map_stakeholders",
    "open_deals",
    "place_imported",
    "remind_of_tasks",
    "scan_file",
    "settle_gates",
    "settle_pipeline",
    "settle_unmerged",
    "tell_followers",
    "weigh_deals",
]


@job()
def open_deals(lead_ids: Sequence[UUID]) -> None:
    """Assigned: a deal in the first stage, or the open one handed to the new owner."""
    open_deals_of(lead_ids)


@job()
def let_deals_go(lead_ids: Sequence[UUID]) -> None:
    """Nobody has the lead any more: its deal says so."""
    let_go(lead_ids)


@job()
def map_stakeholders(lead_ids: Sequence[UUID]) -> None:
    """They fit and want it, but our contact does not decide: a task to find out who does."""
    want_a_map(lead_ids)


@job()
def settle_gates(lead_ids: Sequence[UUID]) -> None:
    """Something was filled in: the cards' meters."""
    settle_leads(lead_ids)


@job()
def settle_unmerged(lead_ids: Sequence[UUID]) -> None:
    """Two leads again: meters of those about which something happened."""
    settle_leads(changed_in_between(lead_ids))


@job(unless=lambda body: body.get("clock", Clock.FIRST_RESPONSE) != Clock.FIRST_RESPONSE)
def weigh_deals(lead_ids: Sequence[UUID]) -> None:
    """A promise was made, kept or broken: their places on the board."""
    weigh(lead_ids)


@job(of="subject", batch=1)
def keep_mailed_files(payload_ids: Sequence[UUID]) -> None:
    """A mail came with files: they belong to its lead."""
    keep_files(payload_ids)


@job(of="subject", batch=1)
def settle_pipeline(stage_ids: Sequence[UUID]) -> None:
    """A stage or its criteria were edited: every card of its pipeline."""
    settle_stages(stage_ids)


@job()
def close_deals(lead_ids: Sequence[UUID]) -> None:
    """Disqualified: no open deal stays behind."""
    close_disqualified(lead_ids)


@job()
def place_imported(lead_ids: Sequence[UUID]) -> None:
    """Imported with a stage or an owner: the deals that say so."""
    place(lead_ids)


@job()
def tell_followers(lead_ids: Sequence[UUID]) -> None:
    """Whoever follows a lead hears what became of it."""
    tell_followers_of(lead_ids)
