"""What the next rows of an import say."""

from __future__ import annotations

from dataclasses import dataclass

from leads.imports.payload import Plan, Rejected, Told, told
from leads.imports.storing import Line, lines_of
from leads.reading import Reading, read
from leads.vocabulary import Reader


@dataclass(frozen=True)
class Understood:
    """A row and what it says, or why it can't be taken."""

    number: int
    cells: list[str]
    said: tuple[Told, Reading] | Rejected


def read_piece(path: str, position: int, most: int, plan: Plan, reader: Reader) -> tuple[list[Understood], int]:
    """At most `most` rows from `position` on, and the position after them; none where the file is gone."""
    lines = list(lines_of(path, position, most))
    end = lines[-1][1] if lines else position
    return [_understood(line, plan, reader) for line, _ in lines], end


def _understood(line: Line, plan: Plan, reader: Reader) -> Understood:
    number, cells = line
    try:
        row = told(number, cells, plan)
    except Rejected as error:
        return Understood(number, cells, error)
    return Understood(number, cells, (row, read(row.facts, reader)))
