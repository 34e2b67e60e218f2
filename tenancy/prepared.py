"""Statements that PostgreSQL understands once for each connection: for the paths that are walked all day."""

from __future__ import annotations

from typing import Any

from django.db import DEFAULT_DB_ALIAS, connection, connections


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
    each row, until the server next takes its statistics.
    """
    with connection.cursor() as cursor:
        cursor.execute("DISCARD PLANS")
