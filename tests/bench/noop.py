"""The yardstick of due work: a Celery task that does nothing, on the same broker with as many processes."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from celery import Celery

from config.embedded.service import BASE
from tests.bench.load import Sample, summary

BROKER = os.environ.get("BENCH_BROKER", "")
app = Celery("noop", broker=BROKER, backend=BROKER)
app.conf.update(task_default_queue="noop", worker_prefetch_multiplier=1, task_acks_late=True)


@app.task(name="noop")
def noop() -> None:
    """Nothing."""


@contextmanager
def worker(broker: str, log: Path) -> Iterator[Celery]:
    """A worker of two processes at `broker`, as the product's is; gives the app to send with."""
    os.environ["BENCH_BROKER"] = broker
    app.conf.update(broker_url=broker, result_backend=broker)
    words = ["-A", "tests.bench.noop:app", "worker", "--concurrency", "2", "--without-gossip", "--without-mingle", "-Q"]
    with log.open("wb") as output:
        running = subprocess.Popen(
            [sys.executable, "-m", "celery", *words, "noop"], cwd=BASE, stdout=output, stderr=output
        )
    try:
        noop.delay().get(timeout=120)
        yield app
    finally:
        running.terminate()
        running.wait()


def round_trips(number: int) -> Sample:
    """From sending one to its result, one after the other."""
    found = []
    for _ in range(number):
        began = time.perf_counter()
        noop.delay().get(timeout=10)
        found.append(time.perf_counter() - began)
    return summary(found, sum(found))


def throughput(number: int) -> Sample:
    """All sent at once, until the last result is there."""
    began = time.perf_counter()
    for result in [noop.delay() for _ in range(number)]:
        result.get(timeout=60)
    took = time.perf_counter() - began
    return Sample(number / took, took * 1000, took * 1000, took * 1000, number)
