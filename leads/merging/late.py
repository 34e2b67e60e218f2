"""Enquiries that reach a merged lead: they belong to the kept one, and to the other again once the merge is undone."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.db.models import Q

from events.models import json_safe
from leads.merging.facts import LEAD, PERSON
from leads.models import Lead, Merge, Submission
from leads.reading import Reading

COLUMNS = {
    "lead": (*(column for columns in LEAD.values() for column in columns), "custom"),
    "contact": tuple(column for columns in PERSON.values() for column in columns),
}
Image = dict[str, dict[str, Any]]


def kept(lead_ids: Sequence[UUID]) -> list[UUID]:
    """The leads into which those of `lead_ids` went in the end, each once; themselves where nobody merged them."""
    found, seen = list(lead_ids), set(lead_ids)
    while into := dict(Merge.objects.standing().filter(other__in=found).values_list("other_id", "lead_id")):
        found = [into.get(lead_id, lead_id) for lead_id in found]
        if seen >= set(into.values()):
            break  # round in a circle: no merge makes one, but nobody should wait for its end
        seen |= set(into.values())
    return list(dict.fromkeys(found))


def with_merged(lead_id: UUID) -> list[UUID]:
    """A lead and all that were merged into it, also by way of others."""
    found, newest = [lead_id], [lead_id]
    while newest:
        merged = Merge.objects.standing().filter(lead__in=newest).values_list("other_id", flat=True)
        newest = [other for other in merged if other not in found]
        found += newest
    return found


class Watch:
    """Watches what a repeat changes on a lead, if it comes from somebody whose own lead was merged into it."""

    def __init__(self, lead: Lead, reading: Reading) -> None:
        self._lead = lead
        self._merge = _merge_of_sender(lead, reading)
        self._before = _image(lead) if self._merge else {}

    def note(self, submission: Submission) -> None:
        """Remember in the merge that `submission` is the other's, and what it changed here."""
        if self._merge is None:
            return
        after = _image(self._lead)
        for name, row in (("lead", self._lead), ("contact", self._lead.contact)):
            changed = [column for column in COLUMNS[name] if self._before[name][column] != after[name][column]]
            sides = {"before": self._before[name], "after": after[name]}
            entry = {"table": row._meta.label, "id": str(row.pk), "late": name}
            if changed:
                entry |= {side: {column: values[column] for column in changed} for side, values in sides.items()}
                self._merge.changes.append(entry)
        self._merge.changes.append({"table": Submission._meta.label, "moved": [str(submission.pk)]})
        self._merge.save(update_fields=["changes"])


def _merge_of_sender(lead: Lead, reading: Reading) -> Merge | None:
    address, external = reading.person.get("email_norm"), reading.lead.get("external_id")
    asked = Q()
    if address and address != lead.contact.email_norm:
        asked |= Q(other__contact__email_norm=address)
    if external and external != lead.external_id:
        asked |= Q(other__external_id=external)
    if not asked:
        return None
    found: Merge | None = Merge.objects.standing().filter(asked, lead=lead).order_by("-merged_at").first()
    return found


def _image(lead: Lead) -> Image:
    """The facts of a lead and its person as plain values."""
    rows = {"lead": lead, "contact": lead.contact}
    return {name: {column: json_safe(getattr(rows[name], column)) for column in COLUMNS[name]} for name in rows}
