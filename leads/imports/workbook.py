"""The first sheet with something in it of an .xlsx workbook, row by row."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from datetime import date, datetime, time
from typing import Any, BinaryIO

from openpyxl import load_workbook

from leads.imports.spreadsheet import BadFile

MOST_UNPACKED = 1024 * 1024 * 1024
MOST_RATIO = 250  # unpacked over packed; real workbooks stay below 30
SUSPECT = 32 * 1024 * 1024
MOST_PARTS = 5_000


def open_workbook(file: BinaryIO) -> tuple[str, Iterator[list[str]]]:
    """Its format in words, and its rows. Raises BadFile for anything that is no workbook, or a bomb."""
    _refuse_bombs(file)
    try:
        book = load_workbook(file, read_only=True, data_only=True, keep_links=False)
        sheet = next((sheet for sheet in book.worksheets if _has_rows(sheet)), None)
    except Exception as error:  # the library raises whatever the parser met
        raise BadFile("This workbook can’t be read. Save it again as .xlsx, or as CSV.") from error
    if sheet is None:
        raise BadFile("The workbook has no rows.")
    return f"sheet “{sheet.title[:40]}”", _rows(sheet)


def _refuse_bombs(file: BinaryIO) -> None:
    try:
        with zipfile.ZipFile(file) as archive:
            parts = archive.infolist()
    except (zipfile.BadZipFile, ValueError, OSError):
        raise BadFile("This workbook is damaged. Save it again as .xlsx, or as CSV.") from None
    finally:
        file.seek(0)
    unpacked, packed = sum(part.file_size for part in parts), sum(part.compress_size for part in parts) or 1
    if len(parts) > MOST_PARTS or unpacked > MOST_UNPACKED or (unpacked > SUSPECT and unpacked / packed > MOST_RATIO):
        raise BadFile("This workbook unpacks to far more than it should. Save its table as CSV.")
    if not any(part.filename.endswith("workbook.xml") for part in parts):
        raise BadFile("This is an archive, not a workbook. Upload an .xlsx or CSV file.")


def _has_rows(sheet: Any) -> bool:
    # What the file says of its size is often wrong, and may be a lie.
    sheet.reset_dimensions()
    return any(any(cell not in (None, "") for cell in row) for row in sheet.iter_rows(max_row=50, values_only=True))


def _rows(sheet: Any) -> Iterator[list[str]]:
    try:
        for row in sheet.iter_rows(values_only=True):
            yield [text_of(cell) for cell in row]
    except Exception as error:  # as above: the sheet itself is only read now
        raise BadFile("This workbook breaks off in the middle. Save it again as .xlsx, or as CSV.") from error


def text_of(cell: Any) -> str:
    """A cell as a CSV would have it."""
    if cell is None:
        return ""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    if isinstance(cell, bool):
        return "yes" if cell else "no"
    if isinstance(cell, datetime | date | time):
        return cell.isoformat()
    return str(cell)
