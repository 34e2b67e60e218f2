"""Deals that a merge set aside because another one was worked on. Once that went home, one of them is taken up, as if
the merge that was undone had never been."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from django.db.models import Q

from events.models import json_safe
from leads.merging import kin
from leads.merging.rows import Entry, Sheet
from leads.models import Lead, Merge, Status
from pipeline.closing import rehouse
from pipeline.models import Deal, DealStatus, Visit
from pipeline.upstream import tell_leads

SET_ASIDE = "Merged into another lead"
# The lead's copies of where its deal stands.
COPIES = ("deal_id", "pipeline_id", "stage_id", "stage_name", "stage_number", "status", "outcome", "closed_at")


def take_up(lead: Lead) -> None:
    """Let an open lead without a deal be worked on the first deal that waits in what was merged into it, if any.

    Each merge on the deal's way then says so: when it ends, the deal goes back where it would be without it.
    """
    if lead.status != Status.OPEN or Deal.objects.open().filter(lead=lead).exists():
        return
    inside = kin.with_merged(lead.pk)
    standing = list(Merge.objects.standing().filter(Q(lead__in=inside)).order_by("merged_at", "id"))
    waiting = Deal.objects.filter(lead__in=inside, status=DealStatus.DISQUALIFIED, lost_reason=SET_ASIDE)
    deals = {str(deal.pk): deal for deal in waiting}
    found = next(((merge, deals[key]) for merge in standing for key in _set_aside_by(merge) if key in deals), None)
    if found:
        merge, deal = found
        _give_back(merge, deal)
        _carry(deal, [merge, *kin.above(merge, standing)], standing)


def _set_aside_by(merge: Merge) -> Iterator[str]:
    for entry in merge.changes:
        if entry.get("after", {}).get("lost_reason") == SET_ASIDE:
            yield entry["id"]


def _give_back(merge: Merge, deal: Deal) -> None:
    """The merge has not set the deal aside after all."""
    visits = {str(pk) for pk in deal.visits.values_list("pk", flat=True)}
    sheet = Sheet()
    for entry in list(merge.changes):
        is_visit = entry["table"] == Visit._meta.label and entry.get("id") in visits
        if is_visit or (entry.get("id") == str(deal.pk) and "after" in entry):
            merge.changes.remove(entry)
            for name, value in entry["before"].items():
                sheet.put(entry, name, value)
    sheet.write()


def _carry(deal: Deal, way: Sequence[Merge], standing: Sequence[Merge]) -> None:
    """From lead to lead, as each of these merges would have taken it along."""
    for merge in way:
        lead = merge.lead
        merge.changes.append(_kept(lead, json_safe(_as_of(merge, lead, standing))))
        holder = {"lead_id": lead.pk, "owner_id": lead.owner_id}
        before = {name: getattr(deal, name) for name in holder}
        merge.changes.append(_kept(deal, json_safe(before)) | {"after": json_safe(holder)})
        Deal.objects.filter(pk=deal.pk).update(**holder)
        deal.refresh_from_db()
        known = {"deal_id": deal.pk, "pipeline_id": deal.pipeline_id, "stage_id": deal.stage_id}
        stage = {"stage_name": deal.stage.name, "stage_number": deal.stage.position + 1}
        Lead.objects.filter(pk=lead.pk).update(**known, **stage)
    tell_leads([deal])
    rehouse([deal])
    Merge.objects.bulk_update(way, ["changes"])


def _kept(row: Any, before: dict[str, Any]) -> Entry:
    return {"table": row._meta.label, "id": str(row.pk), "before": before}


def _as_of(merge: Merge, lead: Lead, standing: Sequence[Merge]) -> dict[str, Any]:
    """What the lead said of its deal when it was merged, which later merges may have changed."""
    said = {name: getattr(lead, name) for name in COPIES}
    later = standing[standing.index(merge) + 1 :]
    for entry in (entry for one in reversed(later) for entry in reversed(one.changes)):
        if entry.get("id") == str(lead.pk):
            said |= {name: value for name, value in entry.get("before", {}).items() if name in said}
    return said
