"""The stored rows of imports that are not over: a person's line is emptied where it stands."""

from __future__ import annotations

import json
import os

from leads.imports.storing import store
from leads.privacy.needles import Needles


def clear_upload(path: str, needles: Needles) -> bool:
    """Empty this person's rows of a stored upload; whether there were any. The import goes on where it was."""
    if not store().exists(path):
        return False
    found = False
    with store().open(path, "r+b") as file:
        while line := file.readline():
            if needles.in_cells(json.loads(line)[1]):
                file.seek(-len(line), os.SEEK_CUR)
                file.write(_emptied(line))
                found = True
    return found


def _emptied(line: bytes) -> bytes:
    """The row without its cells, exactly as long: an import remembers its place in bytes."""
    number = json.dumps([json.loads(line)[0], []]).encode()
    return number.ljust(len(line) - 1) + b"\n"
