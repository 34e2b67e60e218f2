"""Rows as they were before an import touched them, many at once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from events.models import json_safe
from leads.imports.images import KEPT_APART, TABLES
from leads.models import ImportRow
from tenancy.updating import update_values

Image = tuple[Mapping[str, Any], Mapping[str, Any], bool]  # what was there, what the import wrote, all of it?


def restore(told: Sequence[tuple[ImportRow, bool]]) -> None:
    """Put back what these import rows found, in their order: a lead whole where the flag says so, of all others the
    columns that still have what the import wrote. Two statements for each table."""
    for table, model in TABLES.items():
        images = list(_images(table, told))
        names = [one.attname for one in model._meta.concrete_fields]
        found = model._default_manager.filter(pk__in={before["id"] for before, _, _ in images}).order_by("id")
        rows = {str(row["id"]): json_safe(row) for row in found.select_for_update().values(*names)}
        columns: set[str] = set()
        for before, after, whole in images:
            if row := rows.get(before["id"]):
                back = dict(_back(row, before, after, whole))
                row.update(back)
                columns |= back.keys()
        update_values(model, list(rows.values()), sorted(columns))


def hand_on(rows: Sequence[ImportRow], later: Sequence[ImportRow]) -> None:
    """Let later imports that found what these rows wrote have found what was there before: undone after this one they
    must not bring it back. Both newest first."""
    changed = []
    for one in later:
        before = {table: _as_found(table, image, rows) for table, image in one.before.items()}
        if before != one.before:
            one.before = before
            changed.append(one)
    ImportRow.objects.bulk_update(changed, ["before"], batch_size=500)


def _as_found(table: str, image: Mapping[str, Any], rows: Sequence[ImportRow]) -> dict[str, Any]:
    found = dict(image)
    for row in rows:
        before, after = row.before.get(table, {}), row.after.get(table, {})
        if before.get("id") == image.get("id"):
            found |= {name: before[name] for name, wrote in after.items() if found.get(name) == wrote}
    return found


def _images(table: str, told: Sequence[tuple[ImportRow, bool]]) -> Iterator[Image]:
    for row, whole in told:
        if table in row.before:
            yield row.before[table], row.after.get(table, {}), whole and table == "lead"


def _back(row: Mapping[str, Any], before: Mapping[str, Any], after: Mapping[str, Any], whole: bool) -> Iterator[Any]:
    for name in row.keys() & before.keys() - KEPT_APART:
        if whole or (name in after and row[name] == after[name]):
            yield name, before[name]
