"""POST /api/v1/leads/batch/, 500 leads each: mapped, normalised, checked for repeats, each with a result of its own.

Yardstick: REST framework's validation of the same leads and a bulk_create into one table, behind the same web server.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import count

from tests.bench import people
from tests.bench.capture import TABLE
from tests.bench.ground import BARE, Ground
from tests.bench.load import Sample, measure, request
from tests.bench.result import Budget, Result, Row, ratio
from tests.bench.taking import FIELDS

AT_ONCE = 500
CONNECTIONS = 8  # as of captures; with few it is chance how many of them each process of the server gets


def run(ground: Ground, *, rounds: int, seconds: float) -> Result:
    with ground.superuser() as database:
        database.execute(TABLE)
    rows = {who: Row(f"leads, {AT_ONCE} a POST", who) for who in ("bare", "ours")}
    with ground.web("tests.bench.bare.wsgi:application", **BARE) as bare, ground.web() as ours:
        asks = {
            "bare": (bare, requests("/enquiries/many/")),
            "ours": (ours, requests("/api/v1/leads/batch/", ground.account["api_key"])),
        }
        for port, posts in asks.values():
            measure(port, posts, connections=1, seconds=1)  # warm
        for _ in range(rounds):
            for who, row in rows.items():
                port, posts = asks[who]
                row.samples.append(_leads(measure(port, posts, connections=CONNECTIONS, seconds=seconds)))
    budget = Budget("leads a second, ours / bare", ratio(rows["ours"], rows["bare"], "rate"), 0.3, at_least=True)
    return Result("batch", list(rows.values()), [budget])


def requests(path: str, key: str = "none") -> Iterator[bytes]:
    """Batches of people nobody knows yet, some of them twice."""
    for start in count(0, AT_ONCE):
        body = [dict(zip(FIELDS, people.person(start + index), strict=True)) for index in range(AT_ONCE)]
        yield request(
            "POST", path, json.dumps(body).encode(), Authorization=f"Bearer {key}", Idempotency_Key=f"batch-{start}"
        )


def _leads(posts: Sample) -> Sample:
    """Leads a second; the times stay those of a POST."""
    return Sample(posts.rate * AT_ONCE, posts.p50, posts.p95, posts.p99, posts.answers)
