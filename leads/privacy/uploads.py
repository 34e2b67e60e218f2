"""The stored rows of imports that are not over: a person's line is emptied where it stands."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator

from django.core.files import File
from django.core.files.storage import default_storage

from leads.privacy.needles import Needles


def clear_upload(path: str, needles: Needles) -> bool:
    """Empty this person's rows of a stored upload; whether there were any. The import goes on where it was."""
    if not any(needles.in_cells(json.loads(line)[1]) for line in _lines(path)):
        return False
    with tempfile.TemporaryFile() as kept:
        for line in _lines(path):
            kept.write(_emptied(line) if needles.in_cells(json.loads(line)[1]) else line)
        kept.seek(0)
        default_storage.delete(path)
        default_storage.save(path, File(kept))
    return True


def _lines(path: str) -> Iterator[bytes]:
    if default_storage.exists(path):
        with default_storage.open(path, "rb") as file:
            yield from file


def _emptied(line: bytes) -> bytes:
    """The row without its cells, exactly as long: an import remembers its place in bytes."""
    number = json.dumps([json.loads(line)[0], []]).encode()
    return number.ljust(len(line) - 1) + b"\n"
