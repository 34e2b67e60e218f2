"""The verbs of an import: receive, map, start, pause, stop, undo."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction

from events.jobs import cancel, schedule
from events.record import By
from leads.imports.forgetting import KEPT
from leads.imports.jobs import forget_imports, read_imports, run_imports, undo_imports
from leads.imports.matching import WrongMapping, map_columns
from leads.imports.people import source_of
from leads.imports.reading import read_on, tell_start
from leads.imports.spreadsheet import BadFile
from leads.imports.storing import discard, keep, or_nothing, path_of
from leads.models import Import, ImportState, Source
from leads.vocabulary import storable
from tenancy import clock
from tenancy.ids import uuid7

S = ImportState
LARGEST = 256 * 1024 * 1024
MOST_EDITS = 200  # rows; only the first are shown anyway


class TooLarge(BadFile):
    """More bytes than LARGEST."""


class NotNow(ValueError):
    """The import is in another state by now. `str()` says which."""


def receive(upload: UploadedFile[Any], *, by: By, **columns: Any) -> Import:
    """Keep an upload, read its beginning and guess what its columns mean. What is longer is read on in the background;
    then it waits to be started.

    `columns` are those of Import: source, consent, dry_run. Raises BadFile (TooLarge); then nothing is kept.
    """
    if (upload.size or 0) > LARGEST:
        raise TooLarge(f"A file has at most {LARGEST // 1024 // 1024} MB. Split it.")
    batch = Import(id=uuid7(), name=_printable(str(upload.name)), **columns)
    batch.actor_kind, batch.actor_id, batch.actor_name = by.kind, by.id, by.name
    upload.seek(0)
    batch.state, batch.path = S.READING, path_of(batch.pk)
    with or_nothing(batch.path), transaction.atomic():
        keep(batch.path, upload)
        read_on(batch)
        batch.save(force_insert=True)
        schedule(forget_imports, batch.pk, clock.now() + KEPT)
        if batch.state == S.READING:
            schedule(read_imports, batch.pk, clock.now())
    return batch


def settle(batch: Import, mapping: Mapping[str, str], *, source: Source | None, consent: str, history: bool) -> None:
    """All that a person decides before the rows are taken. Raises NotNow once it runs, and WrongMapping."""
    _still_waits(batch)
    batch.source, batch.consent, batch.history = source, storable(consent)[:300].strip(), history
    with transaction.atomic():
        batch.save(update_fields=["source", "consent", "history"])
        map_columns(batch, mapping)


def edit_row(batch: Import, row: str, cells: Mapping[str, str]) -> None:
    """Correct cells of one row, by the place of their column. Raises NotNow once it runs, and WrongMapping."""
    _still_waits(batch)
    places = [place for place in cells if place.isascii() and place.isdigit() and int(place) < len(batch.headers)]
    if not (row.isascii() and row.isdigit()) or len(places) < len(cells):
        raise WrongMapping("There is no such cell in this file.")
    said = {batch.headers[int(place)]: storable(cells[place])[:2_000].strip() for place in places}
    batch.edits = batch.edits | {row: batch.edits.get(row, {}) | said}
    if len(batch.edits) > MOST_EDITS:
        raise WrongMapping("Correct so many rows in the file itself, then upload it again.")
    batch.save(update_fields=["edits"])


def _still_waits(batch: Import) -> None:
    if batch.state != S.READY:
        raise NotNow(f"“{batch.name}” is {batch.get_state_display().lower()}.")


def start(batch: Import, *, source: Source | None = None) -> None:
    """Take the rows from now on, or from when they are all read. Raises NotNow unless it waits or is paused."""
    since = {"started_at": batch.started_at or clock.now()}
    if batch.state == S.READING:
        told = source_of(batch, source) if source else {}
        return _move(batch, S.READING, (S.READING,), **since, **told)
    _move(batch, S.RUNNING, (S.READY, S.PAUSED), **since, **source_of(batch, source))
    schedule(run_imports, batch.pk, clock.now())
    if batch.rows_done == 0:
        tell_start(batch)
    return None


def pause(batch: Import) -> None:
    """Hold on after the rows in hand. Raises NotNow."""
    _move(batch, S.PAUSED, (S.RUNNING,))
    cancel(run_imports, batch.pk)
    schedule(forget_imports, batch.pk, clock.now() + KEPT)


def stop(batch: Import) -> None:
    """Take no more rows; those that are in stay, and can be undone. Raises NotNow."""
    _move(batch, S.CANCELLED, (S.READY, S.RUNNING, S.PAUSED), finished_at=clock.now(), path="")
    cancel(run_imports, batch.pk)
    discard(batch.path)


def undo(batch: Import) -> None:
    """Take back what it did, in the background. Undoing twice is once. Raises NotNow for one that never began."""
    if batch.state in (S.UNDOING, S.UNDONE):
        return None
    if batch.started_at is None or batch.state in (S.READING, S.REFUSED):
        return throw_away(batch)
    _move(batch, S.UNDOING, (S.RUNNING, S.PAUSED, S.DONE, S.CANCELLED))
    cancel(run_imports, batch.pk)
    schedule(undo_imports, batch.pk, clock.now())
    return None


def throw_away(batch: Import) -> None:
    """Forget an upload of which nothing was taken."""
    _move(batch, S.UNDONE, (S.READING, S.REFUSED, S.READY, S.CANCELLED), undone_at=clock.now(), path="", edits={})
    cancel(read_imports, batch.pk)
    discard(batch.path)


def _move(batch: Import, to: ImportState, since: tuple[ImportState, ...], **columns: Any) -> None:
    if not Import.objects.moved(batch.pk, to, since=since, **columns):
        batch.refresh_from_db()
        raise NotNow(f"“{batch.name}” is {batch.get_state_display().lower()}.")
    for name, value in {"state": to, **columns}.items():
        if name != "path":
            setattr(batch, name, value)


def _printable(name: str) -> str:
    kept = "".join(letter for letter in name.replace("\\", "/").rpartition("/")[2] if letter.isprintable())
    return kept[-200:] or "table"
