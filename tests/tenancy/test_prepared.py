"""What comes often is planned once, and otherwise behaves as any statement of Django's."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from weakref import WeakKeyDictionary

import pytest
from django.db import DataError, connection, transaction
from django.test.utils import CaptureQueriesContext

from config import environment
from tenancy import prepared as of_plans
from tenancy.models import Account
from tenancy.prepared import plan_anew, prepared

pytestmark = pytest.mark.django_db


def known_to_postgres(beginning: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_prepared_statements WHERE statement LIKE %s AND NOT from_sql", [f"{beginning}%"]
        )
        return int(cursor.fetchone()[0])


def answer(sql: str, *parameters: object) -> object:
    with transaction.atomic():
        cursor = prepared()
        cursor.execute(sql, parameters)
        return cursor.fetchone()[0]


@contextmanager
def threshold(number: int | None) -> Iterator[None]:
    connection.ensure_connection()
    before, connection.connection.prepare_threshold = connection.connection.prepare_threshold, number
    try:
        yield
    finally:
        connection.connection.prepare_threshold = before


def test_a_statement_that_comes_again_is_prepared() -> None:
    assert [answer("SELECT %s::int + 41", 1) for _ in range(4)] == [42] * 4
    assert known_to_postgres("SELECT $1::int + 41") == 1


def test_behind_a_pooler_nothing_is_prepared() -> None:
    with threshold(None):
        assert [answer("SELECT %s::int + 40", 2) for _ in range(4)] == [42] * 4
    assert known_to_postgres("SELECT $1::int + 40") == 0


def test_a_statement_is_told_with_its_values_to_whoever_looks() -> None:
    with CaptureQueriesContext(connection) as queries:
        answer("SELECT %s::int", 1)
    assert [query["sql"] for query in queries.captured_queries if "SELECT" in query["sql"]] == ["SELECT 1::int"]


def test_its_errors_are_django_s() -> None:
    with pytest.raises(DataError), transaction.atomic():
        answer("SELECT 1 / %s::int", 0)


def test_it_sees_nothing_outside_a_scope(account: Account) -> None:
    assert [answer("SELECT count(*) FROM lead WHERE account_id = %s", account.pk) for _ in range(4)] == [0] * 4


@pytest.mark.parametrize(
    ("query", "expected"), [("", 2), ("?prepare=on", 2), ("?prepare=off", None), ("?host=/run&prepare=off", None)]
)
def test_the_database_s_url_says_whether_statements_are_prepared(query: str, expected: int | None) -> None:
    options = environment.database(f"postgresql://app:secret@db:5432/tollgate{query}")["OPTIONS"]
    assert options["prepare_threshold"] == expected
    assert "prepare" not in options


def test_a_plan_of_other_times_is_made_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(of_plans, "_asked", WeakKeyDictionary())
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL plan_cache_mode = force_generic_plan")
        cursor.execute("CREATE TEMP TABLE shelf (id int PRIMARY KEY, note text) ON COMMIT DROP")
        cursor.execute("PREPARE one_shelf (int) AS SELECT note FROM shelf WHERE id = $1")
        cursor.execute("SET LOCAL enable_indexscan = off; SET LOCAL enable_bitmapscan = off")
        assert "Seq Scan" in plan(cursor)
        cursor.execute("SET LOCAL enable_indexscan = on; SET LOCAL enable_bitmapscan = on")
        assert "Seq Scan" in plan(cursor)  # PostgreSQL keeps what it planned
        plan_anew()
        assert "shelf_pkey" in plan(cursor)
        cursor.execute("DEALLOCATE one_shelf")


@pytest.mark.django_db(transaction=True)
def test_what_is_prepared_is_planned_for_whatever_account() -> None:
    with transaction.atomic():
        plan_anew()
        assert mode() == "force_generic_plan"
    with transaction.atomic():
        assert mode() == "auto"


def mode() -> Any:
    with connection.cursor() as cursor:
        cursor.execute("SHOW plan_cache_mode")
        return cursor.fetchone()[0]


def test_plans_are_made_anew_ever_more_rarely_and_when_they_are_old(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(of_plans, "_asked", WeakKeyDictionary())
    now = iter([*([100.0] * 9), 111.0, 111.0])
    monkeypatch.setattr(of_plans, "monotonic", lambda: next(now))
    made = [had_to_plan() for _ in range(11)]
    assert [times for times, planned in enumerate(made, 1) if planned] == [1, 2, 4, 8, 10]


def had_to_plan() -> bool:
    with CaptureQueriesContext(connection) as captured:
        plan_anew()
    return "DISCARD PLANS" in [query["sql"] for query in captured]


def plan(cursor: Any) -> str:
    cursor.execute("EXPLAIN EXECUTE one_shelf (1)")
    return "\n".join(line for (line,) in cursor.fetchall())
