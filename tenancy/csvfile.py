"""Tables as CSV, safe to open in a spreadsheet program."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator

from django.http import StreamingHttpResponse

from tenancy.models import Account
from tenancy.scope import current_account, scope
from tenancy.sight import Sight, current_sight, seeing

STARTS_A_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")


def defuse(cell: object) -> object:
    """A text that a spreadsheet would compute gets an apostrophe before it; numbers stay numbers."""
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(STARTS_A_FORMULA) else cell


def lines(rows: Iterable[Iterable[object]]) -> Iterator[str]:
    """CSV (RFC 4180), row by row."""
    for row in rows:
        buffer = io.StringIO()
        csv.writer(buffer).writerow([defuse("" if cell is None else cell) for cell in row])
        yield buffer.getvalue()


def download(filename: str, rows: Iterable[Iterable[object]]) -> StreamingHttpResponse:
    """A CSV file, sent while it is made. `rows` are taken in a scope of their own, with the eyes of whoever reads: the
    request's has ended by then."""
    within = _within(current_account(), current_sight(), rows)
    response = StreamingHttpResponse(within, content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{filename}.csv"'
    return response


def _within(account: Account, sight: Sight, rows: Iterable[Iterable[object]]) -> Iterator[str]:
    with scope(account), seeing(sight):
        yield from lines(rows)
