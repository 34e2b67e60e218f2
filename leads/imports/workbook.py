"""The first sheet with something in it of an .xlsx workbook, a piece at a time, from wherever the last one ended.

Read here and not by a library, because none can leave off in the middle of a sheet and go on there later.
"""

from __future__ import annotations

import lzma
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import BinaryIO
from xml.etree import ElementTree

from leads.imports.cells import Cells
from leads.imports.package import MOST_WHOLE, TOO_LARGE, UNREADABLE, Package, Strings
from leads.imports.spreadsheet import BadFile, Place, Table
from leads.imports.storing import Line

MOST_UNPACKED = 1024 * 1024 * 1024
MOST_RATIO = 250  # unpacked over packed; real workbooks stay below 30
MOST_PARTS = 5_000
# What a damaged archive or XML makes the standard library raise.
DAMAGED = (
    *(zipfile.BadZipFile, zlib.error, lzma.LZMAError, ElementTree.ParseError),
    *(ValueError, LookupError, OSError, EOFError, RuntimeError),
)


def open_workbook(file: BinaryIO, place: Place, scratch: BinaryIO) -> Table:
    """Its first table, or the one that was begun. Raises BadFile for anything that is no workbook, or a bomb."""
    with _readable("This workbook is damaged. Save it again as .xlsx, or as CSV."):
        archive = zipfile.ZipFile(file)
    _refuse_bombs(archive.infolist())
    with _readable(UNREADABLE):
        package = Package(archive)
        if place:
            return Sheet(package, place, scratch)
        for title, part in package.sheets():
            beginning = {"title": title[:40], "part": part, "of": package.size(part)}
            if any(any(cells) for _, cells in next(Sheet(package, beginning, scratch).pieces(), [])):
                return Sheet(package, beginning, scratch)
    raise BadFile("The workbook has no rows.")


@contextmanager
def _readable(sentence: str) -> Iterator[None]:
    try:
        yield
    except BadFile:
        raise
    except DAMAGED as error:
        raise BadFile(sentence) from error


def _refuse_bombs(parts: list[zipfile.ZipInfo]) -> None:
    unpacked, packed = sum(part.file_size for part in parts), sum(part.compress_size for part in parts) or 1
    suspect = unpacked > MOST_WHOLE and unpacked / packed > MOST_RATIO
    if len(parts) > MOST_PARTS or unpacked > MOST_UNPACKED or suspect:
        raise BadFile(TOO_LARGE)
    if not any(part.filename.endswith("workbook.xml") for part in parts):
        raise BadFile("This is an archive, not a workbook. Upload an .xlsx or CSV file.")


class Sheet:
    """One table of a workbook."""

    def __init__(self, package: Package, place: Place, scratch: BinaryIO) -> None:
        self._package = package
        self._place: Place = {"at": 0, "row": 0} | place
        self._strings = Strings(package, place, scratch)
        self.format = f"sheet “{place['title']}”"

    def place(self) -> Place:
        return self._place | self._strings.place()

    def pieces(self) -> Iterator[list[Line]]:
        cells = Cells(self._package.formats(), self._strings)
        with _readable("This workbook breaks off in the middle. Save it again as .xlsx, or as CSV."):
            place = self._place
            for root, at in self._package.elements(place["part"], "row", place["at"]):
                piece = list(cells.rows(root, place["row"]))
                place |= {"at": at, "row": piece[-1][0]}
                yield piece
