"""What a batch may change, as it was before: leads, people and firms, so that an import can be undone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import models

from events.models import json_safe
from leads.merging.kin import kept
from leads.models import Company, Contact, ImportOutcome, ImportRow, Lead, Source, Status
from leads.reading import Reading
from tenancy.inserting import columns
from tenancy.knowing import rows_among

TABLES: dict[str, type[models.Model]] = {"lead": Lead, "contact": Contact, "company": Company}
KNOWN = (ImportOutcome.ATTACHED, ImportOutcome.UPDATED)
KEPT_APART = frozenset({"id", "account_id", "updated_at"})


@dataclass
class Before:
    """The rows a batch may touch, by table and id; and whom they are found by."""

    rows: dict[str, dict[UUID, dict[str, Any]]] = field(default_factory=dict)

    @classmethod
    def of(cls, readings: Sequence[Reading]) -> Before:
        """Everything these rows could be about: at most seven statements, each of which an index answers,
        and those that follow merges."""
        emails = {one.person["email_norm"] for one in readings if one.person.get("email_norm")}
        numbers = {one.lead["external_id"] for one in readings if one.lead.get("external_id")}
        people = _rows(Contact, email_norm=emails)
        leads = _rows(Lead, contact_id=people) | _numbered(numbers)
        leads |= _kept_for(leads)
        people |= _rows(Contact, id={row["contact_id"] for row in leads.values()} - people.keys())
        linked = {row["company_id"] for row in (*leads.values(), *people.values())} - {None}
        domains = {one.firm["domain"] for one in readings if one.firm.get("domain")}
        names = {one.firm["name_norm"] for one in readings if one.firm.get("name_norm")}
        firms = _rows(Company, id=linked) | _rows(Company, domain=domains) | _rows(Company, name_norm=names)
        return cls({"lead": leads, "contact": people, "company": firms})

    def has(self, table: str, pk: UUID | None) -> bool:
        return pk in self.rows[table]

    def write(self, rows: Sequence[dict[str, Any]], ids: Sequence[Mapping[str, UUID | None]]) -> None:
        """Note on each import row what it changed: the first that touches a row keeps how it was."""
        now = {table: _rows(model, id=self.rows[table]) for table, model in TABLES.items()}
        noted: set[tuple[str, UUID | None]] = set()
        for row, touched in zip(rows, ids, strict=True):
            for table, pk in touched.items():
                if (table, pk) in noted or pk not in self.rows[table] or pk not in now[table]:
                    continue
                changes = _changes(self.rows[table][pk], now[table][pk])
                # A lead's score and stage follow only later: it is kept whole wherever a row touched it.
                if changes or (table == "lead" and row["outcome"] in KNOWN):
                    noted.add((table, pk))
                    row["before"] = row["before"] | {table: json_safe(self.rows[table][pk])}
                    row["after"] = row["after"] | {table: json_safe(changes)}


def note_also(lead_id: UUID, name: str, image: Mapping[str, Any]) -> None:
    """Let the newest row about a lead remember, under `name`, how something downstream of it was; the first counts."""
    row = ImportRow.objects.filter(lead_id=lead_id, outcome=ImportOutcome.UPDATED).order_by("-pk").first()
    if row and name not in row.before:
        row.before[name] = dict(image)
        row.save(update_fields=["before"])


def value_of(one: Any, kept: Any) -> Any:
    """What a column held, from its plain form."""
    try:
        return kept if isinstance(one, models.JSONField) else one.to_python(kept)
    except ValidationError:  # a key of another model: its text is the id
        return kept


def _changes(before: Mapping[str, Any], now: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in now.items() if before.get(name) != value and name not in KEPT_APART}


def _numbered(numbers: set[str]) -> dict[UUID, dict[str, Any]]:
    """The leads with these ids at whatever source: the index begins with the source."""
    if not numbers:
        return {}
    sources = list(Source.objects.values_list("pk", flat=True))
    return _rows(Lead, source_id=sources, external_id=numbers)


def _kept_for(leads: Mapping[UUID, Mapping[str, Any]]) -> dict[UUID, dict[str, Any]]:
    """The leads into which those among `leads` that were merged went: what is said of one is said of the other."""
    merged = [pk for pk, row in leads.items() if row["status"] == Status.MERGED]
    return _rows(Lead, id=set(kept(merged))) if merged else {}


def _rows(model: type[models.Model], **wanted: Any) -> dict[UUID, dict[str, Any]]:
    # Whole rows by the names of their columns, so that they can be written back.
    rows = [row.__dict__ for row in rows_among(model, **wanted)]
    return {row["id"]: {column: row[column] for column in columns(model)} for row in rows}
