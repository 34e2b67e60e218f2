"""Many rows of one table changed in one statement, each its own way; the counterpart of inserting.py."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from django.db import connection, models

from tenancy.scope import current_account


def update_values(model: type[models.Model], rows: Sequence[Mapping[str, Any]], columns: Sequence[str]) -> None:
    """Write `columns` of these rows of the account in scope, each a mapping with `id` by attribute names, in plain JSON
    values. A row that is not there is left out."""
    if not rows or not columns:
        return
    table = f'"{model._meta.db_table}"'
    kept = [{name: row[name] for name in ("id", *columns)} for row in rows]
    news = ", ".join(f'"{name}" = new."{name}"' for name in columns)
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE {table} SET {news} FROM json_populate_recordset(NULL::{table}, %s) AS new"  # noqa: S608  (our own names)
            f" WHERE {table}.account_id = %s AND {table}.id = new.id",
            [json.dumps(kept), current_account().pk],
        )
