"""Alive, ready, counted, documented: without a login, and without a word about anybody's data."""

from typing import Any

import pytest
from django.db import DatabaseError
from django.test import Client

from config import health


def test_alive_touches_nothing(django_assert_num_queries: Any, db: None) -> None:
    with django_assert_num_queries(0):
        assert Client().get("/healthz").content == b"ok"


@pytest.mark.django_db
def test_ready_checks_database_role_and_migrations() -> None:
    response = Client().get("/readyz")
    assert response.status_code == 200
    assert response.json() == {"database": "ok", "role": "tollgate_app", "migrations": "ok"}


@pytest.mark.django_db
def test_a_missing_migration_is_not_ready(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "all_migrated", lambda: False)
    response = Client().get("/readyz")
    assert response.status_code == 503
    assert response["Retry-After"] == "5"


@pytest.mark.django_db
def test_a_database_that_is_away_is_not_ready(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse() -> bool:
        raise DatabaseError("password=secret")

    monkeypatch.setattr(health, "all_migrated", refuse)
    response = Client().get("/readyz")
    assert response.status_code == 503
    assert b"secret" not in response.content


@pytest.mark.django_db
def test_metrics_are_for_prometheus() -> None:
    assert b"django_http_requests_total" in Client().get("/metrics").content


@pytest.mark.django_db
def test_the_contract_is_served_and_readable() -> None:
    schema = Client().get("/api/v1/schema/").json()
    assert schema["openapi"].startswith("3.1")
    page = Client().get("/api/v1/docs/").content.decode()
    assert all(path in page for path in schema["paths"])


@pytest.mark.django_db
def test_only_get_is_answered() -> None:
    assert Client().post("/healthz").status_code == 405
