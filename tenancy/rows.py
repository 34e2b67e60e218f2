"""Rows of several tables in one statement: a chain of INSERTs as common table expressions."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from typing import Any

from django.db import connection, models

Prepare = Callable[[Any], Any]
Layout = tuple[tuple[str, Prepare | None], ...]
EMPTY = {str: "''", int: "0", list: "'[]'", dict: "'{}'"}


class Expression(str):
    """SQL in the place of a column's value."""

    __slots__ = ()


class Chain:
    """Collects inserts; `fetch` runs them all, and a last SELECT, as one statement."""

    def __init__(self) -> None:
        self._parts: list[str] = []
        self._parameters: dict[str, Any] = {}
        self._names: dict[Any, str] = {}

    def insert(self, name: str, rows: Sequence[models.Model], *, tail: str = "", **expressions: Expression) -> Chain:
        """Insert `rows` of one model as the expression `name`; `expressions` replace values of columns."""
        if not rows:
            return self
        table, columns, layout = _layout(type(rows[0]))
        groups = ", ".join(f"({', '.join(self._values(row, layout, expressions))})" for row in rows)
        self._parts.append(" ".join((name, "AS (INSERT INTO", table, columns, "VALUES", groups, tail, ")")))
        return self

    def fetch(self, last: str) -> Any:
        """Run the chain; the only row of the statement `last`."""
        with connection.cursor() as cursor:
            cursor.execute(f"WITH {', '.join(self._parts)} {last}", self._parameters)
            return cursor.fetchone()

    def _values(self, row: models.Model, layout: Layout, expressions: dict[str, Expression]) -> list[str]:
        held = row.__dict__
        return [
            expressions[name] if name in expressions else self._placed(held[name], prepare) for name, prepare in layout
        ]

    def _placed(self, value: Any, prepare: Prepare | None) -> str:
        """What stands in the statement. Equal values share one parameter, and nothing needs none: psycopg remembers
        what it understood of short statements with few parameters, and reads others anew each time."""
        if value is None:
            return "NULL"
        if not value and (plain := EMPTY.get(type(value))):
            return plain
        if prepare is not None:
            return self._named(None, prepare(value))
        return self._named((type(value), value), value)

    def _named(self, key: Any, value: Any) -> str:
        name = self._names.get(key) if key else None
        if name is None:
            name = f"v{len(self._parameters)}"
            self._parameters[name] = value
            if key:
                self._names[key] = name
        return f"%({name})s"


@cache
def _layout(model: type[models.Model]) -> tuple[str, str, Layout]:
    """Table, columns, and of each column the attribute and what prepares its value (most go as they are)."""
    fields = model._meta.local_concrete_fields
    columns = ", ".join(f'"{field.column}"' for field in fields)
    layout = tuple((field.attname, _prepare(field)) for field in fields)
    return f'"{model._meta.db_table}"', f"({columns})", layout


def _prepare(field: models.Field[Any, Any]) -> Prepare | None:
    if not isinstance(field, models.JSONField):
        return None
    return lambda value: field.get_db_prep_save(value, connection)
