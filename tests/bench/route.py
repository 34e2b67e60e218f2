"""Who gets 10,000 leads by 50 rules, 5 pools, 100 members in six zones with hours, capacity and leave; without I/O.

Yardstick: a plain loop over precomputed booleans, which rules match and who is there, that counts turns. And one whole
decision with its record: every rule and clause, every candidate.
"""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

from tests.bench.ground import BASE, Ground
from tests.bench.load import Sample
from tests.bench.result import Budget, Result, Row, ratio

LEADS = 10_000


def run(ground: Ground, *, rounds: int, seconds: float) -> Result:
    size = ground.rows or LEADS
    rows = {who: Row(f"owners of {size:,}", who) for who in ("plain", "ours")}
    one = Row("one decision, recorded", "ours")
    for _ in range(rounds):
        for who, row in rows.items():
            took = _child(ground, who, size)["seconds"] * 1000
            row.samples.append(Sample(size / took * 1000, took, took, took, size))
        each = _child(ground, "one", size)["seconds"] * 1000
        one.samples.append(Sample(1000 / each, each, each, each, 1))
    budgets = [
        Budget("time of all, ours / plain loop", ratio(rows["ours"], rows["plain"], "p50"), 5.0),
        Budget("ms of one decision", one.middle("p50"), 2.0),
    ]
    return Result("route", [*rows.values(), one], budgets)


def _child(ground: Ground, who: str, size: int) -> Any:
    made = subprocess.run(
        [sys.executable, "-m", "tests.bench.turns", who, str(size)],
        env=ground.environment("app"),
        cwd=BASE,
        capture_output=True,
        text=True,
        check=False,
    )
    assert made.returncode == 0, made.stderr[-3000:]
    return json.loads(made.stdout.strip().splitlines()[-1])
