"""Which merges have to do with each other: those of leads merged into one another, and of leads of the same people."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from uuid import UUID

from django.db.models import Q

from leads.models import Lead, Merge


def kept(lead_ids: Sequence[UUID]) -> list[UUID]:
    """The leads into which those of `lead_ids` went in the end, each once; themselves where nobody merged them."""
    return list(dict.fromkeys(where_to(lead_ids).values()))


def where_to(lead_ids: Sequence[UUID]) -> dict[UUID, UUID]:
    """The same by lead: one statement for each link of the longest chain, however many leads."""
    into: dict[UUID, UUID] = {}
    asked, known = set(lead_ids), set(lead_ids)
    while asked:
        step = dict(Merge.objects.standing().filter(other__in=asked).values_list("other_id", "lead_id"))
        into |= step
        asked = set(step.values()) - known
        known |= asked
    return {lead_id: _end_of(lead_id, into) for lead_id in lead_ids}


def _end_of(lead_id: UUID, into: Mapping[UUID, UUID]) -> UUID:
    seen = set()
    while lead_id in into and lead_id not in seen:  # no merge makes a circle, but nobody should wait for its end
        seen.add(lead_id)
        lead_id = into[lead_id]
    return lead_id


def with_merged(lead_id: UUID) -> list[UUID]:
    """A lead and all that were merged into it, also by way of others."""
    return [lead_id, *all_merged([lead_id])]


def all_merged(lead_ids: Collection[UUID]) -> list[UUID]:
    """All leads that were merged into these, also by way of others."""
    found: list[UUID] = []
    known, newest = set(lead_ids), list(lead_ids)
    while newest:
        merged = Merge.objects.standing().filter(lead__in=newest).values_list("other_id", flat=True)
        newest = [other for other in merged if other not in known]
        known |= set(newest)
        found += newest
    return found


def kin(merge: Merge) -> list[Merge]:
    """The standing merges that have to do with this one, itself among them, oldest first; they and their leads locked.

    Leads before merges, as merging does: a submission on its way to any of these leads waits.
    """
    found = _related(merge)
    leads = {lead_id for one in found for lead_id in (one.lead_id, one.other_id)}
    list(Lead.objects.filter(pk__in=leads).order_by("id").select_for_update(of=("self",)))
    locked = Merge.objects.standing().filter(pk__in=[one.pk for one in found]).select_for_update()
    return list(locked.order_by("merged_at", "id"))


def _related(merge: Merge) -> list[Merge]:
    found: list[Merge] = [merge]
    while True:
        leads = {lead_id for one in found for lead_id in (one.lead_id, one.other_id)}
        people = set(Lead.objects.filter(pk__in=leads).values_list("contact", flat=True))
        theirs = Lead.objects.filter(contact__in=people).values("pk")
        rows = list(Merge.objects.standing().filter(Q(lead__in=theirs) | Q(other__in=theirs)))
        if len(rows) <= len(found):
            return rows
        found = rows


def above(merge: Merge, standing: Iterable[Merge]) -> list[Merge]:
    """The merges that took the kept lead of `merge` further up, in their order."""
    into = {one.other_id: one for one in standing}
    chain, lead_id = [], merge.lead_id
    while lead_id in into:
        chain.append(into.pop(lead_id))
        lead_id = chain[-1].lead_id
    return chain


def below(merge: Merge, standing: Iterable[Merge]) -> list[Merge]:
    """The merges that brought something into the lead of `merge` that was merged away."""
    found, leads = [], {merge.other_id}
    for one in sorted(standing, key=lambda one: one.merged_at, reverse=True):
        if one.lead_id in leads and one.pk != merge.pk:
            found.append(one)
            leads.add(one.other_id)
    return found
