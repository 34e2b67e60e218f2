"""What a batch may change, as it was before: leads, people and firms, so that an import can be undone."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q

from events.models import json_safe
from leads.imports.payload import Told
from leads.models import Company, Contact, ImportOutcome, ImportRow, Lead
from leads.reading import Reading, read
from leads.vocabulary import Reader

TABLES: dict[str, type[models.Model]] = {"lead": Lead, "contact": Contact, "company": Company}
IDENTITY = ("email", "external_id", "company", "website")
KNOWN = (ImportOutcome.ATTACHED, ImportOutcome.UPDATED)
KEPT_APART = frozenset({"id", "account_id", "updated_at"})


@dataclass
class Before:
    """The rows a batch may touch, by table and id; and whom they are found by."""

    rows: dict[str, dict[UUID, dict[str, Any]]] = field(default_factory=dict)

    @classmethod
    def of(cls, told: Sequence[Told], reader: Reader) -> Before:
        """Everything these rows could be about: at most three statements."""
        readings = [identity_of(one, reader) for one in told]
        emails = {one.person["email_norm"] for one in readings if one.person.get("email_norm")}
        numbers = {one.lead["external_id"] for one in readings if one.lead.get("external_id")}
        leads = _rows(Lead, Q(contact__email_norm__in=emails) | Q(external_id__in=numbers))
        people = _rows(Contact, Q(email_norm__in=emails) | Q(pk__in={row["contact_id"] for row in leads.values()}))
        linked = {row["company_id"] for row in (*leads.values(), *people.values())} - {None}
        domains = {one.firm["domain"] for one in readings if one.firm.get("domain")}
        names = {one.firm["name_norm"] for one in readings if one.firm.get("name_norm")}
        firms = _rows(Company, Q(pk__in=linked) | Q(domain__in=domains) | Q(name_norm__in=names))
        return cls({"lead": leads, "contact": people, "company": firms})

    def has(self, table: str, pk: UUID | None) -> bool:
        return pk in self.rows[table]

    def write(self, rows: Sequence[ImportRow], ids: Sequence[Mapping[str, UUID | None]]) -> None:
        """Note on each import row what it changed: the first that touches a row keeps how it was."""
        now = {table: _rows(model, Q(pk__in=list(self.rows[table]))) for table, model in TABLES.items()}
        noted: set[tuple[str, UUID | None]] = set()
        for row, touched in zip(rows, ids, strict=True):
            for table, pk in touched.items():
                if (table, pk) in noted or pk not in self.rows[table] or pk not in now[table]:
                    continue
                changes = _changes(self.rows[table][pk], now[table][pk])
                # A lead's score and stage follow only later: it is kept whole wherever a row touched it.
                if changes or (table == "lead" and row.outcome in KNOWN):
                    noted.add((table, pk))
                    row.before[table] = json_safe(self.rows[table][pk])
                    row.after[table] = json_safe(changes)


def identity_of(told: Told, reader: Reader) -> Reading:
    """Only what says who it is: the rest is read once, by capture."""
    return read({name: told.facts[name] for name in IDENTITY if name in told.facts}, reader)


def restore(table: str, before: Mapping[str, Any], after: Mapping[str, Any], *, whole: bool) -> None:
    """Put a row back as it was; unless `whole`, only columns that still have what the import wrote."""
    model = TABLES[table]
    row = model._default_manager.filter(pk=before["id"]).first()
    if row is None:
        return
    fields = {one.attname: one for one in model._meta.concrete_fields if one.attname not in KEPT_APART}
    columns = fields if whole else {name: one for name, one in fields.items() if name in after}
    for name, one in columns.items():
        if whole or json_safe(getattr(row, name)) == after[name]:
            setattr(row, name, _value(one, before.get(name)))
    if columns:
        row.save(update_fields=[one.name for one in columns.values()])


def _value(one: Any, kept: Any) -> Any:
    try:
        return kept if isinstance(one, models.JSONField) else one.to_python(kept)
    except ValidationError:  # a key of another model: its text is the id
        return kept


def _changes(before: Mapping[str, Any], now: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in now.items() if before.get(name) != value and name not in KEPT_APART}


def _rows(model: Any, asked: Q) -> dict[UUID, dict[str, Any]]:
    # Whole rows by the names of their columns, so that they can be written back.
    names: Iterable[str] = [one.attname for one in model._meta.concrete_fields]
    return {row["id"]: row for row in model.objects.filter(asked).values(*names)}
