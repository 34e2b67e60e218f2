"""The whole product on a private folder, with one account of four reps, and ways to look into it and to break it."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, LiteralString

import psycopg
import redis
from celery import Celery
from psycopg import sql
from psycopg.rows import dict_row

from config.embedded.service import BASE
from config.embedded.stack import Stack

OPEN = """
import json
from accounts.models import Member, User
from events.record import SYSTEM
from tenancy.scope import scope
from workspace.opening import open_account
opened = open_account("Faults", "ada@faults.example")
with scope(opened.account):
    for name in ("Rita", "Raj", "Jun", "Kim"):
        user = User.objects.create_user(f"{name}@reps.example", None, name=name)
        Member.join(user, name=name, role="rep", by=SYSTEM)
print(json.dumps({"id": str(opened.account.pk), "slug": opened.account.slug, "api_key": opened.api_key}))
"""

IN_TRANSACTION: LiteralString = (
    "SELECT 1 FROM pg_stat_activity WHERE application_name = ANY(%s) AND xact_start IS NOT NULL"
)


class Ground:
    """A running stack and the account that the faults happen to."""

    def __init__(self, stack: Stack) -> None:
        self.stack = stack
        self.bell = Celery("bell", broker=stack.broker)
        self.account: dict[str, str] = json.loads(self.manage("shell", "-v0", "-c", OPEN).splitlines()[-1])

    def ask(self, question: LiteralString, **values: Any) -> list[dict[str, Any]]:
        """Rows of all accounts, seen as the backup role."""
        with psycopg.connect(self.stack.urls["backup"], row_factory=dict_row) as seen:
            return seen.execute(question, values).fetchall()

    def change(self, statement: LiteralString) -> int:
        """Meddle with the account's rows, as a worker could; returns how many."""
        with psycopg.connect(self.stack.urls["worker"]) as meddling:
            meddling.execute("SELECT set_config('app.account_id', %s, true)", [self.account["id"]])
            return meddling.execute(statement).rowcount

    @contextmanager
    def nobody_writes(self, table: LiteralString) -> Iterator[None]:
        """Whoever wants to add to this table waits until the end of it."""
        with psycopg.connect(self.stack.urls["owner"]) as holding:
            holding.execute(sql.SQL("LOCK TABLE {} IN SHARE MODE").format(sql.Identifier(table)))
            yield

    def forget_doorbells(self) -> None:
        """FLUSHALL."""
        redis.Redis.from_url(self.stack.broker.replace("redis+socket://", "unix://")).flushall()

    def ring(self) -> None:
        """Ring the workers, as a pump does."""
        self.bell.send_task("events.drain", ignore_result=True)

    def drains(self) -> int:
        """How often the workers have answered the bell so far."""
        return (self.stack.data / "log" / "worker.log").read_text(errors="replace").count("events.drain")

    def hold(self, *names: str) -> None:
        """SIGSTOP, but in the middle of no transaction: it would keep all others from what it has locked."""
        assert eventually(lambda: self._stand_still(names), 60)

    def _stand_still(self, names: tuple[str, ...]) -> bool:
        for name in names:
            self.stack.pause(name)
        with psycopg.connect(self.stack.urls["worker"]) as seen:  # whose sessions theirs are, too
            busy = seen.execute(IN_TRANSACTION, [list(names)]).fetchone()
        if busy:
            self.let_go(*names)
        return not busy

    def let_go(self, *names: str) -> None:
        """SIGCONT."""
        for name in names:
            self.stack.resume(name)

    def manage(self, *words: str) -> str:
        """Run a management command as a worker; returns what it printed."""
        command = [sys.executable, str(BASE / "manage.py"), *words]
        done = subprocess.run(
            command, env=self.stack.environment("worker"), cwd=BASE, check=True, capture_output=True, text=True
        )
        return done.stdout


def eventually(holds: Callable[[], bool], seconds: float) -> bool:
    """Whether it holds within so many seconds."""
    until = time.monotonic() + seconds
    while not (held := holds()) and time.monotonic() < until:
        time.sleep(0.1)
    return held
