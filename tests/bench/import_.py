"""A table of 100,000 rows (`--rows`) becomes leads: read, mapped, normalised, checked for repeats, each accounted for.

Yardstick: REST framework's validation of the same rows, then bulk_create into one table. Each is a process of its own;
what follows from a lead afterwards (score, owner) is `assign`'s to measure. `--rounds 1 --rows 500000` shows the memory
of a large one.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from tests.bench import people
from tests.bench.capture import TABLE
from tests.bench.ground import BARE, BASE, Ground
from tests.bench.load import Sample
from tests.bench.result import Budget, Result, Row, ratio

ROWS = 100_000
MOST_MB = 300


def run(ground: Ground, *, rounds: int, seconds: float) -> Result:
    size = ground.rows or ROWS
    path = people.write(ground.folder / "people.csv", size)
    rows = {who: Row(f"import of {size:,}", who) for who in ("bare", "ours")}
    above = []
    with ground.superuser() as database:
        database.execute(TABLE)
    for number in range(rounds):
        account = ground.account if number == 0 else ground.open_account(f"Bench {number}")
        for who, row in rows.items():
            found = _child(ground, who, path, account["slug"])
            row.samples.append(_sample(found))
            above.append(found["above"] if who == "ours" else 0)
    budgets = [
        Budget("rows a second, ours / bare", ratio(rows["ours"], rows["bare"], "rate"), 0.3, at_least=True),
        Budget(f"MB above idle at {size:,} rows", max(above), MOST_MB),
    ]
    return Result("import", list(rows.values()), budgets)


def _child(ground: Ground, who: str, path: Path, account: str) -> Any:
    settings = dict(BARE) if who == "bare" else {}
    made = subprocess.run(
        [sys.executable, "-m", "tests.bench.taking", who, str(path)],
        env=ground.environment("app") | settings | {"BENCH_ACCOUNT": account},
        cwd=BASE,
        capture_output=True,
        text=True,
        check=False,
    )
    assert made.returncode == 0, made.stderr[-3000:]
    return json.loads(made.stdout.strip().splitlines()[-1])


def _sample(found: Any) -> Sample:
    """The rate in rows a second; the time of one row, in milliseconds, three times."""
    size = found["taken"] + found["rejected"]
    each = found["seconds"] / size * 1000
    return Sample(size / found["seconds"], each, each, each, size)
