"""Rows of several tables in one statement: a chain of INSERTs as common table expressions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import models

from tenancy.inserting import Values, insertion
from tenancy.prepared import prepared


class Expression(str):
    """SQL in the place of a column's value."""

    __slots__ = ()


class Chain:
    """Collects inserts; `fetch` runs them all, and a last SELECT, as one statement."""

    def __init__(self) -> None:
        self._parts: list[str] = []
        self._parameters: list[str] = []

    def insert(
        self, name: str, model: type[models.Model], rows: Sequence[Values], *, tail: str = "", **expressions: Expression
    ) -> Chain:
        """Insert `rows` of a model, the values of all columns by attribute, as the expression `name`.

        `expressions` replace values of columns.
        """
        if rows:
            statement, parameters = insertion(model, rows, tuple(expressions.items()))
            self._parts.append(f"{name} AS ({statement} {tail})")
            self._parameters += parameters
        return self

    def fetch(self, last: str) -> Any:
        """Run the chain; the only row of the statement `last`."""
        cursor = prepared()
        cursor.execute(f"WITH {', '.join(self._parts)} {last}", self._parameters)
        return cursor.fetchone()
