"""What a merge of leads does here: one open deal is left, the kept lead's own if it has one."""

from __future__ import annotations

from events.kinds import Kind
from events.models import Event
from events.record import SYSTEM
from leads.merging import Journal, follows, on_return
from leads.merging.kin import kept
from leads.merging.rows import write
from leads.models import Lead, Merge, Status
from pipeline.closing import rehouse, resume
from pipeline.models import Deal, DealStatus, Visit
from pipeline.upstream import tell_leads
from pipeline.waiting import COPIES, SET_ASIDE, take_up
from tenancy import clock

UNMERGED = "A merge was undone"
ENDINGS = {
    Kind.LEAD_DISQUALIFIED: Status.DISQUALIFIED,
    Kind.LEAD_PUT_ASIDE: Status.SPAM,
    Kind.LEAD_REOPENED: Status.OPEN,
}
# What its card shows, worked out from the lead: see pipeline/settling.py and pipeline/next_step.py.
SHOWN = ("gate", "tier", "owed_by", "next_step", "next_step_kind", "next_step_at", "attention")


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
        journal.copy(deal, lead, {"value_minor": "value_minor", "currency": "currency"})


def _set_aside(journal: Journal, deal: Deal) -> None:
    """No move is written: nobody decided about this deal, and the end of the merge gives it back."""
    now = clock.now()
    journal.put(deal, status=DealStatus.DISQUALIFIED, closed_at=now, limit_at=None, lost_reason=SET_ASIDE)
    for visit in Visit.objects.filter(deal=deal, left_at=None):
        journal.put(visit, left_at=now)


@on_return
def tell_both(merge: Merge) -> None:
    """A deal that came home may stand elsewhere by now, and somebody else's name may be on it."""
    ended = _ended(merge)
    if ended:
        _stay_ended(merge, ended)
    deals = Deal.objects.filter(lead__in=[merge.lead_id, merge.other_id]).select_related("stage", "lead")
    for deal in deals.open():
        if deal.owner_id != deal.lead.owner_id and deal.lead.deal_id == deal.pk:
            write(Deal, [deal.pk], {"owner_id": deal.lead.owner_id})
    tell_leads([deal for deal in deals if deal.lead.deal_id == deal.pk])
    rehouse(list(deals.open()))
    for lead in Lead.objects.filter(pk__in=kept([merge.lead_id, merge.other_id])).order_by("id"):
        take_up(lead)


def _ended(merge: Merge) -> Event | None:
    """That the kept lead was disqualified or called spam while it was merged, if it has not been reopened since."""
    since = Event.objects.filter(lead_id=merge.lead_id, kind__in=ENDINGS, recorded_at__gte=merge.merged_at)
    last: Event | None = since.order_by("recorded_at", "id").last()
    return last if last and last.kind != Kind.LEAD_REOPENED else None


def _stay_ended(merge: Merge, ended: Event) -> None:
    """Somebody said so of the kept lead, not of the other, whose deal is taken up again if it was in the kept one's
    hands."""
    status = ENDINGS[Kind(ended.kind)]
    write(Lead, [merge.lead_id], {"status": status, "outcome": status, "closed_at": ended.occurred_at})
    closed = Deal.objects.filter(lead=merge.other_id, status=DealStatus.DISQUALIFIED, lost_reason="")
    deals = closed.filter(closed_at__gte=merge.merged_at).select_related("stage", "lead").order_by("id")
    if not Deal.objects.open().filter(lead=merge.other_id).exists():
        resume(list(deals[:1]), by=SYSTEM, reason=UNMERGED)
