"""Whose data are we looking at? One account at a time, in one transaction, told to the code and to Postgres alike."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
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


@dataclass
class Question:
    """A first query of a scope, sent along with the setting to save a round trip; `answer` is its first row or None."""

    sql: str
    parameters: Sequence[Any]
    answer: Any = None


@contextmanager
def scope(account: Account, first: Question | None = None) -> Iterator[Account]:
    """Work as `account`: one transaction, rolled back on any error. What was in scope before is restored on leaving."""
    before, nested = _account.get(), connection.in_atomic_block
    token = _account.set(account)
    try:
        with transaction.atomic():
            tell_postgres(account.pk, first)
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


def tell_postgres(account_id: UUID | None, first: Question | None = None) -> None:
    # SET LOCAL, not set_config(): only that reaches the shards of a Citus cluster.
    setting, value = "SET LOCAL app.account_id = %s", str(account_id) if account_id else ""
    with connection.cursor() as cursor:
        if first is None:
            cursor.execute(setting, [value])
            return
        cursor.execute(f"{setting}; {first.sql}", [value, *first.parameters])
        cursor.nextset()  # past the answer to SET
        first.answer = cursor.fetchone()
