"""Captured -> score, owner, deal, timers, cadence: how long a lead waits at 20, 50 and 100 a second, and how fast a
backlog is worked off. Yardstick: a Celery task that does nothing."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from time import monotonic, sleep
from typing import LiteralString

from config.embedded.stack import Stack
from tests.bench import noop
from tests.bench.ground import Ground
from tests.bench.load import Sample, summary
from tests.bench.result import Budget, Result, Row
from tests.faults.checker import waits
from tests.faults.ground import Ground as Product
from tests.faults.ground import eventually
from tests.faults.sender import Sender

RATES = (20, 50, 100)
BACKLOG = 10_000
BUSY = ("worker", "pump-1", "pump-2")
DUE: LiteralString = (
    "SELECT 1 FROM job WHERE NOT outside AND (state = 'leased' OR state = 'pending' AND run_at <= now()) LIMIT 1"
)
CAPTURE = """
from events.record import PROSPECT
from leads.capture import capture
from leads.models import Source
from tenancy.models import Account
from tenancy.scope import scope
account = Account.objects.get(slug={slug!r})
for start in range(0, {number}, 200):
    with scope(account):
        source = Source.objects.first()
        for index in range(start, min(start + 200, {number})):
            firm = f"backlog-{{index}}"
            facts = {{"name": f"Person {{firm}}", "email": f"p@{{firm}}.example", "company": firm, "headcount": 180}}
            capture(facts, source=source, channel="api", by=PROSPECT)
"""


def run(ground: Ground, *, rounds: int, seconds: float) -> Result:
    """Rounds of the yardstick and of each rate, one after the other; at the end the backlog."""
    trips = Row("round trip", "no-op")
    rows = {rate: Row(f"captured to owner, {rate}/s", "ours") for rate in RATES}
    bells, leads = Row("all at once", "no-op"), Row(f"backlog of {BACKLOG}", "ours")
    with product() as running, noop.worker(running.stack.broker, running.stack.data / "log" / "noop.log"):
        for _ in range(rounds):
            trips.samples.append(noop.round_trips(100))
            for rate, row in rows.items():
                row.samples.append(at_rate(running, rate, seconds))
        bells.samples.append(noop.throughput(1000))
        leads.samples.append(work_off(running))
    return Result("assign", [trips, *rows.values(), bells, leads], [*promises(rows), drained(leads)])


@contextmanager
def product() -> Iterator[Product]:
    """All processes of an installation, with one account of four reps."""
    with tempfile.TemporaryDirectory() as place:
        Path(place).chmod(0o755)
        with Stack(Path(place) / "var") as stack:
            yield Product(stack)


def at_rate(running: Product, rate: int, seconds: float) -> Sample:
    """How long each lead waited for its owner at so many leads a second."""
    sender = Sender(running, running.stack.data)
    sender.stream(int(rate * seconds), per_second=rate)
    assert not sender.ledger.refused, sender.ledger.refused[0]
    owned = eventually(lambda: len(waits(running, sender.ledger)) == len(sender.ledger.leads), 120)
    assert owned, "After two minutes some lead has no owner."
    return summary(waits(running, sender.ledger), seconds)


def work_off(running: Product) -> Sample:
    """The leads were captured while nobody worked; then all of their jobs in the database are done."""
    for name in BUSY:
        running.stack.pause(name)
    running.manage("shell", "-c", CAPTURE.format(slug=running.account["slug"], number=BACKLOG))
    began = monotonic()
    for name in BUSY:
        running.stack.resume(name)
    while running.ask(DUE):
        sleep(0.2)
    took = monotonic() - began
    return Sample(BACKLOG / took, took * 1000, took * 1000, took * 1000, BACKLOG)


def promises(rows: Mapping[int, Row]) -> list[Budget]:
    return [
        Budget(f"{figure} of the wait for an owner at {rate}/s, in s", row.middle(figure) / 1000, limit)
        for rate, row in rows.items()
        for figure, limit in (("p50", 0.5), ("p99", 2.0))
    ]


def drained(leads: Row) -> Budget:
    return Budget("leads a second from a backlog", leads.middle("rate"), 400, at_least=True)
