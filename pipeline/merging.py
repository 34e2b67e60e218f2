"""What a merge of leads does here: one open deal is left, the kept lead's own if it has one."""

from __future__ import annotations

from leads.merging import Journal, follows, on_return
from leads.models import Merge
from pipeline.models import Deal, DealStatus, Visit
from pipeline.upstream import tell_leads
from tenancy import clock

SET_ASIDE = "Merged into another lead"
# The lead's copies of where its deal stands.
COPIES = ("deal_id", "pipeline_id", "stage_id", "stage_name", "status", "outcome", "closed_at")

# What its card shows, worked out from the lead: see pipeline/settling.py and pipeline/next_step.py.
SHOWN = ("gate", "tier", "owed_by", "next_step", "next_step_kind", "next_step_at")


@follows(Deal)
def keep_one_open(journal: Journal) -> None:
    """The other's open deal follows, or is set aside where the kept lead is being worked already."""
    deals = Deal.objects.open().filter(lead__in=[journal.lead, journal.other]).select_related("stage", "lead")
    found = {deal.lead_id: deal for deal in deals.select_for_update(of=("self",)).order_by("id")}
    ours, theirs = found.get(journal.lead.pk), found.get(journal.other.pk)
    for deal in found.values():
        journal.keep(deal, *SHOWN)
    if ours:
        _value(journal, ours)
    if theirs and ours:
        _set_aside(journal, theirs)
    elif theirs:
        journal.keep(journal.lead, *COPIES)
        journal.put(theirs, lead_id=journal.lead.pk, owner_id=journal.lead.owner_id)
        tell_leads([theirs])


def _value(journal: Journal, deal: Deal) -> None:
    lead = journal.lead
    if deal.value_minor is None and lead.value_minor is not None:
        journal.put(deal, value_minor=lead.value_minor, currency=lead.currency)


def _set_aside(journal: Journal, deal: Deal) -> None:
    """No move is written: nobody decided about this deal, and the end of the merge gives it back."""
    now = clock.now()
    journal.put(deal, status=DealStatus.DISQUALIFIED, closed_at=now, limit_at=None, lost_reason=SET_ASIDE)
    for visit in Visit.objects.filter(deal=deal, left_at=None):
        journal.put(visit, left_at=now)


@on_return
def tell_both(merge: Merge) -> None:
    """A deal that came home may stand elsewhere by now."""
    deals = Deal.objects.filter(lead__in=[merge.lead_id, merge.other_id]).select_related("stage", "lead")
    tell_leads([deal for deal in deals if deal.lead.deal_id == deal.pk])
