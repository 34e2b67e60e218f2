"""A few hundred rows of an import, in one transaction with the note of how far it got: redone whole or not at all."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from django.db import DatabaseError, OperationalError, transaction

from events.kinds import Kind
from events.record import record
from leads.changes import custom_fields
from leads.imports.payload import Plan, Rejected, Told
from leads.imports.pieces import Understood, read_piece
from leads.imports.storing import discard
from leads.imports.taking import Taking
from leads.models import Import, ImportReject, ImportRow, ImportState
from leads.reading import Reading
from leads.vocabulary import Reader
from tenancy import clock
from tenancy.inserting import insert_values
from tenancy.prepared import plan_anew
from tenancy.scope import current_account

AT_ONCE = 400


def take_turn(import_id: UUID) -> bool:
    """Do the next rows of a running import; whether there are more. A paused or cancelled one is left alone."""
    batch = Import.objects.select_for_update(no_key=True).filter(pk=import_id, state=ImportState.RUNNING).first()
    if batch is None:
        return False
    plan_anew()
    plan = plan_of(batch)
    reader = Reader.of(current_account(), plan.now, custom_fields())
    rows, end = read_piece(batch.path, batch.position, AT_ONCE, plan, reader)
    with transaction.atomic():
        turn = Turn(batch, reader)
        turn.take(rows)
        if batch.dry_run:
            transaction.set_rollback(True)
    turn.note(end)
    if batch.rows_done < batch.rows and rows:
        return True
    finish(batch)
    return False


def plan_of(batch: Import) -> Plan:
    """How the rows of `batch` are read."""
    zone = current_account().time_zone
    return Plan(batch.headers, batch.mapping, batch.dates, zone, clock.now(), batch.consent, batch.edits)


def finish(batch: Import) -> None:
    """All rows are done: say so, and forget the file once that is certain."""
    # A file that somebody took away ends an import early; what it brought stays and can be undone.
    batch.state = ImportState.DONE if batch.rows_done >= batch.rows else ImportState.CANCELLED
    batch.finished_at = clock.now()
    discard(batch.path)
    batch.path = ""
    batch.save(update_fields=["state", "finished_at", "path"])
    record(Kind.IMPORT_FINISHED, batch, by=batch.by, name=batch.name, counts=batch.counts, dry_run=batch.dry_run)


@dataclass
class Turn:
    batch: Import
    reader: Reader
    counts: Counter[str] = field(default_factory=Counter)
    rejects: list[ImportReject] = field(default_factory=list)
    lines: int = 0

    def take(self, rows: Sequence[Understood]) -> None:
        good, readings = [], {}
        for row in rows:
            if isinstance(row.said, Rejected):
                self._reject(row.number, row.cells, str(row.said))
                continue
            one, readings[row.number] = row.said
            good.append((one, row.cells))
        self.lines += len(rows)
        self._take(good, readings)

    def _take(self, rows: Sequence[tuple[Told, list[str]]], readings: Mapping[int, Reading]) -> None:
        """All of them at once; where that fails by halves, until the row that can't be stored stands alone."""
        if not rows:
            return None
        try:
            with transaction.atomic():
                done = Taking(self.batch, self.reader).take([one for one, _ in rows], readings)
                insert_values(ImportRow, done.rows)
        except OperationalError:
            raise  # the database, not the row: the job is tried again
        except (DatabaseError, ValueError, TypeError, KeyError) as error:
            if len(rows) == 1:
                one, cells = rows[0]
                return self._reject(one.number, cells, f"It can’t be stored: {type(error).__name__}.")
            half = len(rows) // 2
            self._take(rows[:half], {})
            return self._take(rows[half:], {})
        self.counts.update(done.counts)
        for one, why in done.refused:
            self._reject(one.number, next(cells for row, cells in rows if row is one), why)
        return None

    def _reject(self, number: int, cells: list[str], why: str) -> None:
        self.counts["rejected"] += 1
        self.rejects.append(ImportReject(batch=self.batch, row=number, cells=cells, reason=why[:300]))

    def note(self, position: int) -> None:
        """How far the import is, and what it could not take."""
        batch = self.batch
        ImportReject.objects.bulk_create(self.rejects)
        batch.position, batch.rows_done = position, batch.rows_done + self.lines
        batch.counts = dict(Counter(batch.counts) + self.counts)
        made = [] if batch.dry_run else batch.sources_made
        batch.sources_made = made
        batch.save(update_fields=["position", "rows_done", "counts", "sources_made"])
