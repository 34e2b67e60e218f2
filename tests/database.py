"""Tests run as tollgate_app on a real PostgreSQL; a pytest plugin (tests/conftest.py loads it).

- `db`, `transactional_db` and `@pytest.mark.django_db` work as usual; after a transactional test all rows go.
- `role_urls` has the URLs of owner, app, worker, backup and superuser for this worker's database.
- `as_role("worker")` is a context that connects Django as another role; it needs transactional_db.
- `own_database` gives the test a fresh database for itself: for tests that drop policies or wait on locks.
- `valkey` starts a Valkey at settings.REDIS_URL.
"""

import os
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pytest
from psycopg import sql

from config.embedded import Unavailable
from tests import environment

KEPT = ("django_content_type", "auth_permission", "django_migrations")
_server: environment.Server | None = None
_database = f"test_{os.environ.get('PYTEST_XDIST_WORKER', 'main')}"

RoleSwitch = Callable[[str], AbstractContextManager[None]]


@pytest.hookimpl(tryfirst=True)
def pytest_configure() -> None:
    """Before Django reads its settings: start the server, unless the xdist controller has."""
    global _server
    if not environment.handed_down():
        try:
            _server = environment.Server()
            _server.start()
        except Unavailable as refusal:
            pytest.exit(str(refusal), returncode=3)
    environment.set_variables(_database)
    from django.conf import settings

    # Reading them lets pytest-django, whose hook runs after this one, set Django up.
    assert settings.DATABASES["default"]["NAME"] == _database
    # The real one is slow on purpose: half a second for each account that a test opens.
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    settings.WHITENOISE_AUTOREFRESH = True


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_setupnodes() -> None:
    """The workers must not read the settings before they know their own database."""
    del os.environ["DJANGO_SETTINGS_MODULE"]


def pytest_unconfigure() -> None:
    """Nothing is left running."""
    if _server:
        _server.stop()


@pytest.fixture(scope="session")
def django_db_setup(django_test_environment: None) -> Iterator[None]:
    from django.db import connections
    from django.test import TransactionTestCase

    environment.clone(_database)
    setattr(TransactionTestCase, "_fixture_teardown", lambda _case: empty_tables())  # noqa: B010 - not in its stubs
    yield
    connections.close_all()
    environment.drop(_database)


@pytest.fixture(scope="session")
def role_urls() -> dict[str, str]:
    return environment.role_urls(_database)


@pytest.fixture
def as_role(transactional_db: None) -> RoleSwitch:
    return lambda name: _connected_to(environment.role_urls(_database)[name])


@pytest.fixture
def own_database(transactional_db: None) -> Iterator[dict[str, str]]:
    name = f"{_database}_own"
    environment.clone(name)
    urls = environment.role_urls(name)
    with _connected_to(urls["app"]):
        yield urls
    environment.drop(name)


@pytest.fixture
def valkey() -> Iterator[Path]:
    from config.embedded.valkey import Valkey

    socket = Path(urlsplit(os.environ["REDIS_URL"]).path)
    server = Valkey(socket.parent, durable=False)
    server.start()
    yield server.socket
    server.stop()


def empty_tables() -> None:
    """Remove all rows, as superuser: the app's role may not truncate, and sees one account at a time."""
    from django.db import connection

    url = environment.role_urls(str(connection.settings_dict["NAME"]))["superuser"]
    with psycopg.connect(url) as database:
        database.execute("SET LOCAL session_replication_role = replica")  # no foreign keys: any order will do
        database.execute("SET LOCAL lock_timeout = '10s'")
        for table in _filled_tables(database):
            database.execute(sql.SQL("DELETE FROM {}").format(sql.Identifier(table)))


def _filled_tables(database: psycopg.Connection) -> list[str]:
    tables = database.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall()
    questions = [
        sql.SQL("SELECT {} WHERE EXISTS (SELECT 1 FROM {})").format(sql.Literal(name), sql.Identifier(name))
        for (name,) in tables
        if name not in KEPT
    ]
    return [row[0] for row in database.execute(sql.SQL(" UNION ALL ").join(questions))] if questions else []


@contextmanager
def _connected_to(url: str) -> Iterator[None]:
    from django.db import connection

    from config.environment import database

    before = dict(connection.settings_dict)
    connection.close()
    connection.settings_dict.update({key: value for key, value in database(url).items() if key != "OPTIONS"})
    try:
        yield
    finally:
        connection.close()
        connection.settings_dict.update(before)
