"""What the pages of imports show."""

from __future__ import annotations

from typing import Any

from django.urls import reverse

from leads.changes import custom_fields
from leads.imports.finding import recent
from leads.imports.mapping import CLICKS, TARGETS
from leads.imports.preview import STATUSES, preview
from leads.imports.rejects import problems_of
from leads.imports.storing import lines_of
from leads.models import Import, ImportOutcome, ImportRow, ImportState, Source
from tenancy import clock

S = ImportState
STEPS = ("Upload", "Match columns", "Check rows", "Run", "Report")
AT = {S.READING: 1, S.REFUSED: 1, S.READY: 3, S.RUNNING: 4, S.PAUSED: 4}
COUNTED = (
    ("created", "new"),
    ("attached", "repeats attached"),
    ("updated", "updated"),
    ("unchanged", "nothing new"),
    ("company", "companies"),
    ("rejected", "rejected"),
    ("flagged", "with a value that makes no sense"),
    ("kept", "kept, because people have worked on them"),
)


def list_context() -> dict[str, Any]:
    """The list: each import with what it did."""
    return {"imports": [{"batch": batch, "said": said(batch), "share": share(batch)} for batch in recent()]}


def page_context(batch: Import, show: str = "") -> dict[str, Any]:
    """One import, by its state: progress, columns and rows to check, or the report."""
    at = AT.get(S(batch.state), 5)
    steps = [(number, words, number == at, number < at) for number, words in enumerate(STEPS, 1)]
    context = {"batch": batch, "steps": steps, "progress": progress(batch)}
    return context | (waiting_context(batch, show) if batch.state == S.READY else {"problems": problems_of(batch)})


def waiting_context(batch: Import, show: str) -> dict[str, Any]:
    seen = preview(batch)
    path = reverse("import", args=[batch.public_id])
    counts, names = seen.counts(), {"": "All"} | {status: words for status, (words, _) in STATUSES.items()}
    shown = show if show in STATUSES else ""
    return {
        "columns": columns(batch),
        "sources": [(source.public_id, source.name, source.pk == batch.source_id) for source in _sources()],
        "preview": seen,
        "rows": [row for row in seen.rows if shown in ("", row.status)],
        "tabs": [
            (f"{path}?show={status}" if status else path, f"{words} {counts[status]}", status == shown)
            for status, words in names.items()
        ],
    }


def columns(batch: Import) -> list[dict[str, Any]]:
    """Each column with an example from the file and what it may be."""
    rows = [cells for (_, cells), _ in lines_of(batch.path, 0, 20)]
    own = [(f"custom.{key}", f"{key.replace('_', ' ').capitalize()} (own field)") for key in custom_fields()]
    targets = sorted(((fact, words) for fact, words in TARGETS.items() if fact not in CLICKS), key=lambda pair: pair[1])
    clicks = [(fact, fact) for fact in CLICKS]
    return [
        {
            "at": index,
            "header": header,
            "example": next((row[index] for row in rows if index < len(row) and row[index]), ""),
            "fact": batch.mapping.get(header, ""),
            "options": [*targets, *own, *clicks],
        }
        for index, header in enumerate(batch.headers)
    ]


def progress(batch: Import) -> dict[str, Any]:
    """How far it is, and about how long it will take: as fast as until now."""
    if batch.state == S.READING:
        place = batch.reading.get("place", {})
        return _so_far(place.get("at", 0), place.get("of", 0), "of the file", f"{batch.rows:,} rows so far")
    if batch.state == S.UNDOING:
        did = sum(batch.counts.get(outcome, 0) for outcome in ImportOutcome)
        return _so_far(did - ImportRow.objects.filter(batch=batch).count(), did, "taken back")
    left = ""
    if batch.state == S.RUNNING and batch.rows_done and batch.started_at:
        took = (clock.now() - batch.started_at).total_seconds()
        left = in_words(took / batch.rows_done * (batch.rows - batch.rows_done))
    count = f"{batch.rows_done:,} of {batch.rows:,}"
    return {"done": batch.rows_done, "of": batch.rows, "count": count, "left": left, "said": said(batch)}


def _so_far(done: int, of: int, words: str, *told: str) -> dict[str, Any]:
    return {"done": done, "of": of, "count": f"{_percent(done, of)} % {words}", "said": told}


def _percent(done: int, of: int) -> int:
    return done * 100 // of if of else 0


def in_words(seconds: float) -> str:
    """`about 40 s left`, `about 3 min left`."""
    if seconds < 90:
        return f"about {max(1, round(seconds))} s left"
    return f"about {round(seconds / 60)} min left"


def said(batch: Import) -> list[str]:
    """`6,112 new`, `187 repeats attached`."""
    return [f"{batch.counts[name]:,} {words}" for name, words in COUNTED if batch.counts.get(name)]


def share(batch: Import) -> int:
    """Percent of what is under way that is done."""
    so_far = progress(batch)
    return _percent(so_far["done"], so_far["of"])


def _sources() -> Any:
    return Source.objects.order_by("name")
