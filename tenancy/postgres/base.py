"""Django's PostgreSQL, which need not ask the server at each request whether it is still there."""

from __future__ import annotations

import select
from typing import Any

from django.db.backends.postgresql import base
from psycopg.pq import Format

from tenancy.postgres.lasting import LastingCursor


class DatabaseWrapper(base.DatabaseWrapper):
    _lasting: LastingCursor | None = None

    def lasting_cursor(self, *, binary: bool = False) -> LastingCursor:
        """One serves all statements of a connection."""
        self.ensure_connection()
        if self._lasting is None or self._lasting.connection is not self.connection:
            self._lasting = LastingCursor(self)
        self._lasting.format = Format(binary)
        return self._lasting

    def is_usable(self) -> Any:
        """A server that has gone has closed our socket, and that reads as something to hear: only then is it asked."""
        held = self.connection
        if held is not None and not held.closed and not _hears_something(held.fileno()):
            return True
        return super().is_usable()


def _hears_something(descriptor: int) -> bool:
    poll = select.poll()
    poll.register(descriptor, select.POLLIN)
    return bool(poll.poll(0))
