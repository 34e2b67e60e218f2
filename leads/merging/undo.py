"""Make two leads of one again, as they were; what came in between stays with the lead it was about."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from events.kinds import Kind
from events.models import Event
from events.record import By, Happening, record_all
from leads.merging import aftercare
from leads.merging.following import come_back
from leads.merging.kin import kin
from leads.merging.returning import Return
from leads.models import Lead, Merge, Status, Suspicion
from tenancy import clock

NEWS = (
    *(Kind.ACTIVITY_LOGGED, Kind.LEAD_REPEATED, Kind.LEAD_CHANGED, Kind.LEAD_ANSWERED, Kind.MEETING_BOOKED),
    *(Kind.MEETING_CHANGED, Kind.TASK_ADDED, Kind.TASK_DONE, Kind.DEAL_MOVED, Kind.DEAL_WON, Kind.DEAL_LOST),
    *(Kind.DEAL_REOPENED, Kind.OBJECTION_RAISED, Kind.OBJECTION_ANSWERED, Kind.FILE_ATTACHED),
    *(Kind.CRITERION_ANSWERED, Kind.STAKEHOLDER_ADDED, Kind.STAKEHOLDER_REVIEWED, Kind.STAKEHOLDER_REMOVED),
)


GONE = "The person was erased: nothing is left of which two could be made."


def undo(merge: Merge, *, by: By) -> bool:
    """Undo a merge, at any time and in any order, wherever its leads went since. False if it was undone before,
    or if the person was erased.

    Records LEAD_UNMERGED for both, and for the lead into which the kept one went by now.
    """
    with transaction.atomic():
        standing = kin(merge)
        found = {one.pk: one for one in standing}
        if merge.pk not in found or any(lead.contact.erased_at for lead in (merge.lead, merge.other)):
            return False  # of an erased person nothing is left of which two could be made
        _end(Return(found[merge.pk], standing), by)
    merge.refresh_from_db()
    return True


def undo_all(lead_ids: Sequence[UUID], *, by: By) -> None:
    """Undo every merge of these leads, into others and of others into them, the newest first."""
    standing = Merge.objects.standing().filter(Q(lead__in=lead_ids) | Q(other__in=lead_ids))
    for merge in standing.order_by("-merged_at", "-id"):
        undo(merge, by=by)


def _end(end: Return, by: By) -> None:
    merge, now = end.merge, clock.now()
    leads = [merge.lead_id, merge.other_id, *(one.lead_id for one in end.above)]
    end.work_out()
    aftercare.ask_about(end.write())
    aftercare.hand_over(end)
    Merge.objects.bulk_update(end.others, ["changes"])
    Merge.objects.filter(pk=merge.pk).update(undone_at=now)
    Lead.objects.filter(pk__in=leads).update(updated_at=now)
    handed = [merge.other_id] if end.late else []
    aftercare.settle(leads, end.above, [*handed, *changed_in_between(leads)])
    pair = Q(first=merge.lead_id, second=merge.other_id) | Q(first=merge.other_id, second=merge.lead_id)
    Suspicion.objects.filter(pair, answer="merged").update(settled_at=None, answer="")
    come_back(merge)
    told = [merge.lead_id, merge.other_id, *(one.lead_id for one in end.above[-1:])]
    record_all([Happening(Kind.LEAD_UNMERGED, merge.pk, lead_id, by) for lead_id in told])


@dataclass
class _Span:
    """For how long a lead was one with others, and with whom."""

    since: datetime
    until: datetime
    leads: set[UUID] = field(default_factory=set)


def changed_in_between(lead_ids: Sequence[UUID]) -> list[UUID]:
    """Of leads whose merge was undone those about which something happened while it stood, or that are still merged
    with others.

    Only their scores and gates are worked out again: the others are to the letter what they were.
    """
    standing = Merge.objects.standing().filter(lead__in=lead_ids)
    holding = set(standing.exclude(lead__status=Status.MERGED).values_list("lead", flat=True))
    spans = _spans(lead_ids)
    return [lead_id for lead_id in lead_ids if lead_id in holding or (lead_id in spans and _has_news(spans[lead_id]))]


def _spans(lead_ids: Sequence[UUID]) -> dict[UUID, _Span]:
    """Merges that overlap in time count as one: the first to be undone may have left its news to the second."""
    rows = Merge.objects.exclude(undone_at=None).filter(Q(lead__in=lead_ids) | Q(other__in=lead_ids))
    spans: dict[UUID, _Span] = {}
    for merge in rows.order_by("undone_at"):
        for lead_id in (merge.lead_id, merge.other_id):
            span = spans.get(lead_id)
            if span is None or span.until < merge.merged_at:
                span = spans[lead_id] = _Span(merge.merged_at, merge.undone_at)
            span.since, span.until = min(span.since, merge.merged_at), merge.undone_at
            span.leads |= {merge.lead_id, merge.other_id}
    return spans


def _has_news(span: _Span) -> bool:
    leads, found = set(span.leads), set(span.leads)
    while found:  # what was said of the lead into which these went is said of them
        above = Merge.objects.filter(other__in=found, merged_at__lte=span.until).values_list("lead_id", flat=True)
        found = set(above) - leads
        leads |= found
    news = Event.objects.filter(lead_id__in=leads, recorded_at__gte=span.since, kind__in=NEWS)
    return bool(news.exists())
