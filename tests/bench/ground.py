"""What a benchmark stands on: a PostgreSQL of its own, an opened account, web servers as bin/run starts them."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import psycopg

from config.embedded import process
from config.embedded.postgres import Postgres
from config.embedded.stack import WEB, free_port, is_listening
from tenancy import roles

BASE = Path(__file__).resolve().parent.parent.parent
PASSWORDS = dict.fromkeys(roles.LOGINS, "in-a-benchmark")


class Ground:
    """`urls` of the database roles; `account` as `new_account --json` says it, with `api_key`; `rows` of tables that
    are brought in, if not as many as usual."""

    def __init__(self, folder: Path, rows: int | None = None) -> None:
        self.folder, self.rows = folder, rows
        self.postgres = Postgres(folder / "postgres", options={"max_connections": "200"})
        self.urls: dict[str, str] = {}
        self.account: dict[str, str] = {}

    def start(self) -> None:
        self.postgres.start()
        self.urls = roles.set_up(self.postgres.url(), "bench", PASSWORDS)
        self.manage("owner", "migrate", "--verbosity", "0")
        self.account = self.open_account("Bench")

    def open_account(self, name: str) -> dict[str, str]:
        """Another account, as `new_account --json` says it."""
        opened = self.manage("app", "new_account", "--name", name, "--email", "ada@bench.example", "--json")
        said: dict[str, str] = json.loads(opened.strip().splitlines()[-1])
        return said

    def manage(self, role: str, *command: str) -> str:
        """Run manage.py in a database role; what it printed."""
        made = subprocess.run(
            [sys.executable, str(BASE / "manage.py"), *command],
            env=self.environment(role),
            cwd=BASE,
            capture_output=True,
            text=True,
            check=False,
        )
        assert made.returncode == 0, made.stderr[-3000:]
        return made.stdout

    def environment(self, role: str) -> dict[str, str]:
        ours = {
            "SECRET_KEY": "bench",
            "DATABASE_URL": self.urls[role],
            "TOLLGATE_ROLE": role,
            "TOLLGATE_DATA": str(self.folder / "data"),
            "REDIS_URL": "redis://127.0.0.1:1/0",
            "DJANGO_SETTINGS_MODULE": "config.settings",
        }
        return dict(os.environ) | ours

    def superuser(self) -> psycopg.Connection:
        return psycopg.connect(self.postgres.url("bench"), autocommit=True)

    @contextmanager
    def web(self, application: str = "config.wsgi:application", **variables: str) -> Iterator[int]:
        """A web server of ours (or of the yardstick), with the product's own settings of it; its port."""
        port = free_port()
        command = [sys.executable, "-m", "granian", *WEB, "--host", "127.0.0.1", "--port", str(port), application]
        log = self.folder / f"web-{port}.log"
        server = process.spawn(
            command, log=log, env=self.environment("app") | variables, cwd=BASE, last_signal=signal.SIGTERM
        )
        try:
            process.wait_for(lambda: is_listening(port), server, log)
            yield port
        finally:
            process.stop(server, signal.SIGTERM)

    def stop(self) -> None:
        self.postgres.stop()
        shutil.rmtree(self.folder, ignore_errors=True)


BARE: Mapping[str, str] = {"DJANGO_SETTINGS_MODULE": "tests.bench.bare.settings"}


@contextmanager
def prepared(rows: int | None = None) -> Iterator[Ground]:
    """A ground, gone afterwards."""
    folder = BASE / "var" / "bench"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    ground = Ground(folder, rows)
    try:
        ground.start()
        yield ground
    finally:
        ground.stop()
