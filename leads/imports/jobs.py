"""The long works of an import, a few hundred rows at a time, so that other leads pass in between; and its end."""

from collections.abc import Sequence
from uuid import UUID

from events.jobs import job, schedule
from leads.imports import batch, forgetting, reading, undoing
from leads.models import ImportState
from tenancy import clock


@job(of="subject", batch=1)
def read_imports(import_ids: Sequence[UUID]) -> None:
    """The next pieces of an upload, until it is read."""
    state = reading.reading_turn(import_ids[0])
    if state == ImportState.READING:
        schedule(read_imports, import_ids[0], clock.now())
    elif state == ImportState.RUNNING:
        schedule(run_imports, import_ids[0], clock.now())


@job(of="subject", batch=1)
def run_imports(import_ids: Sequence[UUID]) -> None:
    """The next rows of an import, until there are none."""
    if batch.take_turn(import_ids[0]):
        schedule(run_imports, import_ids[0], clock.now())


@job(of="subject", batch=1)
def undo_imports(import_ids: Sequence[UUID]) -> None:
    """The next rows to be taken back."""
    if undoing.undo_turn(import_ids[0]):
        schedule(undo_imports, import_ids[0], clock.now())


@job(of="subject", batch=1)
def forget_imports(import_ids: Sequence[UUID]) -> None:
    """A week after the upload or the last pause."""
    forgetting.forget(import_ids[0])
