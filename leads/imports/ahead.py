"""What rows say, read ahead: the next ones while PostgreSQL writes these."""

from __future__ import annotations

import sys
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from uuid import UUID

from leads.imports.payload import Plan, Rejected, Told, told
from leads.imports.storing import Line, lines_of
from leads.reading import Reading, read
from leads.vocabulary import Reader

AT_LEAST = 0.0005  # seconds; of the usual 0.005 the writing thread would lose as much after each answer of PostgreSQL
MOST = 4  # imports that are read ahead at a time in one process


@dataclass(frozen=True)
class Understood:
    """A row and what it says, or why it can't be taken."""

    number: int
    cells: list[str]
    said: tuple[Told, Reading] | Rejected


@dataclass(frozen=True)
class Piece:
    """The rows of a file from `position` to `end`, and how they were to be read."""

    position: int
    end: int
    plan: Plan
    reader: Reader
    rows: list[Understood]


_thread = ThreadPoolExecutor(1, thread_name_prefix="reads-ahead")
_ahead: dict[UUID, Future[Piece]] = {}


def piece_of(import_id: UUID, path: str, position: int, most: int, plan: Plan, reader: Reader) -> Piece:
    """At most `most` rows from `position` on; as they were read ahead, unless they are to be read in another way."""
    if ahead := _ahead.pop(import_id, None):
        found = ahead.result()
        same = replace(plan, now=found.plan.now), replace(reader, now=found.reader.now)
        if found.position == position and same == (found.plan, found.reader):
            return found
    return _read(path, position, most, plan, reader)


def read_on(import_id: UUID, path: str, most: int, piece: Piece) -> None:
    """Begin to read what follows `piece`, in a thread that touches no database."""
    sys.setswitchinterval(AT_LEAST)
    while len(_ahead) >= MOST:
        _ahead.pop(next(iter(_ahead)))
    _ahead[import_id] = _thread.submit(_read, path, piece.end, most, piece.plan, piece.reader)


def _read(path: str, position: int, most: int, plan: Plan, reader: Reader) -> Piece:
    lines = list(lines_of(path, position, most))
    end = lines[-1][1] if lines else position
    return Piece(position, end, plan, reader, [_understood(line, plan, reader) for line, _ in lines])


def _understood(line: Line, plan: Plan, reader: Reader) -> Understood:
    number, cells = line
    try:
        row = told(number, cells, plan)
    except Rejected as error:
        return Understood(number, cells, error)
    return Understood(number, cells, (row, read(row.facts, reader)))
