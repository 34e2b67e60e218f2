"""Whose data are we looking at? One account at a time, in one transaction, told to the code and to Postgres alike."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING
from uuid import UUID

import structlog
from django.db import connection, transaction
from psycopg.errors import error_from_result
from psycopg.pq import ExecStatus, TransactionStatus

if TYPE_CHECKING:
    from tenancy.models import Account

_account: ContextVar[Account | None] = ContextVar("account", default=None)
log = structlog.get_logger(__name__)


class NoAccount(Exception):
    """A tenant's table was asked for outside any account's scope."""


def current_account() -> Account:
    """The account in scope. Raises NoAccount outside of one."""
    account = _account.get()
    if account is None:
        raise NoAccount("Enter scope(account) before touching a tenant's data.")
    return account


def account_in_scope() -> Account | None:
    return _account.get()


@contextmanager
def scope(account: Account) -> Iterator[Account]:
    """Work as `account`: one transaction, rolled back on any error. What was in scope before is restored on leaving."""
    before, nested = _account.get(), connection.in_atomic_block
    told = nested and before == account  # Postgres knows it from the scope around this one
    token = _account.set(account)
    try:
        with transaction.atomic():
            if not told:
                tell_postgres(account.pk)
            yield account
            # An error rolls the setting back with the rest; a commit forgets it. Only a nested scope must restore it.
            if nested and not told and not connection.needs_rollback:
                tell_postgres(before.pk if before else None)
    finally:
        _account.reset(token)


@contextmanager
def unscoped(reason: str) -> Iterator[None]:
    """Work outside any account, in the global tables only; `reason` goes to the log."""
    log.debug("unscoped", reason=reason)
    token = _account.set(None)
    try:
        yield
    finally:
        _account.reset(token)


def tell_postgres(account_id: UUID | None) -> None:
    # SET LOCAL, not set_config(): only that reaches the shards of a Citus cluster.
    command = f"SET LOCAL app.account_id = '{account_id or ''}'"
    connection.ensure_connection()
    session = connection.connection.pgconn
    if connection.queries_logged or connection.connection.autocommit:  # somebody reads along, or there is nothing open
        with connection.cursor() as cursor:
            cursor.execute(command)
        return
    # Every request begins so: one errand to the server for both, past all layers.
    begin = "BEGIN; " if session.transaction_status == TransactionStatus.IDLE else ""
    with connection.wrap_database_errors:
        result = session.exec_(f"{begin}{command}".encode())
        if result.status != ExecStatus.COMMAND_OK:
            raise error_from_result(result)
