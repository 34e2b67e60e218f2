"""What a merge changes, row by row, so that it can be given back whatever happened since."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db.models import Model, QuerySet

from events.models import json_safe
from leads.merging.rows import Entry, put_values, value_of, write
from leads.models import Lead, Merge


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
        self._put(row, columns)

    def copy(self, row: Model, source: Model, names: Mapping[str, str], **columns: Any) -> None:
        """Put what follows from another row: `names` says which of our columns is which of `source`, its head first.

        Once the source turns out to have known something else, or nothing, so does `row`; `columns` are put besides,
        or instead where the source has let go of them already, and go with the head.
        """
        values = {ours: value_of(source, theirs) for ours, theirs in names.items()}
        self._put(row, values | columns, {"from": str(source.pk), "copies": list(names.items())})

    def keep(self, row: Model, *columns: str) -> None:
        """Remember columns that follow from others: undoing gives them back in any case, then they are worked out."""
        self._note(row, before={name: getattr(row, name) for name in columns})

    def _put(self, row: Model, columns: dict[str, Any], origin: Entry | None = None) -> None:
        before = {name: value_of(row, name) for name in columns}
        changed = {name: value for name, value in columns.items() if value != before[name]}
        if not changed:
            return
        write(type(row), [row.pk], put_values(row, changed))
        self._note(row, origin, before={name: before[name] for name in changed}, after=changed)

    def _note(self, row: Model, origin: Entry | None = None, **sides: dict[str, Any]) -> None:
        entry = {"table": row._meta.label, "id": str(row.pk)} | {side: json_safe(held) for side, held in sides.items()}
        self.merge.changes.append(entry | (origin or {}))
