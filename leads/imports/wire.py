"""An import as the API shows it."""

from __future__ import annotations

from typing import Any

from leads.imports.rejects import problems_of
from leads.models import Import
from leads.wire import moment

COUNTS = ("created", "attached", "updated", "unchanged", "company", "rejected", "flagged", "kept")


def import_on_wire(batch: Import) -> dict[str, Any]:
    """State, counts, the mapping used, and the first rejected rows."""
    return {
        "id": batch.public_id,
        "name": batch.name,
        "format": batch.format,
        "state": batch.state,
        "problem": batch.problem or None,
        "rows": batch.rows,
        "rows_done": batch.rows_done,
        "counts": {name: batch.counts.get(name, 0) for name in COUNTS},
        "mapping": batch.mapping,
        "unmapped": [header for header in batch.headers if header not in batch.mapping],
        "source": batch.source.name if batch.source else None,
        "history": batch.history,
        "dry_run": batch.dry_run,
        "problems": problems_of(batch),
        "created_at": moment(batch.created_at),
        "started_at": moment(batch.started_at),
        "finished_at": moment(batch.finished_at),
        "undone_at": moment(batch.undone_at),
    }
