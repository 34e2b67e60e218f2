"""The servers of one test run: a private PostgreSQL with a migrated template database, and where Valkey would be.

A slot under `.test/` is one such server; a second run in the same clone takes the next slot. The template is named by a
hash of what makes the schema, so that only a changed schema is migrated again.
"""

import fcntl
import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import IO

import psycopg
from psycopg import sql

from config.embedded import Unavailable
from config.embedded.postgres import Postgres, find_programs, major
from tenancy import roles

BASE = Path(__file__).resolve().parent.parent
SLOTS = BASE / ".test"
PASSWORDS = dict.fromkeys(roles.LOGINS, "in-tests")
HANDED_DOWN = "TOLLGATE_TEST_SERVER"  # the controller tells its xdist workers
FAST = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "max_connections": "200"}


class Server:
    """The server of this run, owned by the process that started it."""

    def __init__(self) -> None:
        self.folder, self._lock = _free_slot()
        version = major(find_programs(self.folder))  # POSTGRES_BIN chooses another
        self.postgres = Postgres(self.folder / f"postgres-{version}", options=FAST, durable=False)

    def start(self) -> None:
        self.postgres.start()
        try:
            template = _template(self.postgres.url())
        except BaseException:
            self.stop()
            raise
        os.environ[HANDED_DOWN] = json.dumps(
            {"url": self.postgres.url(), "template": template, "folder": str(self.folder)}
        )

    def stop(self) -> None:
        self.postgres.stop()
        os.environ.pop(HANDED_DOWN, None)
        self._lock.close()


def handed_down() -> dict[str, str] | None:
    """What the process that started the server says about it."""
    said = os.environ.get(HANDED_DOWN)
    return json.loads(said) if said else None


def role_urls(database: str) -> dict[str, str]:
    """URLs of owner, app, worker, backup and superuser for one database of this run."""
    server = handed_down()
    assert server
    superuser = {"superuser": server["url"].replace("/postgres?", f"/{database}?")}
    return roles.urls(server["url"], database, PASSWORDS) | superuser


def clone(database: str) -> None:
    """A fresh copy of the template, in a fraction of a second."""
    server = handed_down()
    assert server
    drop(database)
    with psycopg.connect(server["url"], autocommit=True) as connection:
        connection.execute(
            sql.SQL("CREATE DATABASE {} TEMPLATE {} OWNER tollgate_owner").format(
                sql.Identifier(database), sql.Identifier(server["template"])
            )
        )


def drop(database: str) -> None:
    """Remove a database, whoever is still connected."""
    server = handed_down()
    assert server
    with psycopg.connect(server["url"], autocommit=True) as connection:
        connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(database)))


def set_variables(database: str) -> None:
    """The environment that config/settings.py reads, as the web process would have it."""
    os.environ |= variables(database)
    (Path(os.environ["TOLLGATE_DATA"]) / "static").mkdir(parents=True, exist_ok=True)


def variables(database: str) -> dict[str, str]:
    """Name and value of each of them."""
    server = handed_down()
    assert server
    folder = Path(server["folder"])
    return {
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "SECRET_KEY": "only-for-tests",
        "DATABASE_URL": role_urls(database)["app"],
        "TOLLGATE_ROLE": "app",
        "TOLLGATE_DATA": str(folder / f"data-{database}"),
        "REDIS_URL": f"redis+socket://{folder / database / 'valkey.sock'}",
    }


def of_the_machine() -> dict[str, str]:
    """The environment without what these tests added: for a Stack, or a command of bin/, that a test starts."""
    ours = {*variables("any"), HANDED_DOWN}
    return {name: value for name, value in os.environ.items() if name not in ours}


def _free_slot() -> tuple[Path, IO[str]]:
    for number in range(100):
        folder = SLOTS / str(number)
        folder.mkdir(parents=True, exist_ok=True)
        lock = (folder / "lock").open("w")
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.close()
        else:
            return folder, lock
    raise RuntimeError(f"A hundred test runs at once in {SLOTS}?")


def _template(superuser_url: str) -> str:
    name = f"template_{_schema_hash()}"
    with psycopg.connect(superuser_url, autocommit=True) as server:
        names = [
            row[0] for row in server.execute("SELECT datname FROM pg_database WHERE datname ~ '^(template_|test_)'")
        ]
        for old in set(names) - {name}:
            server.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(old)))
        if name not in names:
            _migrate(superuser_url)
            server.execute(sql.SQL("ALTER DATABASE unfinished RENAME TO {}").format(sql.Identifier(name)))
    return name


def _migrate(superuser_url: str) -> None:
    with psycopg.connect(superuser_url, autocommit=True) as server:
        server.execute("DROP DATABASE IF EXISTS unfinished WITH (FORCE)")
    owner = roles.set_up(superuser_url, "unfinished", PASSWORDS)["owner"]
    variables = {"SECRET_KEY": "migrating", "DATABASE_URL": owner, "TOLLGATE_ROLE": "owner"}
    command = [sys.executable, str(BASE / "manage.py"), "migrate", "--verbosity", "0"]
    made = subprocess.run(command, env=os.environ | variables, capture_output=True, text=True, check=False, cwd=BASE)
    if made.returncode:
        said = "\n".join((made.stdout + made.stderr).splitlines()[-12:])
        raise Unavailable(f"The test database can't be migrated:\n{said}")


def _schema_hash() -> str:
    digest = hashlib.sha256()
    sources = [*BASE.glob("*/migrations/*.py"), *BASE.glob("tenancy/*.py")]
    for path in [*sorted(sources), BASE / "config/settings.py", BASE / "requirements.lock"]:
        digest.update(str(path.relative_to(BASE)).encode() + path.read_bytes())
    return digest.hexdigest()[:12]
