"""Pages by key, not by number: as fast on the last page as on the first, and stable while rows arrive."""

from __future__ import annotations

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet

from tenancy.models import TenantModel

MOST, USUAL = 200, 50


class BadCursor(ValueError):
    """This cursor was not made by us, or for another order."""


@dataclass(frozen=True)
class Page:
    """Rows in order; the cursors are "" at the ends."""

    rows: list[Any]
    next: str
    previous: str


def page_of(rows: QuerySet[Any], *, order: str, cursor: str = "", limit: int = USUAL) -> Page:
    """A page of `rows` by one column (`-score`) and the id. A missing value counts as greater than any, as in Postgres.

    Raises BadCursor.
    """
    column, down = order.removeprefix("-"), order.startswith("-")
    position = _read(cursor, rows.model._meta.get_field(column)) if cursor else None
    backwards = position is not None and position.backwards
    going_down = down != backwards
    if position is not None:
        rows = rows.filter(_below(column, position) if going_down else _above(column, position))
    found = list(rows.order_by(*(f"{'-' if going_down else ''}{name}" for name in (column, "id")))[: limit + 1])
    more, found = len(found) > limit, found[:limit]
    if backwards:
        found.reverse()
    ahead, behind = (bool(cursor), more) if backwards else (more, bool(cursor))
    return Page(
        found,
        _write(column, found[-1], backwards=False) if found and ahead else "",
        _write(column, found[0], backwards=True) if found and behind else "",
    )


def links(page: Page, base: str, query: dict[str, Any]) -> dict[str, str | None]:
    """`next` and `previous` as links below `base`, with the rest of the query kept."""
    kept = [(name, value) for name, value in query.items() if name != "cursor"]
    return {
        name: f"{base}?{urlencode([*kept, ('cursor', cursor)])}" if cursor else None
        for name, cursor in (("next", page.next), ("previous", page.previous))
    }


@dataclass(frozen=True)
class _Position:
    value: Any
    id: UUID
    backwards: bool


def _below(column: str, at: _Position) -> Q:
    if at.value is None:
        return Q(**{f"{column}__isnull": True, "id__lt": at.id}) | Q(**{f"{column}__isnull": False})
    # The first half is what the index can use.
    return Q(**{f"{column}__lte": at.value}) & (Q(**{f"{column}__lt": at.value}) | Q(id__lt=at.id))


def _above(column: str, at: _Position) -> Q:
    if at.value is None:
        return Q(**{f"{column}__isnull": True, "id__gt": at.id})
    greater = Q(**{f"{column}__gte": at.value}) & (Q(**{f"{column}__gt": at.value}) | Q(id__gt=at.id))
    return greater | Q(**{f"{column}__isnull": True})


def _write(column: str, row: TenantModel, *, backwards: bool) -> str:
    value = getattr(row, column)
    if hasattr(value, "isoformat"):
        value = value.isoformat()
    return urlsafe_b64encode(json.dumps([column, value, row.pk.hex, backwards]).encode()).decode().rstrip("=")


def _read(cursor: str, field: Any) -> _Position:
    """Raises BadCursor also for a value that `field` cannot hold: who edits a link gets an answer, not a crash."""
    try:
        said, value, key, backwards = json.loads(urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        if isinstance(value, str):
            value.encode()  # half a character cannot be sent
        position = _Position(field.to_python(value), UUID(key), bool(backwards))
    except (ValueError, TypeError, AttributeError, RecursionError, ValidationError):
        raise BadCursor("This cursor is not one of ours.") from None
    if said != field.name or not isinstance(value, str | int | None) or "\x00" in str(value):
        raise BadCursor("This cursor belongs to another order.")
    return position
