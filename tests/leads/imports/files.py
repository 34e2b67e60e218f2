"""Uploads for tests of imports, and an import run to its end."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

from events.drain import drain
from events.record import SYSTEM, By
from leads.imports.starting import receive, start, undo
from leads.models import Import
from tenancy.models import Account
from tenancy.scope import scope

PEOPLE = [
    ["Name", "E-mail", "Phone", "Company"],
    ["Ada King", "ada@example.com", "+44 20 7183 8750", "Example Ltd"],
    ["Bo Berg", "bo@berg.example", "", "Berg AB"],
    ["Cy Young", "cy@young.example", "", ""],
]


def a_csv(rows: Sequence[Sequence[str]], name: str = "people.csv", encoding: str = "utf-8") -> SimpleUploadedFile:
    text = io.StringIO(newline="")
    csv.writer(text).writerows(rows)
    return SimpleUploadedFile(name, text.getvalue().encode(encoding))


def imported(account: Account, rows: Sequence[Sequence[str]], by: By = SYSTEM, **columns: Any) -> Import:
    """An upload of `rows`, started and run to its end with all that follows."""
    return run(account, a_csv(rows), by, **columns)


def run(account: Account, upload: SimpleUploadedFile, by: By = SYSTEM, **columns: Any) -> Import:
    history = columns.pop("history", None)
    with scope(account):
        batch = receive(upload, by=by, **columns)
        if history is not None:
            batch.history = history
            batch.save()
        start(batch)
    drain()
    return again(account, batch)


def undone(account: Account, batch: Import) -> Import:
    with scope(account):
        undo(batch)
    drain()
    return again(account, batch)


def again(account: Account, batch: Import) -> Import:
    with scope(account):
        batch.refresh_from_db()
    return batch
