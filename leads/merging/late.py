"""Enquiries that reach a merged lead: they belong to the kept one, and to the other again once the merge is undone."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from events.models import json_safe
from leads.merging.facts import ADDRESS, COMPANY, LEAD, PERSON
from leads.merging.kin import kept, where_to, with_merged
from leads.merging.rows import Entry, is_known, value_of
from leads.models import Lead, Merge, Submission
from leads.reading import Reading
from tenancy import clock

__all__ = ["Watch", "holding", "kept", "where_to", "with_merged"]

COLUMNS = {
    "lead": tuple(column for columns in LEAD.values() for column in columns),
    "contact": tuple(column for columns in PERSON.values() for column in columns),
    "company": tuple(column for columns in COMPANY.values() for column in columns),
}
Image = dict[str, tuple[Any, dict[str, Any]]]


def holding(lead_ids: Iterable[UUID]) -> set[UUID]:
    """Those of `lead_ids` into which others were merged."""
    return set(Merge.objects.standing().filter(lead__in=lead_ids).values_list("lead_id", flat=True))


class Watch:
    """Watches what a repeat changes on a lead, if it comes from somebody whose own lead was merged into it."""

    def __init__(self, lead: Lead, reading: Reading, *, holding: bool = True) -> None:
        """`holding` is False where it is known that nobody was merged into `lead`."""
        self._lead = lead
        self._merge = _merge_of_sender(lead, reading) if holding else None
        self._before = _image(lead) if self._merge else {}
        self._said = _said(reading) if self._merge else {}

    def note(self, submission: Submission) -> None:
        """Remember in the merge that `submission` is the other's, what it changed here and what it says besides."""
        if self._merge is None:
            return
        after, at = _image(self._lead), clock.now().isoformat()
        for name, (row, now) in after.items():
            was, before = self._before.get(name, (None, {}))
            if was != row:
                continue
            entry, said = difference(name, row, before, now), self._said[name]
            if entry["after"] or said:  # what was known here already may be news to the other
                self._merge.changes.append(entry | {"said": said | entry["after"], "at": at})
        self._merge.changes.append({"table": Submission._meta.label, "moved": [str(submission.pk)]})
        self._merge.save(update_fields=["changes"])


def difference(name: str, row: Any, before: dict[str, Any], after: dict[str, Any]) -> Entry:
    """The entry that says which columns of `row` (a lead, contact or company: `name`) somebody's news changed."""
    changed = [column for column in before | after if before.get(column) != after.get(column)]
    sides = {"before": before, "after": after}
    told = {side: {column: values.get(column) for column in changed} for side, values in sides.items()}
    return {"table": row._meta.label, "id": str(row.pk), "late": name, **told}


def _said(reading: Reading) -> dict[str, dict[str, Any]]:
    """The facts somebody states, as plain values, by the row they are about."""
    stated = {"lead": reading.lead, "contact": reading.person, "company": reading.firm}
    facts = {
        name: {column: json_safe(told[column]) for column in COLUMNS[name] if is_known(told.get(column))}
        for name, told in stated.items()
    }
    facts["lead"] |= {f"custom.{key}": json_safe(value) for key, value in reading.custom.items() if is_known(value)}
    return facts


def _merge_of_sender(lead: Lead, reading: Reading) -> Merge | None:
    """The merge that took the sender's own lead away, if it went into `lead`, by whatever way."""
    merges = _merges_into(lead)
    external, address = reading.lead.get("external_id"), reading.person.get("email_norm")
    if not merges or not (external or address):
        return None
    for merge in merges:
        if external and external == merge.other.external_id:
            return merge
    people = {row.pk: row for merge in merges for row in (merge.lead.contact, merge.other.contact)}
    people[lead.contact_id] = lead.contact
    holder = next((row.pk for row in people.values() if address and row.email_norm == address), None)
    for merge in merges:  # newest first: whoever took an address in a merge had another before
        holder = _had_before(merge, holder)
    return next((merge for merge in merges if merge.other.contact_id == holder != lead.contact_id), None)


def _had_before(merge: Merge, holder: UUID | None) -> UUID | None:
    pair = [merge.lead.contact_id, merge.other.contact_id]
    swapped = {entry["id"] for entry in merge.changes if ADDRESS[1] in entry.get("before", {})}
    return pair[holder == pair[0]] if holder in pair and str(holder) in swapped else holder


def _merges_into(lead: Lead) -> list[Merge]:
    """The standing merges into `lead` and into those that were merged into it, newest first."""
    if not holding([lead.pk]):
        return []
    merges = Merge.objects.standing().filter(lead__in=with_merged(lead.pk))
    return list(merges.select_related("lead__contact", "other__contact").order_by("-merged_at", "-pk"))


def _image(lead: Lead) -> Image:
    """The facts of a lead, its person and its firm as plain values."""
    rows = {"lead": lead, "contact": lead.contact, "company": lead.company}
    image = {
        name: (row, {column: json_safe(value_of(row, column)) for column in COLUMNS[name]})
        for name, row in rows.items()
        if row is not None
    }
    image["lead"][1].update({f"custom.{key}": json_safe(value) for key, value in lead.custom.items()})
    return image
