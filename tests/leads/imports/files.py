"""Uploads for tests of imports, and an import run to its end."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Sequence
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

from events.drain import drain
from events.record import SYSTEM, By
from leads.imports.spreadsheet import Place, open_table
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
    settle()
    return again(account, batch)


def undone(account: Account, batch: Import) -> Import:
    with scope(account):
        undo(batch)
    settle()
    return again(account, batch)


def settle() -> None:
    """Work until nothing is due, however long that takes."""
    while drain():
        pass


def again(account: Account, batch: Import) -> Import:
    with scope(account):
        batch.refresh_from_db()
    return batch


def rows_of(content: bytes) -> list[list[str]]:
    return [cells for piece in open_table(io.BytesIO(content), {}, io.BytesIO()).pieces() for _, cells in piece]


def rows_by_turns(content: bytes) -> list[tuple[int, list[str]]]:
    """Numbered, a piece at a time: what a turn knows of the one before it is in two files and in plain JSON."""
    scratch, place, rows = io.BytesIO(), Place(), list[tuple[int, list[str]]]()
    while True:
        table = open_table(io.BytesIO(content), json.loads(json.dumps(place)), scratch)
        piece = next(table.pieces(), None)
        if piece is None:
            return rows
        rows, place = rows + piece, table.place()
