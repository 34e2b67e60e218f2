"""Rows of several tables in one statement: a chain of INSERTs as common table expressions."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any

from django.db import connection, models


class Expression(str):
    """SQL in the place of a column's value."""

    __slots__ = ()


class Chain:
    """Collects inserts; `fetch` runs them all, and a last SELECT, as one statement."""

    def __init__(self) -> None:
        self._parts: list[str] = []
        self._parameters: list[Any] = []

    def insert(self, name: str, rows: Sequence[models.Model], *, tail: str = "", **expressions: Expression) -> Chain:
        """Insert `rows` of one model as the expression `name`; `expressions` replace values of columns."""
        if not rows:
            return self
        table, fields = _layout(type(rows[0]))
        columns = ", ".join(f'"{field.column}"' for field in fields)
        groups = ", ".join(f"({', '.join(self._values(row, fields, expressions))})" for row in rows)
        self._parts.append(" ".join((name, "AS (INSERT INTO", table, f"({columns}) VALUES", groups, tail, ")")))
        return self

    def fetch(self, last: str) -> Any:
        """Run the chain; the only row of the statement `last`."""
        with connection.cursor() as cursor:
            cursor.execute(f"WITH {', '.join(self._parts)} {last}", self._parameters)
            return cursor.fetchone()

    def _values(
        self, row: models.Model, fields: Sequence[models.Field[Any, Any]], expressions: dict[str, Expression]
    ) -> list[str]:
        placed: list[str] = []
        for field in fields:
            if field.column in expressions:
                placed.append(expressions[field.column])
                continue
            value = getattr(row, field.attname)
            if (plain := _plain(value)) is not None:
                placed.append(plain)  # fewer parameters: psycopg keeps what it understood of short statements
                continue
            self._parameters.append(field.get_db_prep_save(value, connection))
            placed.append("%s")
        return placed


@cache
def _layout(model: type[models.Model]) -> tuple[str, tuple[models.Field[Any, Any], ...]]:
    return model._meta.db_table, tuple(model._meta.local_concrete_fields)


def _plain(value: Any) -> str | None:
    """The SQL of what most columns of a new row hold: nothing."""
    if value is None:
        return "NULL"
    if value or isinstance(value, bool):
        return None
    return {str: "''", int: "0", list: "'[]'", dict: "'{}'"}.get(type(value))
