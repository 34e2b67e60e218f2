"""The connection is asked whether it is there only when it has something to say."""

from __future__ import annotations

from typing import Any

import psycopg
import pytest
from django.db import connection, transaction

from tenancy.models import Account
from tenancy.prepared import prepared
from tenancy.scope import scope

pytestmark = pytest.mark.django_db


def answer() -> Any:
    with transaction.atomic():
        cursor = prepared()
        cursor.execute("SELECT pg_backend_pid()")
        return cursor.fetchone()[0]


def test_a_quiet_connection_is_usable_without_a_question(monkeypatch: pytest.MonkeyPatch) -> None:
    connection.ensure_connection()
    monkeypatch.setattr(psycopg.Connection, "cursor", None)
    assert connection.is_usable()


@pytest.mark.django_db(transaction=True)
def test_one_that_the_server_has_ended_is_not(role_urls: dict[str, str]) -> None:
    pid = answer()
    with psycopg.connect(role_urls["superuser"], autocommit=True) as superuser:
        superuser.execute("SELECT pg_terminate_backend(%s, 5000)", [pid])  # waits until it is gone
    assert not connection.is_usable()
    connection.close()
    assert answer() != pid


@pytest.mark.django_db(transaction=True)
def test_entering_an_account_begins_the_transaction_that_holds_it(account: Account) -> None:
    with scope(account):
        with connection.cursor() as cursor:
            cursor.execute("SELECT current_setting('app.account_id')")
            assert cursor.fetchone() == (str(account.pk),)
        assert connection.connection.info.transaction_status == psycopg.pq.TransactionStatus.INTRANS
    assert connection.connection.info.transaction_status == psycopg.pq.TransactionStatus.IDLE
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('app.account_id', true)")
        assert cursor.fetchone() in ((None,), ("",))
