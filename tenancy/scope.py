"""Whose data are we looking at? One account at a time, in one transaction, told to the code and to Postgres alike."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING
from uuid import UUID

import structlog
from django.db import connection, transaction

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
    token = _account.set(account)
    try:
        with transaction.atomic():
            tell_postgres(account.pk)
            yield account
            # An error rolls the setting back with the rest; a commit forgets it. Only a nested scope must restore it.
            if nested and not connection.needs_rollback:
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
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL app.account_id = %s", [str(account_id) if account_id else ""])
