"""The verbs of an import: receive, map, start, pause, stop, undo."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction

from events.jobs import cancel, schedule
from events.kinds import Kind
from events.record import By, record
from leads.changes import custom_fields
from leads.imports.dates import order_of
from leads.imports.jobs import run_imports, undo_imports
from leads.imports.mapping import DATED, TARGETS, guess, header_key, is_migration
from leads.imports.people import own_source
from leads.imports.spreadsheet import BadFile
from leads.imports.storing import LARGEST, Stored, discard, lines_of, store
from leads.models import CustomField, Import, ImportState, Source
from tenancy import clock
from tenancy.ids import uuid7
from tenancy.scope import current_account

S = ImportState
MOST_EDITS = 200  # rows; only the first are shown anyway


class TooLarge(BadFile):
    """More bytes than LARGEST."""


class WrongMapping(ValueError):
    """A mapping names a column or a fact that is not there."""


class NotNow(ValueError):
    """The import is in another state by now. `str()` says which."""


def receive(upload: UploadedFile[Any], *, by: By, **columns: Any) -> Import:
    """Read and keep an upload, and guess what its columns mean; it waits to be started.

    `columns` are those of Import: source, consent, dry_run. Raises BadFile (TooLarge); then nothing is kept.
    """
    if (upload.size or 0) > LARGEST:
        raise TooLarge(f"A file has at most {LARGEST // 1024 // 1024} MB. Split it.")
    batch = Import(id=uuid7(), name=_printable(str(upload.name)), **columns)
    batch.actor_kind, batch.actor_id, batch.actor_name = by.kind, by.id, by.name
    content: Any = upload.file
    content.seek(0)
    stored = store(content, batch.pk)
    batch.path = stored.path
    with or_nothing(batch), transaction.atomic():
        _describe(batch, stored)
        batch.save(force_insert=True)
    return batch


@contextmanager
def or_nothing(batch: Import) -> Iterator[None]:
    """Within a transaction that an error rolls back: the stored rows go with it."""
    try:
        yield
    except BaseException:
        discard(batch.path)
        raise


def _describe(batch: Import, stored: Stored) -> None:
    batch.format, batch.headers, batch.rows = stored.format, stored.headers, stored.rows
    batch.header_key = header_key(stored.headers)
    custom = {field.key: field.label for field in CustomField.objects.all()}
    guessed = guess(stored.headers, stored.sample, custom, current_account().country)
    batch.mapping, batch.dates = guessed.mapping, guessed.dates
    earlier = Import.objects.filter(header_key=batch.header_key, started_at__isnull=False).order_by("-started_at")
    if before := earlier.first():
        batch.mapping = {header: fact for header, fact in before.mapping.items() if header in stored.headers}
        batch.remembered_at = before.started_at
        _date(batch, {header: _column(stored, header) for header in stored.headers})
    batch.history = is_migration(batch.mapping)


def _column(stored: Stored, header: str) -> list[str]:
    index = stored.headers.index(header)
    return [row[index] for row in stored.sample if index < len(row)]


def map_columns(batch: Import, mapping: Mapping[str, Any], *, anew: bool = False) -> None:
    """Let columns mean what a person says: header -> fact, "" for none. Others stay, but give way to a fact that is
    now another column's; with `anew` whether it is history is guessed again. Raises WrongMapping."""
    known = set(TARGETS) | {f"custom.{key}" for key in custom_fields()}
    for header, fact in mapping.items():
        if header not in batch.headers:
            raise WrongMapping(f"There is no column “{str(header)[:80]}” in this file.")
        if fact not in known and fact != "":
            raise WrongMapping(f"“{str(fact)[:80]}” is no fact that a column can be.")
    said = set(mapping.values())
    wanted = {header: fact for header, fact in batch.mapping.items() if fact not in said} | dict(mapping)
    batch.mapping = {header: wanted[header] for header in batch.headers if wanted.get(header)}
    taken = list(batch.mapping.values())
    twice = next((fact for fact in taken if taken.count(fact) > 1), None)
    if twice:
        raise WrongMapping(f"Two columns can’t both be {TARGETS.get(twice, twice)}.")
    rows = [cells for (_, cells), _ in lines_of(batch.path, 0, 1_000)]
    _date(batch, {header: [row[at] for row in rows if at < len(row)] for at, header in enumerate(batch.headers)})
    batch.history = is_migration(batch.mapping) if anew else batch.history
    batch.save(update_fields=["mapping", "dates", "history"])


def _date(batch: Import, columns: Mapping[str, list[str]]) -> None:
    country = current_account().country
    dated = [header for header, fact in batch.mapping.items() if fact in DATED]
    batch.dates = {header: order_of(columns[header], country) for header in dated}


def settle(batch: Import, mapping: Mapping[str, str], *, source: Source | None, consent: str, history: bool) -> None:
    """All that a person decides before the rows are taken. Raises NotNow once it runs, and WrongMapping."""
    _still_waits(batch)
    batch.source, batch.consent, batch.history = source, consent[:300].strip(), history
    with transaction.atomic():
        batch.save(update_fields=["source", "consent", "history"])
        map_columns(batch, mapping)


def edit_row(batch: Import, row: str, cells: Mapping[str, str]) -> None:
    """Correct cells of one row, by the place of their column. Raises NotNow once it runs, and WrongMapping."""
    _still_waits(batch)
    places = [place for place in cells if place.isascii() and place.isdigit() and int(place) < len(batch.headers)]
    if not (row.isascii() and row.isdigit()) or len(places) < len(cells):
        raise WrongMapping("There is no such cell in this file.")
    said = {batch.headers[int(place)]: cells[place][:2_000].strip() for place in places}
    batch.edits = batch.edits | {row: batch.edits.get(row, {}) | said}
    if len(batch.edits) > MOST_EDITS:
        raise WrongMapping("Correct so many rows in the file itself, then upload it again.")
    batch.save(update_fields=["edits"])


def _still_waits(batch: Import) -> None:
    if batch.state != S.READY:
        raise NotNow(f"“{batch.name}” is {batch.get_state_display().lower()}.")


def start(batch: Import, *, source: Source | None = None) -> None:
    """Take the rows from now on. Raises NotNow unless it waits or is paused."""
    columns: dict[str, Any] = {"started_at": batch.started_at or clock.now()}
    if source is None and batch.source_id is None and not batch.dry_run:
        source, made = own_source()
        columns["sources_made"] = [str(source.pk)] if made else []
    if source:
        columns["source_id"] = source.pk
    _move(batch, S.RUNNING, (S.READY, S.PAUSED), **columns)
    schedule(run_imports, batch.pk, clock.now())
    if batch.rows_done == 0:
        record(Kind.IMPORT_STARTED, batch, by=batch.by, name=batch.name, rows=batch.rows, dry_run=batch.dry_run)


def pause(batch: Import) -> None:
    """Hold on after the rows in hand. Raises NotNow."""
    _move(batch, S.PAUSED, (S.RUNNING,))
    cancel(run_imports, batch.pk)


def stop(batch: Import) -> None:
    """Take no more rows; those that are in stay, and can be undone. Raises NotNow."""
    _move(batch, S.CANCELLED, (S.READY, S.RUNNING, S.PAUSED), finished_at=clock.now())
    cancel(run_imports, batch.pk)


def undo(batch: Import) -> None:
    """Take back what it did, in the background. Undoing twice is once. Raises NotNow for one that never began."""
    if batch.state in (S.UNDOING, S.UNDONE):
        return None
    if batch.started_at is None:
        return throw_away(batch)
    _move(batch, S.UNDOING, (S.RUNNING, S.PAUSED, S.DONE, S.CANCELLED))
    cancel(run_imports, batch.pk)
    schedule(undo_imports, batch.pk, clock.now())
    return None


def throw_away(batch: Import) -> None:
    """Forget an upload that was never started."""
    _move(batch, S.UNDONE, (S.READY, S.CANCELLED), undone_at=clock.now(), path="", edits={})
    path = batch.path
    transaction.on_commit(lambda: discard(path))


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
