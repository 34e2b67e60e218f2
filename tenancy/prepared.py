"""Statements that PostgreSQL understands once for each connection: for the paths that are walked all day."""

from __future__ import annotations

from time import monotonic
from typing import Any
from weakref import WeakKeyDictionary

from django.db import DEFAULT_DB_ALIAS, connection, connections

OLD = 2.0  # seconds that a plan may last: in a table that is filled the right index begins to pay off within them
# Citus finds the account's shard only in a plan for that account.
FOR_WHATEVER_ACCOUNT = (
    "SELECT set_config('plan_cache_mode', 'force_generic_plan', true) "
    "WHERE NOT EXISTS (SELECT FROM pg_extension WHERE extname = 'citus')"
)
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
    """Let PostgreSQL plan with care what it runs from now on in this transaction, the checks of foreign keys included.

    For hundreds of rows at once. Plans that were made while a table was nearly empty read whole accounts in it, until
    the server next takes its statistics: so they are made again when this was asked 1, 2, 4, 8 ... times of the
    connection, and when they are OLD. And an account that came after the statistics has next to no rows, as far as they
    tell: what is prepared is therefore planned for whatever account.
    """
    with connection.cursor() as cursor:
        times, planned = _asked.get(connection.connection, (0, 0.0))
        times, now = times + 1, monotonic()
        if not times & (times - 1) or now > planned + OLD:
            cursor.execute("DISCARD PLANS")
            planned = now
        cursor.execute(FOR_WHATEVER_ACCOUNT)
        _asked[connection.connection] = times, planned
