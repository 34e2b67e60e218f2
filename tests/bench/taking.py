"""One way to bring a table into the database, in a process of its own: `python -m tests.bench.taking ours|bare FILE`.

It prints the seconds, the rows that are in, those turned away, and the memory it came to above what it began with, in
MB.
"""

from __future__ import annotations

import csv
import json
import os
import re
import sys
import time
from itertools import islice
from pathlib import Path

import django

from config.settled import settle

AT_ONCE = 1_000  # rows of a bulk_create
FIELDS = ("name", "email", "phone", "company", "job_title", "message")


def ours(path: Path) -> tuple[int, int]:
    """Upload, guessed columns, and every batch of the job: what is on disk is in the account."""
    from django.core.files.uploadedfile import UploadedFile

    from events.record import SYSTEM
    from leads.imports.jobs import read_imports, run_imports
    from leads.imports.starting import receive, start
    from leads.models import ImportState
    from tenancy.models import Account
    from tenancy.scope import scope

    account = Account.objects.get(slug=os.environ["BENCH_ACCOUNT"])
    with path.open("rb") as file, scope(account):
        batch = receive(UploadedFile(file, path.name, size=path.stat().st_size), by=SYSTEM)
        start(batch)
    turns = {ImportState.READING: read_imports, ImportState.RUNNING: run_imports}
    while turn := turns.get(ImportState(batch.state)):
        with scope(account):
            turn([batch.pk])
            batch.refresh_from_db()
    assert batch.state == ImportState.DONE, batch.state
    rejected = batch.counts.get("rejected", 0)
    return batch.rows - rejected, rejected


def bare(path: Path) -> tuple[int, int]:
    """Each row through a serializer, a thousand to a bulk_create."""
    from rest_framework.exceptions import ValidationError

    from tests.bench.bare.models import Enquiry
    from tests.bench.bare.urls import EnquirySerializer

    serializer, taken, rejected = EnquirySerializer(), 0, 0
    with path.open(encoding="utf-8", newline="") as file:
        rows = csv.reader(file, delimiter=";")
        next(rows)
        while some := list(islice(rows, AT_ONCE)):
            good = []
            for row in some:
                try:
                    good.append(Enquiry(**serializer.run_validation(dict(zip(FIELDS, row, strict=True)))))
                except ValidationError:
                    rejected += 1
            taken += len(Enquiry._default_manager.bulk_create(good))
    return taken, rejected


def memory(name: str) -> float:
    """MB of this process now (VmRSS) or at its largest (VmHWM)."""
    found = re.search(rf"{name}:\s+(\d+) kB", Path("/proc/self/status").read_text(encoding="ascii"))
    assert found
    return int(found[1]) / 1024


def main() -> None:
    django.setup()
    from django.db import connection

    connection.ensure_connection()
    settle()  # as workers and web processes begin
    idle, began = memory("VmRSS"), time.perf_counter()
    taken, rejected = {"ours": ours, "bare": bare}[sys.argv[1]](Path(sys.argv[2]))
    seconds = time.perf_counter() - began
    above = memory("VmHWM") - idle
    print(json.dumps({"seconds": seconds, "taken": taken, "rejected": rejected, "idle": idle, "above": above}))


if __name__ == "__main__":
    main()
