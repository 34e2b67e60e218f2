"""Merge one lead into another: facts by choice, everything that hangs on it, both histories."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from django.db import transaction
from django.db.models import Q

from events.kinds import Kind
from events.record import By, record
from leads.changes import searchable
from leads.merging.facts import settle_facts
from leads.merging.following import follow
from leads.merging.journal import Journal
from leads.models import Lead, Merge, Status, Suspicion
from tenancy import clock

# What later apps work out from the rest: it is worked out again after a merge and after its end.
WORKED_OUT = (
    *("score", "score_band", "tier", "fit", "intent", "authority", "timing", "points", "points_of", "track"),
    *("qualified_at", "first_response_due_at", "first_response_risk_at", "next_step_at", "search_text", "incomplete"),
)


class CannotMerge(ValueError):
    """These two cannot become one; the message says why."""


def merge(other: Lead, lead: Lead, *, by: By, take: Collection[str] = ()) -> Merge:
    """Merge `other` into `lead` and return the record that undoes it.

    A fact that `lead` does not know comes from `other`; those named in `take` come from `other` in any case. Raises
    CannotMerge for one lead twice, for one that is merged already, and for an open one that would vanish in a closed.
    Records LEAD_MERGED.
    """
    with transaction.atomic():
        lead, other = _locked(lead, other)
        _refuse(lead, other)
        made = Merge(lead=lead, other=other, actor_kind=by.kind, actor_id=by.id, actor_name=by.name[:120])
        made.merged_at, made.changes = clock.now(), []
        journal = Journal(made)
        journal.keep(lead, *WORKED_OUT)
        settle_facts(journal, take)
        journal.put(other, status=Status.MERGED)
        follow(journal)
        _settle(lead)
        made.save(force_insert=True)
        pair = Q(first=lead, second=other) | Q(first=other, second=lead)
        Suspicion.objects.filter(pair, settled_at=None).update(settled_at=clock.now(), answer="merged")
        told: dict[str, Any] = {"other": other.public_id, "name": str(other), "took": sorted(take)}
        record(Kind.LEAD_MERGED, made, by=by, lead_id=lead.pk, **told)
    return made


def _locked(lead: Lead, other: Lead) -> tuple[Lead, Lead]:
    # In the order of ids: two merges of one pair in opposite directions come one after the other.
    rows = Lead.objects.filter(pk__in=[lead.pk, other.pk]).order_by("id").select_for_update(of=("self",))
    found = {row.pk: row for row in rows.select_related("contact", "company", "source")}
    return found[lead.pk], found[other.pk]


def _refuse(lead: Lead, other: Lead) -> None:
    if lead.pk == other.pk:
        raise CannotMerge("A lead cannot be merged into itself.")
    if merged := [row for row in (lead, other) if row.status == Status.MERGED]:
        raise CannotMerge(f"{merged[0]} was merged into another lead already.")
    if other.status == Status.OPEN and lead.status != Status.OPEN:
        raise CannotMerge("An open lead would vanish in a closed one. Merge the closed one into the open one.")


def _settle(lead: Lead) -> None:
    lead.refresh_from_db()
    known = lead.facts
    incomplete = [name for name in lead.incomplete if known.get(name) is None]
    Lead.objects.filter(pk=lead.pk).update(incomplete=incomplete, search_text=searchable(lead), updated_at=clock.now())
