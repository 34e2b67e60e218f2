"""Columns of rows by name, as plain values; a fact of an account's own is `custom.<key>`."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from django.apps import apps
from django.db.models import Model, QuerySet

from events.models import json_safe
from leads.models import Contact

Entry = dict[str, Any]
Key = tuple[str, str]  # table and id
ADDRESS = "email_norm"


def value_of(row: Any, name: str) -> Any:
    column, _, key = name.partition(".")
    value = getattr(row, column)
    return value.get(key) if key else value


def put_values(row: Any, values: Mapping[str, Any]) -> dict[str, Any]:
    """Set columns in memory and return those to write; None takes a fact of the account's own away."""
    columns = {}
    for name, value in values.items():
        column, _, key = name.partition(".")
        if key:
            held = getattr(row, column) | {key: value}
            value = {own: said for own, said in held.items() if said is not None}
        setattr(row, column, value)
        columns[column] = value
    return columns


def write(model: type[Model], ids: Sequence[UUID], columns: dict[str, Any]) -> None:
    """One plain UPDATE: a merge may do what the verbs of a table refuse, because it undoes it to the letter."""
    rows: Any = model._base_manager.filter(pk__in=ids)
    QuerySet.update(rows, **columns)


def is_known(value: Any) -> bool:
    return value not in (None, "", [], {})


class Sheet:
    """Rows as they will be: read once, changed in memory, each written at the end in one UPDATE.

    A row is never half way between two leads, and an address is let go of before another row takes it.
    """

    def __init__(self) -> None:
        self._rows: dict[Key, Any] = {}
        self._news: dict[Key, dict[str, Any]] = defaultdict(dict)

    def row(self, entry: Entry) -> Any:
        """The row that an entry of a journal is about; None if somebody deleted it since."""
        key = entry["table"], entry["id"]
        if key not in self._rows:
            self._rows[key] = apps.get_model(entry["table"])._base_manager.filter(pk=entry["id"]).first()
        return self._rows[key]

    def value(self, entry: Entry, name: str) -> Any:
        return json_safe(value_of(self.row(entry), name))

    def put(self, entry: Entry, name: str, value: Any) -> None:
        """`value` is as in the journal: plain."""
        row = self.row(entry)
        if "." not in name and value is not None:
            value = row._meta.get_field(name).to_python(value)
        self._news[entry["table"], entry["id"]] |= put_values(row, {name: value})

    def has_news(self, entry: Entry) -> bool:
        return (entry["table"], entry["id"]) in self._news

    def write(self) -> list[tuple[Contact, str]]:
        """Write everything; returns the people whose address belongs to somebody new by now, and who have none then."""
        moving = {key: news[ADDRESS] for key, news in self._news.items() if ADDRESS in news}
        people = Contact._base_manager.filter(pk__in=[self._rows[key].pk for key in moving])
        QuerySet.update(people, email_norm="")
        wanted = {address: key for key, address in moving.items() if address}
        taken = set(Contact.objects.filter(email_norm__in=wanted).values_list(ADDRESS, flat=True))
        for address in taken:
            self._news[wanted[address]] |= {"email": "", ADDRESS: ""}
        for key, news in self._news.items():
            write(type(self._rows[key]), [self._rows[key].pk], news)
        return [(self._rows[wanted[address]], address) for address in sorted(taken)]
