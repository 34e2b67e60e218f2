"""A cursor that stays: statements go straight to libpq, and those that come often are understood once a connection.

psycopg's own cursor takes longer to send a small statement than PostgreSQL to answer it.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

import psycopg
from django.db.backends.postgresql.base import DatabaseWrapper
from psycopg.adapt import PyFormat, Transformer
from psycopg.errors import error_from_result
from psycopg.pq import ExecStatus, Format, TransactionStatus

MOST = 400  # kinds of statements that a connection remembers
_PLACE = re.compile(r"%(?:\((\w+)\))?s|%%")
Kind = tuple[bytes, tuple[int, ...]]  # a statement, and the types of its parameters
Parameters = Sequence[Any] | Mapping[str, Any]


class LastingCursor:
    """Of one connection, one statement at a time; in the transaction around it. `format`: how results come."""

    def __init__(self, database: DatabaseWrapper) -> None:
        self.connection: psycopg.Connection = database.connection
        self.format, self.rowcount = Format.TEXT, -1
        self._database, self._values = database, Transformer(self.connection)
        self._rows: list[Any] = []
        self._names: dict[Kind, bytes] = {}
        self._times: Counter[Kind] = Counter()

    def execute(self, statement: str, parameters: Parameters = ()) -> None:
        """Run it; its rows are there to fetch. Raises what Django's cursors raise."""
        self._database.validate_no_broken_transaction()
        text, names = numbered(statement)
        given = [parameters[name] for name in names] if isinstance(parameters, Mapping) else parameters
        with self._database.wrap_database_errors:
            values = self._values.dump_sequence(given, [PyFormat.AUTO] * len(given))
            result = self._run((text, tuple(self._values.types or ())), values)
        self._values.set_pgresult(result)
        self._rows = self._values.load_rows(0, result.ntuples, tuple)
        self._rows.reverse()
        self.rowcount = -1 if result.command_tuples is None else result.command_tuples

    def fetchone(self) -> Any:
        return self._rows.pop() if self._rows else None

    def fetchall(self) -> list[Any]:
        rows, self._rows = self._rows[::-1], []
        return rows

    def _run(self, kind: Kind, values: Sequence[Any]) -> Any:
        session, formats = self.connection.pgconn, self._values.formats
        if session.transaction_status == TransactionStatus.IDLE and not self.connection.autocommit:
            _succeeded(session.exec_(b"BEGIN"))
        if name := self._names.get(kind) or self._prepared(session, kind):
            return _succeeded(session.exec_prepared(name, values, formats, self.format))
        return _succeeded(session.exec_params(kind[0], values, kind[1], formats, self.format))

    def _prepared(self, session: Any, kind: Kind) -> bytes | None:
        """The name of a statement that came often enough to be worth one."""
        threshold = self.connection.prepare_threshold
        if threshold is None or len(self._names) >= MOST:
            return None
        self._times[kind] += 1
        if self._times[kind] <= threshold:
            return None
        name = b"lasting_%d" % len(self._names)
        _succeeded(session.prepare(name, *kind))
        self._names[kind] = name
        return name


def _succeeded(result: Any) -> Any:
    if result.status not in (ExecStatus.TUPLES_OK, ExecStatus.COMMAND_OK):
        raise error_from_result(result)
    return result


@lru_cache(maxsize=2 * MOST)
def numbered(statement: str) -> tuple[bytes, tuple[str, ...]]:
    """The statement with `$1` in the place of `%s` or `%(name)s`, and the names in the order of their numbers."""
    names: dict[str, int] = {}

    def number(found: re.Match[str]) -> str:
        if found[0] == "%%":
            return "%"
        name = found[1] or str(len(names))
        return f"${names.setdefault(name, len(names) + 1)}"

    return _PLACE.sub(number, statement).encode(), tuple(names)
