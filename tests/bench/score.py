"""The points of 100,000 leads (`--rows`), 40 rules and 20 signals each, read from the database and added up.

Yardstick: the same sums in one SQL statement; both must come to the same total. And one whole receipt, without I/O.
"""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import UTC, datetime
from typing import Any

import psycopg

from tests.bench.ground import BASE, Ground
from tests.bench.list import fill
from tests.bench.load import Sample
from tests.bench.result import Budget, Result, Row, ratio

LEADS, SIGNALS = 100_000, 20
SEEN = """
    INSERT INTO signal (id, account_id, lead_id, kind, url, visitor, sent_id, bot, occurred_at)
    SELECT gen_random_uuid(), account_id, id, (ARRAY['page_view', 'download', 'email_open', 'email_click'])[1 + n %% 4],
           '', '', '', false, now() - (n * 31 + score) * interval '1 hour'
      FROM lead CROSS JOIN generate_series(1, %(signals)s) AS n WHERE account_id = %(account)s
"""


def run(ground: Ground, *, rounds: int, seconds: float) -> Result:
    size = ground.rows or LEADS
    with ground.superuser() as database:
        _prepare(database, size)
    rows = {who: Row(f"points of {size:,}", who) for who in ("sql", "ours")}
    now = datetime.now(UTC).isoformat()  # one moment for all: what fades would differ by a point
    one, totals = Row("one receipt", "ours"), set()
    for _ in range(rounds):
        for who, row in rows.items():
            found = _child(ground, who, now)
            took = found["seconds"] * 1000
            row.samples.append(Sample(size / found["seconds"], took, took, took, size))
            totals.add(found["total"])
        each = _child(ground, "one", now)["seconds"] * 1000
        one.samples.append(Sample(1000 / each, each, each, each, 1))
    assert len(totals) == 1, f"The sums differ: {totals}"
    budgets = [
        Budget("time of all, ours / SQL", ratio(rows["ours"], rows["sql"], "p50"), 5.0),
        Budget("ms of one receipt", one.middle("p50"), 1.0),
    ]
    return Result("score", [*rows.values(), one], budgets)


def _prepare(database: psycopg.Connection, size: int) -> None:
    given = {"account": fill(database, size), "signals": SIGNALS}
    headcount = "UPDATE company SET headcount = 10 + substr(name, 6)::int %% 2000 WHERE account_id = %(account)s"
    database.execute(headcount, given)
    database.execute("UPDATE lead SET timeline_days = 1 + score * 2 WHERE account_id = %(account)s", given)
    database.execute(SEEN, given)
    for table in ("lead", "company", "signal"):
        database.execute(f"VACUUM ANALYZE {table}".encode())


def _child(ground: Ground, who: str, now: str) -> Any:
    made = subprocess.run(
        [sys.executable, "-m", "tests.bench.sums", who],
        env=ground.environment("app") | {"BENCH_ACCOUNT": ground.account["slug"], "BENCH_NOW": now},
        cwd=BASE,
        capture_output=True,
        text=True,
        check=False,
    )
    assert made.returncode == 0, made.stderr[-3000:]
    return json.loads(made.stdout.strip().splitlines()[-1])
