"""What a merge changes, row by row, so that it can be given back whatever happened since."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.apps import apps
from django.db.models import Model, QuerySet

from events.models import json_safe
from leads.models import Lead, Merge

Entry = dict[str, Any]


class Journal:
    """Writes for a merge and remembers. Every app's part of a merge is written through it."""

    def __init__(self, merge: Merge) -> None:
        self.merge = merge

    @property
    def lead(self) -> Lead:
        """The one that is kept."""
        lead: Lead = self.merge.lead
        return lead

    @property
    def other(self) -> Lead:
        other: Lead = self.merge.other
        return other

    def move(self, rows: QuerySet[Any]) -> None:
        """Let rows of the other lead follow to the one that is kept."""
        ids = list(rows.order_by("pk").values_list("pk", flat=True))
        if ids:
            write(rows.model, ids, {"lead_id": self.lead.pk})
            self.merge.changes.append({"table": rows.model._meta.label, "moved": [str(key) for key in ids]})

    def put(self, row: Model, **columns: Any) -> None:
        """Write columns of one row, by their attribute names. Undoing gives back those nobody changed since."""
        before = {name: getattr(row, name) for name in columns}
        changed = {name: value for name, value in columns.items() if value != before[name]}
        if not changed:
            return
        write(type(row), [row.pk], changed)
        for name, value in changed.items():
            setattr(row, name, value)
        self._note(row, before={name: before[name] for name in changed}, after=changed)

    def keep(self, row: Model, *columns: str) -> None:
        """Remember columns that follow from others: undoing gives them back in any case, then they are worked out."""
        self._note(row, before={name: getattr(row, name) for name in columns})

    def _note(self, row: Model, **sides: dict[str, Any]) -> None:
        entry = {"table": row._meta.label, "id": str(row.pk)} | {side: json_safe(held) for side, held in sides.items()}
        self.merge.changes.append(entry)


def give_back(merge: Merge, later: Iterable[Merge]) -> None:
    """Put back what `merge` changed. `later` merges of the same lead (locked) remember it as it is from now on."""
    later = list(later)
    for entry in reversed(merge.changes):
        model = apps.get_model(entry["table"])
        if "moved" in entry:
            here = model._base_manager.filter(pk__in=entry["moved"], lead_id=merge.lead_id)
            write(model, list(here.values_list("pk", flat=True)), {"lead_id": merge.other_id})
        else:
            _restore(model, entry, [note for one in later for note in one.changes])


def _restore(model: type[Model], entry: Entry, later: list[Entry]) -> None:
    row = model._base_manager.filter(pk=entry["id"]).first()
    if row is None:
        return  # somebody deleted it since
    notes = [note for note in later if note.get("id") == entry["id"] and note["table"] == entry["table"]]
    restored = {}
    for name, before in entry["before"].items():
        # What a later merge found here was ours: it must not bring it back.
        covered = [note for note in notes if _follows(entry, note, name)]
        if covered:
            covered[0]["before"][name] = before
        if not _overwritten(covered) and _untouched(entry, name, row):
            field: Any = model._meta.get_field(name)
            restored[name] = field.to_python(before) if before is not None else None
    if restored:
        write(model, [row.pk], restored)


def _follows(entry: Entry, note: Entry, name: str) -> bool:
    if name not in note["before"]:
        return False
    return "after" not in entry or note["before"][name] == entry["after"][name]


def _overwritten(covered: list[Entry]) -> bool:
    return any("after" in note for note in covered)


def _untouched(entry: Entry, name: str, row: Any) -> bool:
    return "after" not in entry or json_safe(getattr(row, name)) == entry["after"][name]


def write(model: type[Model], ids: list[UUID], columns: dict[str, Any]) -> None:
    """One plain UPDATE: a merge may do what the verbs of a table refuse, because it undoes it to the letter."""
    rows: Any = model._base_manager.filter(pk__in=ids)
    QuerySet.update(rows, **columns)
