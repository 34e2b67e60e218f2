"""What rows say, read ahead by a process of its own: the next ones while this one and PostgreSQL write these."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from uuid import UUID

from leads.imports.payload import Plan, Rejected, Told, told
from leads.imports.scout import Lost, Scout
from leads.imports.storing import Line, lines_of
from leads.reading import Reading, read
from leads.vocabulary import Reader

WORTH_IT = 5_000  # rows to come; for fewer a process is not started
IN_A_ROW = 8  # pieces of an import; with fewer others take turns at it, and what is read ahead here is read in vain
REMEMBERED = 100  # imports of which a process knows where it left off
MOST = 2  # imports that are read ahead at a time beside one process; others are read by it


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


_scouts: dict[UUID, Scout] = {}  # by import
_left_off: dict[UUID, tuple[int, int]] = {}  # where this process did, and after how many pieces in a row


def piece_of(import_id: UUID, path: str, position: int, most: int, plan: Plan, reader: Reader) -> Piece:
    """At most `most` rows from `position` on; as they were read ahead, unless they are to be read in another way."""
    if _left_off.get(import_id, (position, 0))[0] != position:  # another process took a turn
        forget(import_id)
    found = None
    with _or_forgotten(import_id):
        found = _scouts[import_id].answer() if import_id in _scouts else None
    if isinstance(found, Piece):
        same = replace(plan, now=found.plan.now), replace(reader, now=found.reader.now)
        if found.rows and found.position == position and same == (found.plan, found.reader):
            return replace(found, plan=plan, reader=reader)  # what follows is read as of now
    return read_piece(path, position, most, plan, reader)


def read_on(import_id: UUID, path: str, most: int, piece: Piece, *, left: int) -> None:
    """Have what follows `piece` read, if `left` rows are worth it and it is likely to be ours; while this goes on
    nobody waits for it."""
    in_a_row = _pieces_in_a_row(import_id, piece)
    if import_id not in _scouts:
        if left < WORTH_IT or in_a_row < IN_A_ROW or not _has_room():
            return
        _scouts[import_id] = Scout()
    with _or_forgotten(import_id):
        _scouts[import_id].ask(path, piece.end, most, piece.plan, piece.reader)


def forget(import_id: UUID) -> None:
    """Read no further ahead in this import."""
    if scout := _scouts.pop(import_id, None):
        scout.dismiss()


def read_piece(path: str, position: int, most: int, plan: Plan, reader: Reader) -> Piece:
    """Read rows, by whatever process."""
    lines = list(lines_of(path, position, most))
    end = lines[-1][1] if lines else position
    return Piece(position, end, plan, reader, [_understood(line, plan, reader) for line, _ in lines])


def _pieces_in_a_row(import_id: UUID, piece: Piece) -> int:
    """How many this process took without another's in between, `piece` the last of them."""
    end, count = _left_off.pop(import_id, (0, 0))
    count = count + 1 if end == piece.position else 1
    _left_off[import_id] = piece.end, count
    if len(_left_off) > REMEMBERED:
        _left_off.pop(next(iter(_left_off)))
    return count


def _has_room() -> bool:
    """Whether one more may be read ahead, once those are forgotten that nobody goes on with here."""
    for import_id in [pk for pk, scout in _scouts.items() if scout.is_over]:
        forget(import_id)
    return len(_scouts) < MOST


@contextmanager
def _or_forgotten(import_id: UUID) -> Iterator[None]:
    """Around a talk: who is lost, or cut off by a time limit in the middle of a word, is asked nothing more."""
    try:
        yield
    except Lost:
        forget(import_id)
    except BaseException:
        forget(import_id)
        raise


def _understood(line: Line, plan: Plan, reader: Reader) -> Understood:
    number, cells = line
    try:
        row = told(number, cells, plan)
    except Rejected as error:
        return Understood(number, cells, error)
    return Understood(number, cells, (row, read(row.facts, reader)))
