"""An upload is read, some pieces at a time so that other work passes in between, into the rows that batches take."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from uuid import UUID

from events.kinds import Kind
from events.record import record
from leads.imports.mapping import EMAIL
from leads.imports.matching import match
from leads.imports.people import source_of
from leads.imports.spreadsheet import BadFile, open_table
from leads.imports.storing import Line, as_stored, discard, discard_upload, opened
from leads.models import Import, ImportState
from tenancy import clock
from tenancy.csvfile import STARTS_A_FORMULA

MOST_ROWS, MOST_COLUMNS, LONGEST_HEADER = 1_000_000, 300, 120
CELLS_AT_ONCE = 100_000  # at least: some tenths of a second
TITLES = 10  # lines that may stand above the header


def reading_turn(import_id: UUID) -> ImportState | None:
    """Read the next pieces of an import that is being read; returns the state it is in then, None for any other."""
    reading = Import.objects.select_for_update(no_key=True).filter(pk=import_id, state=ImportState.READING)
    batch: Import | None = reading.first()
    if batch is None:
        return None
    try:
        read_on(batch)
    except BadFile as error:
        _refuse(batch, str(error))
    batch.save()
    return ImportState(batch.state)


def read_on(batch: Import) -> None:
    """Read the next pieces of `batch`, which the caller saves. With the last it waits for its start, or runs if that
    was asked for. Raises BadFile."""
    try:
        is_over = _read_pieces(batch)
    except FileNotFoundError:
        raise BadFile("The upload is gone. Upload it again.") from None
    if batch.headers and not batch.header_key:
        match(batch)
    if is_over:
        _finish(batch)


def _read_pieces(batch: Import) -> bool:
    """Whether these were the last."""
    cells, kept = 0, batch.reading.get("kept", 0)
    with opened(batch.path, kept) as (upload, scratch, rows):
        table = open_table(upload, batch.reading.get("place", {}), scratch)
        batch.format = table.format
        for piece in table.pieces():
            written = b"".join(as_stored(line) for line in _counted(batch, piece))
            rows.write(written)
            cells, kept = cells + sum(len(line[1]) + 1 for line in piece), kept + len(written)
            if cells >= CELLS_AT_ONCE:
                batch.reading = {"place": table.place(), "kept": kept}
                return False
    return True


def _finish(batch: Import) -> None:
    if not batch.rows:
        raise BadFile("There is a header but no row below it." if batch.headers else "The file has no rows.")
    discard_upload(batch.path)
    batch.reading = {}
    batch.state = ImportState.RUNNING if batch.started_at else ImportState.READY
    if batch.started_at:
        for name, value in source_of(batch).items():
            setattr(batch, name, value)
        tell_start(batch)


def tell_start(batch: Import) -> None:
    """Record that its rows are taken from now on."""
    record(Kind.IMPORT_STARTED, batch, by=batch.by, name=batch.name, rows=batch.rows, dry_run=batch.dry_run)


def _refuse(batch: Import, why: str) -> None:
    discard(batch.path)
    batch.path, batch.reading = "", {}
    batch.state, batch.problem, batch.finished_at = ImportState.REFUSED, why[:300], clock.now()


def _counted(batch: Import, piece: Sequence[Line]) -> Iterator[Line]:
    """The rows that say something; finds the header first, and counts."""
    lines = [(number, [_clean(cell) for cell in row]) for number, row in piece]
    filled = [line for line in lines if any(line[1])]
    if not batch.headers:
        filled = _below_header(batch, filled)
    width = len(batch.headers)
    batch.rows += len(filled)
    if batch.rows > MOST_ROWS:
        raise BadFile(f"At most {MOST_ROWS:,} rows are taken at once. Split the file.")
    for number, row in filled:
        # One more than there are columns shows that the row is broken; empty ones at the end are none.
        yield number, row[: width + 1] if any(row[width:]) else row[:width]


def _below_header(batch: Import, lines: list[Line]) -> list[Line]:
    if not lines:
        return []
    below = lines[_header_at([row for _, row in lines[:TITLES]]) :]
    first = below[0][1]
    if any(EMAIL.fullmatch(cell) for cell in first):  # a person, so there is no header
        batch.headers = [f"Column {index}" for index in range(1, len(first) + 1)]
    else:
        batch.headers = _headers(first)
        below = below[1:]
    if len(batch.headers) > MOST_COLUMNS:
        raise BadFile(f"At most {MOST_COLUMNS} columns are read; this file has {len(batch.headers):,}.")
    return below


def _clean(cell: str) -> str:
    cell = cell.replace("\x00", "").replace("\ufeff", "").strip()
    is_defused = cell[:1] == "'" and cell[1:2] in STARTS_A_FORMULA  # as our own downloads do it
    return cell[1:].strip() if is_defused else cell


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
