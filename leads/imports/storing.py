"""An upload in the one form that batches read: a line of JSON per row, in a file of the account that workers share."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import BinaryIO
from uuid import UUID

from django.core.files import File
from django.core.files.storage import default_storage

from leads.imports.mapping import EMAIL
from leads.imports.spreadsheet import BadFile, open_sheet
from tenancy.csvfile import STARTS_A_FORMULA
from tenancy.scope import current_account

LARGEST = 256 * 1024 * 1024
MOST_ROWS, MOST_COLUMNS, LONGEST_HEADER = 1_000_000, 300, 120
LOOKED_AT = 1_000  # rows that show what the columns mean
TITLES = 10  # lines that may stand above the header

Line = tuple[int, list[str]]  # the row's number as a spreadsheet program counts, and its cells


@dataclass
class Stored:
    """What was found in an upload, and where its rows lie."""

    path: str
    format: str
    headers: list[str] = field(default_factory=list)
    rows: int = 0
    sample: list[list[str]] = field(default_factory=list)


def store(upload: BinaryIO, import_id: UUID) -> Stored:
    """Read a whole upload and keep its rows. Raises BadFile; then nothing is kept."""
    sheet = open_sheet(upload)
    stored = Stored(f"{current_account().pk.hex}/{import_id.hex}.jsonl", sheet.format)
    with tempfile.TemporaryFile() as kept:
        for number, cells in _below_header(sheet.rows, stored):
            kept.write(json.dumps([number, cells], ensure_ascii=False, separators=(",", ":")).encode() + b"\n")
        if not stored.rows:
            raise BadFile("There is a header but no row below it.")
        kept.seek(0)
        default_storage.save(stored.path, File(kept))
    return stored


def discard(path: str) -> None:
    """Forget the rows of an import that needs them no more."""
    if path:
        default_storage.delete(path)


def lines_of(path: str, position: int, most: int) -> Iterator[tuple[Line, int]]:
    """At most `most` rows from `position` on, each with the position after it; none where the file is gone."""
    if not default_storage.exists(path):
        return
    with default_storage.open(path, "rb") as file:
        file.seek(position)
        while most and (line := file.readline()):
            position, most = position + len(line), most - 1
            number, cells = json.loads(line)
            yield (number, cells), position


def _below_header(rows: Iterator[list[str]], stored: Stored) -> Iterator[Line]:
    """The rows that say something; finds the header first, and counts."""
    numbered = ((number, [_clean(cell) for cell in row]) for number, row in enumerate(rows, 1))
    first = [(number, row) for number, row in _some(numbered, TITLES) if any(row)]
    if not first:
        raise BadFile("The file has no rows.")
    start = _header_at([row for _, row in first])
    below = first[start:]
    if any(EMAIL.fullmatch(cell) for cell in below[0][1]):  # a person, so there is no header
        stored.headers = [f"Column {index}" for index in range(1, len(below[0][1]) + 1)]
    else:
        stored.headers = _headers(below.pop(0)[1])
    if len(stored.headers) > MOST_COLUMNS:
        raise BadFile(f"At most {MOST_COLUMNS} columns are read; this file has {len(stored.headers):,}.")
    yield from _counted(below, stored)
    yield from _counted(numbered, stored)


def _some(rows: Iterator[Line], most: int) -> Iterator[Line]:
    for _ in range(most):
        if (row := next(rows, None)) is None:
            return
        yield row


def _counted(rows: Sequence[Line] | Iterator[Line], stored: Stored) -> Iterator[Line]:
    width = len(stored.headers)
    for number, row in rows:
        if not any(row):
            continue
        stored.rows += 1
        if stored.rows > MOST_ROWS:
            raise BadFile(f"At most {MOST_ROWS:,} rows are taken at once. Split the file.")
        if len(stored.sample) < LOOKED_AT:
            stored.sample.append(row[:width])
        yield number, row[: width + 1]  # one more than there are columns shows that the row is broken


def _clean(cell: str) -> str:
    cell = cell.replace("\x00", "").replace("\ufeff", "").strip()
    return cell[1:] if cell[:1] == "'" and cell[1:2] in STARTS_A_FORMULA else cell  # as our own downloads defuse it


def _header_at(rows: list[list[str]]) -> int:
    """The first line that is about as wide as the widest: titles and dates of a report stand above it."""
    filled = [sum(map(bool, row)) for row in rows]
    return next(index for index, count in enumerate(filled) if count * 2 >= max(filled))


def _headers(row: list[str]) -> list[str]:
    """Named each once, the empty ones by their place; empty cells at the end are no columns."""
    while row and not row[-1]:
        row.pop()
    found: list[str] = []
    for index, cell in enumerate(row, 1):
        name = base = cell[:LONGEST_HEADER] or f"Column {index}"
        again = 2
        while name in found:
            name, again = f"{base} ({again})", again + 1
        found.append(name)
    return found
