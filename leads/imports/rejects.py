"""What an import could not take, as a table that can be mended and uploaded again."""

from __future__ import annotations

from collections.abc import Iterator

from leads.models import Import, ImportReject

ROW, WHY = "Row in the file", "Why it was not taken"
ADDED = (ROW, WHY)  # beside the file's own columns


def rejected(batch: Import) -> Iterator[list[object]]:
    """The header, then each rejected row as it was, its number and the reason."""
    own = [header for header in batch.headers if header not in ADDED]
    yield [*own, ROW, WHY]
    for one in ImportReject.objects.filter(batch=batch).order_by("row").iterator(500):
        cells = dict(zip(batch.headers, one.cells, strict=False))
        yield [*(cells.get(header, "") for header in own), one.row, one.reason]


def problems_of(batch: Import, most: int = 50) -> list[dict[str, object]]:
    """The first rejected rows, with why."""
    rows = ImportReject.objects.filter(batch=batch).order_by("row")[:most]
    return [{"row": one.row, "detail": one.reason} for one in rows]
