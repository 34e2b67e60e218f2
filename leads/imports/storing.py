"""The files of an import, in a folder of its account that workers share: its rows, a line of JSON each, and beside
them the upload until it is read. In the store for work, whatever documents lie in."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, BinaryIO, cast
from uuid import UUID

from django.core.files import File
from django.core.files.base import ContentFile
from django.core.files.storage import Storage, storages

from events.leftovers import throw_away
from tenancy.filestore import WORK, answering, forget
from tenancy.scope import current_account

UPLOAD, SCRATCH = ".upload", ".scratch"

Line = tuple[int, list[str]]  # the row's number as a spreadsheet program counts, and its cells


def store() -> Storage:
    return storages[WORK]


def path_of(import_id: UUID) -> str:
    return f"{current_account().pk.hex}/{import_id.hex}.jsonl"


def keep(path: str, upload: File[Any]) -> None:
    """Keep an upload, and room for its rows. Raises StoreAway."""
    with answering():
        store().save(path + UPLOAD, upload)
        for other in (path, path + SCRATCH):
            store().save(other, ContentFile(b""))


@contextmanager
def opened(path: str, rows: int) -> Iterator[tuple[BinaryIO, BinaryIO, BinaryIO]]:
    """The upload, what its reader notes for itself, and the rows, cut off after so many bytes: what an attempt that
    failed has written is written again. Raises FileNotFoundError."""
    with (
        store().open(path + UPLOAD) as upload,
        store().open(path + SCRATCH, "r+b") as scratch,
        store().open(path, "r+b") as kept,
    ):
        kept.truncate(rows)
        kept.seek(rows)
        yield cast(BinaryIO, upload.file), cast(BinaryIO, scratch.file), cast(BinaryIO, kept.file)


def as_stored(line: Line) -> bytes:
    return json.dumps(line, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


def discard_upload(path: str) -> None:
    """Forget the upload, once the transaction stands; its rows stay."""
    throw_away(path + UPLOAD, path + SCRATCH, store=WORK)


def discard(path: str) -> None:
    """Forget all files of an import that needs them no more, once the transaction stands."""
    if path:
        throw_away(*_all_files(path), store=WORK)


@contextmanager
def or_nothing(path: str) -> Iterator[None]:
    """Around a transaction that an error rolls back: what was stored in it goes, too."""
    try:
        yield
    except BaseException:
        for one in _all_files(path):
            forget(one, WORK)
        raise


def _all_files(path: str) -> tuple[str, ...]:
    return path, path + UPLOAD, path + SCRATCH


def lines_of(path: str, position: int, most: int) -> Iterator[tuple[Line, int]]:
    """At most `most` rows from `position` on, each with the position after it; none where the file is gone."""
    if not store().exists(path):
        return
    with store().open(path, "rb") as file:
        file.seek(position)
        while most and (line := file.readline()):
            position, most = position + len(line), most - 1
            number, cells = json.loads(line)
            yield (number, cells), position
