"""Due work of capture."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import TYPE_CHECKING
from uuid import UUID

from events.jobs import job, outside_job, schedule
from leads import duplicates, recycling
from leads.enrichment import rounds
from leads.privacy import traces
from leads.silence import watching
from tenancy import clock

if TYPE_CHECKING:
    from tenancy.models import Account

WATCH = timedelta(minutes=15)


@job()
def enrich_leads(lead_ids: Sequence[UUID]) -> None:
    """What providers have said before, at once; what they have to be asked, later."""
    rounds.plan(lead_ids, ask_providers)


@outside_job(of="lead", patient=True)
def ask_providers(account: Account, lead_id: UUID) -> None:
    rounds.ask_about(account, lead_id, ask_providers)


@job(of="subject", batch=1)
def watch_sources(account_ids: Sequence[UUID]) -> None:
    """Look whether a source fell silent, and again in a quarter of an hour."""
    watching.watch()
    schedule(watch_sources, account_ids[0], clock.now() + WATCH)


@job()
def find_duplicates(lead_ids: Sequence[UUID]) -> None:
    """New leads: the same people under other addresses, numbers and spellings."""
    duplicates.examine(lead_ids)


@job()
def plan_returns(lead_ids: Sequence[UUID]) -> None:
    """Disqualified or lost: a timer for the day on which they come back, if there is one."""
    recycling.plan(lead_ids, bring_back)


@job()
def bring_back(lead_ids: Sequence[UUID]) -> None:
    """The day of a recycled lead."""
    recycling.bring_back(lead_ids)


@job(of="subject", batch=1)
def search_traces(erasure_ids: Sequence[UUID]) -> None:
    """The next table in the search for traces of an erased person."""
    if traces.take_step(erasure_ids[0]):
        schedule(search_traces, erasure_ids[0], clock.now())
