"""Uploads that nobody came back to: their rows don't lie about for ever."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from leads.imports.storing import discard
from leads.models import Import, ImportState
from tenancy import clock

KEPT = timedelta(days=7)  # docs/capture.md says so, too
S = ImportState
END = {S.READING: S.UNDONE, S.READY: S.UNDONE, S.PAUSED: S.CANCELLED}


def forget(import_id: UUID) -> bool:
    """Delete the rows of an import that waits or is paused; what it brought so far stays and can be undone.

    Returns whether there was anything to delete.
    """
    waiting = Import.objects.select_for_update(no_key=True).filter(pk=import_id, state__in=END)
    batch: Import | None = waiting.first()
    if batch is None:
        return False
    discard(batch.path)
    batch.state, batch.path, batch.edits = END[ImportState(batch.state)], "", {}
    batch.finished_at = clock.now()
    batch.save(update_fields=["state", "path", "edits", "finished_at"])
    return True
