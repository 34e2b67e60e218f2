"""Make two leads of one again, as they were; what came in between stays with the lead it was about."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from events.kinds import Kind
from events.models import Event
from events.record import By, Happening, record_all
from leads.merging.facts import NEWEST_COUNTS
from leads.merging.following import come_back
from leads.merging.journal import Entry, give_back, write
from leads.models import Lead, Merge, Suspicion
from tenancy import clock

NEWS = (
    *(Kind.ACTIVITY_LOGGED, Kind.LEAD_REPEATED, Kind.LEAD_CHANGED, Kind.LEAD_ANSWERED, Kind.MEETING_BOOKED),
    *(Kind.MEETING_CHANGED, Kind.TASK_ADDED, Kind.TASK_DONE, Kind.DEAL_MOVED, Kind.DEAL_WON, Kind.DEAL_LOST),
    *(Kind.DEAL_REOPENED, Kind.OBJECTION_RAISED, Kind.OBJECTION_ANSWERED, Kind.FILE_ATTACHED),
    *(Kind.CRITERION_ANSWERED, Kind.STAKEHOLDER_ADDED, Kind.STAKEHOLDER_REVIEWED, Kind.STAKEHOLDER_REMOVED),
)


class CannotUndo(ValueError):
    """This merge cannot be undone now; the message says what to do first."""


def undo(merge: Merge, *, by: By) -> bool:
    """Undo a merge, at any time and in any order. False if it was undone before.

    Raises CannotUndo while the kept lead is merged into a third: that one comes first. Records LEAD_UNMERGED for both.
    """
    with transaction.atomic():
        # Leads before merges, as merging does; a submission on its way to either waits here.
        list(Lead.objects.filter(pk__in=[merge.lead_id, merge.other_id]).order_by("id").select_for_update(of=("self",)))
        standing = Merge.objects.standing().filter(lead=merge.lead_id).order_by("merged_at", "id").select_for_update()
        found = {row.pk: row for row in standing}
        if merge.pk not in found:
            return False
        _refuse(merge)
        later = [row for row in found.values() if (row.merged_at, row.pk) > (merge.merged_at, merge.pk)]
        _return(found[merge.pk], later, by)
    merge.refresh_from_db()
    return True


def changed_in_between(lead_ids: Sequence[UUID]) -> list[UUID]:
    """Of leads whose merge was undone those about which something happened while it stood.

    Only their scores and gates are worked out again: the others are to the letter what they were.
    """
    rows = Merge.objects.exclude(undone_at=None).filter(Q(lead__in=lead_ids) | Q(other__in=lead_ids))
    found: set[UUID] = set()
    for merge in rows.order_by("undone_at"):
        pair = {merge.lead_id, merge.other_id}
        news = Event.objects.filter(lead_id__in=pair, recorded_at__gte=merge.merged_at, kind__in=NEWS)
        found = found - pair | (pair if news.exists() else set())
    return [lead_id for lead_id in lead_ids if lead_id in found]


def _refuse(merge: Merge) -> None:
    above = Merge.objects.standing().filter(other=merge.lead_id).select_related("lead__contact").first()
    if above:
        raise CannotUndo(f"This lead was merged into {above.lead} since. Undo that merge first.")


def _return(merge: Merge, later: list[Merge], by: By) -> None:
    late = [entry for entry in merge.changes if entry.get("late")]
    give_back(merge, later)
    _hand_over(merge, late)
    Merge.objects.bulk_update(later, ["changes"])
    now = clock.now()
    Merge.objects.filter(pk=merge.pk).update(undone_at=now)
    leads = [merge.lead_id, merge.other_id]
    Lead.objects.filter(pk__in=leads).update(updated_at=now)
    pair = Q(first=merge.lead_id, second=merge.other_id) | Q(first=merge.other_id, second=merge.lead_id)
    Suspicion.objects.filter(pair, answer="merged").update(settled_at=None, answer="")
    come_back(merge)
    record_all([Happening(Kind.LEAD_UNMERGED, merge.pk, lead_id, by) for lead_id in leads])


def _hand_over(merge: Merge, late: list[Entry]) -> None:
    """What the other's person said since is known of the other now: the newest wish, and facts it did not know."""
    other = Lead.objects.select_related("contact", "company", "source").get(pk=merge.other_id)
    rows: dict[str, Any] = {"lead": other, "contact": other.contact}
    for entry in late:
        row = rows[entry["late"]]
        news = {
            name: row._meta.get_field(name).to_python(value)
            for name, value in entry["after"].items()
            if value is not None and (name in NEWEST_COUNTS or not getattr(row, name))
        }
        for name, value in news.items():
            setattr(row, name, value)
        if news:
            write(type(row), [row.pk], news)
