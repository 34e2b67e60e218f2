"""Statements that PostgreSQL understands once for each connection: for the paths that are walked all day."""

from __future__ import annotations

from time import monotonic
from typing import Any
from weakref import WeakKeyDictionary

from django.db import DEFAULT_DB_ALIAS, connection, connections

OLD = 10.0  # seconds that a plan may last
_asked: WeakKeyDictionary[Any, tuple[int, float]] = WeakKeyDictionary()  # by connection: how often, and planned when


def prepared(*, binary: bool = False) -> Any:
    """A cursor in the transaction around it; what comes often is parsed, rewritten and planned only the first times.
    `binary`: PostgreSQL answers in its own format, which thousands of numbers are read from several times faster.

    Parameters go apart from the statement, so it is one statement at a time, and each parameter has one type. What it
    finds is read before the next statement is sent. Without `prepare_threshold` in the database's options (behind a
    pooler) nothing is prepared.
    """
    ours: Any = connections[DEFAULT_DB_ALIAS]  # tenancy/postgres/base.py
    if ours.queries_logged or ours.execute_wrappers:  # somebody wants to read the statements, with their values
        return ours.cursor()
    return ours.lasting_cursor(binary=binary)


def plan_anew() -> None:
    """Let PostgreSQL plan again what it runs from now on in this connection, the checks of foreign keys included.

    For hundreds of rows at once: plans that were made while a table was nearly empty read whole accounts in it, for
    each row, until the server next takes its statistics. To plan costs as much as some dozen rows, so it is done when
    this was asked 1, 2, 4, 8 ... times of the connection, and when the plans are OLD.
    """
    with connection.cursor() as cursor:
        times, planned = _asked.get(connection.connection, (0, 0.0))
        times, now = times + 1, monotonic()
        if not times & (times - 1) or now > planned + OLD:
            cursor.execute("DISCARD PLANS")
            planned = now
        _asked[connection.connection] = times, planned
