"""Rows by what they say in some columns, read and changed as prepared statements, several times faster: for what
every request asks, and for the moves of deals."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from enum import Enum
from functools import cache
from typing import Any, TypeVar

import orjson
from django.db import connection, models

from tenancy.inserting import columns
from tenancy.prepared import prepared
from tenancy.scope import current_account

Row = TypeVar("Row", bound=models.Model)


def row_of(model: type[Row], *, along: tuple[str, ...] = (), locked: bool = False, **wanted: Any) -> Row | None:
    """The row whose columns (by attribute: `user_id`) say this, None for what is empty; None if there is no such row.

    Of a tenant's table it is one of the account in scope; NoAccount outside of any. With several the database decides.
    `along`: rows that it points at, by the names of the keys, come with it. `locked`: it alone is, FOR UPDATE.
    """
    values = _asked(model, along, " LIMIT 1 FOR UPDATE OF own" if locked else " LIMIT 1", wanted).fetchone()
    if values is None:
        return None
    end = len(columns(model))
    found = _made(model, values[:end])
    for name in along:
        target = _target(model, name)
        start, end = end, end + len(columns(target))
        here = values[start + columns(target).index("id")] is not None
        setattr(found, name, _made(target, values[start:end]) if here else None)
    return found


def rows_of(model: type[Row], *order: str, **wanted: Any) -> list[Row]:
    """All such rows, ordered by some columns."""
    rows = _asked(model, (), f" ORDER BY {', '.join(order)}", wanted).fetchall()
    return [_made(model, values) for values in rows]


def rows_among(model: type[Row], *, locked: bool = False, **wanted: Collection[Any]) -> list[Row]:
    """The account's rows in which each of these columns (by attribute) has one of hundreds of values; "" is none of
    them. `locked`: FOR NO KEY UPDATE, one after the other in the order of the values.

    Several times faster than `filter(x__among=...)`, for which PostgreSQL reads the whole account where it believes
    that next to nothing is in it. Asked for each value by itself (of several columns, for each pair) and planned for
    whatever account, it can't: the caller lets plan_anew() see to that, once in the transaction.
    """
    if not all(wanted.values()):
        return []
    asked = {name: orjson.dumps(sorted({str(value) for value in values})).decode() for name, values in wanted.items()}
    cursor = prepared()
    cursor.execute(_among(model, tuple(wanted), locked), asked | {"account_id": current_account().pk})
    return [_made(model, found) for found in cursor.fetchall()]


def change_row(row: models.Model, changes: Mapping[str, Any], **sql: str) -> None:
    """Write some columns of a row, by attribute, to the database and to `row`; `sql` has those that it works out."""
    written = {name: _plain(row, name, value) for name, value in changes.items()}
    here = {"account_id": current_account().pk} if "account_id" in columns(type(row)) else {}
    prepared().execute(
        _change(type(row), tuple(changes), tuple(sql.items()), bool(here)), written | here | {"id": row.pk}
    )
    for name, value in changes.items():
        setattr(row, name, value)


@cache
def _among(model: type[models.Model], names: tuple[str, ...], locked: bool) -> str:
    values = " CROSS JOIN ".join(f'json_array_elements_text(%({name})s::json) AS "{name}"(value)' for name in names)
    met = " AND ".join(["account_id = %(account_id)s", *(_is_asked(_fields(model)[name]) for name in names)])
    # OFFSET 0 keeps the question for one value as it is: else it becomes a join, in whatever order seems cheap.
    one = f'SELECT * FROM "{model._meta.db_table}" WHERE {met} OFFSET 0{" FOR NO KEY UPDATE" * locked}'  # noqa: S608
    return f"SELECT {_listed(model, 'own')} FROM {values} CROSS JOIN LATERAL ({one}) AS own"  # noqa: S608


def _is_asked(field: Any) -> str:
    column, value = f'"{field.column}"', f'"{field.attname}".value'
    if not isinstance(field, models.CharField):
        return f"{column} = {value}::uuid"
    return f"({column} = {value} AND {column} <> '')"  # many columns are indexed where they are not blank


def _plain(row: models.Model, name: str, value: Any) -> Any:
    if isinstance(value, Enum):
        return value.value
    return json.dumps(value) if isinstance(_fields(type(row))[name], models.JSONField) else value


@cache
def _change(model: type[models.Model], names: tuple[str, ...], sql: tuple[tuple[str, str], ...], owned: bool) -> str:
    fields = _fields(model)
    said = [
        f'"{fields[name].column}" = %({name})s{"::jsonb" * isinstance(fields[name], models.JSONField)}'
        for name in names
    ]
    made = ", ".join([*said, *(f'"{fields[name].column}" = {words}' for name, words in sql)])
    met = "account_id = %(account_id)s AND id = %(id)s" if owned else "id = %(id)s"
    return f'UPDATE "{model._meta.db_table}" SET {made} WHERE {met}'  # noqa: S608  (our own names)


@cache
def _fields(model: type[models.Model]) -> dict[str, Any]:
    return {field.attname: field for field in model._meta.local_concrete_fields}


def _asked(model: type[models.Model], along: tuple[str, ...], ending: str, wanted: dict[str, Any]) -> Any:
    if "account_id" in columns(model):
        wanted["account_id"] = current_account().pk
    given = {name: value for name, value in wanted.items() if value is not None}
    cursor = prepared()
    cursor.execute(_question(model, along, tuple(wanted), frozenset(given), ending), given)
    return cursor


def _made(model: type[Row], values: Sequence[Any]) -> Row:
    said = list(values)
    for index, field in _converted(model):
        said[index] = field.from_db_value(said[index], None, connection)
    return model.from_db("default", columns(model), said)


@cache
def _question(
    model: type[models.Model], along: tuple[str, ...], names: tuple[str, ...], given: frozenset[str], ending: str
) -> str:
    meta = model._meta
    listed, joined = _listed(model, "own"), f'"{meta.db_table}" AS own'
    for name in along:
        target, column = _target(model, name), meta.get_field(name).column  # type: ignore[union-attr]
        listed += ", " + _listed(target, f'"{name}"')
        on = f'"{name}".account_id = own.account_id AND "{name}".id = own."{column}"'
        joined += f' LEFT JOIN "{target._meta.db_table}" AS "{name}" ON {on}'
    fields = _fields(model)
    met = " AND ".join(
        f'own."{fields[name].column}" ' + (f"= %({name})s" if name in given else "IS NULL") for name in names
    )
    return f"SELECT {listed} FROM {joined} WHERE {met}{ending}"  # noqa: S608  (our own names)


def _listed(model: type[models.Model], table: str) -> str:
    return ", ".join(f'{table}."{field.column}"' for field in model._meta.local_concrete_fields)


def _target(model: type[models.Model], name: str) -> type[models.Model]:
    target: Any = model._meta.get_field(name).related_model
    return target  # type: ignore[no-any-return]


@cache
def _converted(model: type[models.Model]) -> list[tuple[int, Any]]:
    """The columns that Django reads in its own way, as JSON, by their index."""
    return [
        (index, field)
        for index, field in enumerate(model._meta.local_concrete_fields)
        if hasattr(field, "from_db_value")
    ]
