"""Take an import back: its new leads go with all that followed, known ones become what they were."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from uuid import UUID

from django.db import connection
from django.db.models import Q, QuerySet

from events.kinds import Kind
from events.models import Actor, Event
from events.record import SYSTEM, record
from leads.imports.images import KNOWN
from leads.imports.restoring import hand_on, restore
from leads.imports.storing import discard
from leads.merging import undo_all
from leads.merging.withdrawal import withdraw
from leads.models import (
    Company,
    Contact,
    Import,
    ImportOutcome,
    ImportReject,
    ImportRow,
    ImportState,
    Lead,
    Source,
)
from leads.removal import is_pointed_at, pointed_at, remove, remove_leads, remove_newer
from tenancy import clock

AT_ONCE = 1_000
Return = Callable[[dict[str, dict[str, object]], UUID], None]
_returns: list[Return] = []


def on_undo(back: Return) -> Return:
    """Let an app downstream put back what it noted of a lead (images.note_also): it gets the row's images and its id,
    after which things were made."""
    _returns.append(back)
    return back


def undo_turn(import_id: UUID) -> bool:
    """Take back the newest rows of an import that is being undone; whether there are more."""
    batch = Import.objects.select_for_update(no_key=True).filter(pk=import_id, state=ImportState.UNDOING).first()
    if batch is None:
        return False
    rows = list(ImportRow.objects.filter(batch=batch).order_by("-pk")[:AT_ONCE])
    kept = take_back(batch, rows)
    ImportRow.objects.filter(pk__in=[row.pk for row in rows]).delete()
    batch.counts = dict(Counter(batch.counts) + Counter(kept=kept))
    batch.save(update_fields=["counts"])
    if ImportRow.objects.filter(batch=batch).exists():
        return True
    _finish(batch)
    return False


def take_back(batch: Import, rows: Sequence[ImportRow]) -> int:
    """Undo these rows, newest first, in a number of statements that is the same for all but deals carried on and
    merges. A lead that people have worked on since stays; returns how many do."""
    leads = {row.lead_id for row in rows if row.lead_id}
    worked_on = _worked_on(batch, leads)
    created = {row.lead_id for row in rows if row.outcome == ImportOutcome.CREATED}
    staying = created & worked_on
    withdrawn = [row.submission_id for row in rows if row.submission_id and row.lead_id not in staying]
    _withdraw(withdrawn)
    gone = [pk for pk in created - worked_on if pk]
    undo_all(gone, by=batch.by)  # what went from them into others goes, and who went into them comes back
    remove_leads(gone)
    known = [row for row in rows if row.outcome in KNOWN and row.lead_id not in {*gone, *worked_on}]
    for row in known:
        for back in _returns:
            back(row.before, row.pk)
    # Of several rows about a lead the last one counts: it is the oldest.
    remove_newer(Lead, {row.lead_id: row.pk for row in known if row.lead_id})
    untouched = {row.pk for row in rows if row.outcome in KNOWN and row.lead_id not in worked_on}
    restore([(row, row.pk in untouched) for row in rows if row.lead_id not in staying])
    withdraw(withdrawn, leads)
    hand_on([row for row in rows if row.lead_id not in staying], list(_later(batch, leads)))
    _remove_unneeded(rows)
    return len(staying)


def _worked_on(batch: Import, leads: set[UUID]) -> set[UUID | None]:
    """The leads about which anybody else did something since the import began: a person, or the prospect."""
    events = Event.objects.filter(lead_id__in=leads, recorded_at__gte=batch.started_at)
    # That two are two again says nothing about either.
    events = events.exclude(kind=Kind.LEAD_UNMERGED)
    # A webhook or a telephone speaks as the system, too: what it brought is the prospect's.
    enquired = Q(kind=Kind.LEAD_REPEATED, body__has_key="submission")
    called = Q(kind=Kind.ACTIVITY_LOGGED, actor_id=None) & ~Q(actor_name=SYSTEM.name)
    others = events.exclude(actor_name=batch.by.name).filter(~Q(actor_kind=Actor.SYSTEM) | enquired | called)
    return {*others.values_list("lead_id", flat=True), *_later(batch, leads).values_list("lead_id", flat=True)}


def _later(batch: Import, leads: set[UUID]) -> QuerySet[ImportRow]:
    """What imports since have changed of these leads, newest first."""
    rows = ImportRow.objects.filter(lead_id__in=leads, batch__started_at__gt=batch.started_at)
    later: QuerySet[ImportRow] = rows.exclude(outcome=ImportOutcome.UNCHANGED).order_by("-pk")
    return later


def _withdraw(submission_ids: Sequence[UUID | None]) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT withdraw_imported(%s::uuid[])", [list(submission_ids)])


def _remove_unneeded(rows: Sequence[ImportRow]) -> None:
    """People and firms that came with the import and that nothing else has come to need."""
    for model, name in ((Contact, "contact_id"), (Company, "company_id")):
        came = {getattr(row, name) for row in rows} - {None}
        remove(model, came - pointed_at(model, came))


def _finish(batch: Import) -> None:
    if str(batch.source_id) in batch.sources_made:
        Import.objects.filter(source=batch.source_id).update(source=None)
    for source_id in map(UUID, batch.sources_made):
        if not is_pointed_at(Source, source_id):
            remove(Source, [source_id])
    ImportReject.objects.filter(batch=batch).delete()
    discard(batch.path)
    batch.state, batch.undone_at, batch.path, batch.sources_made = ImportState.UNDONE, clock.now(), "", []
    batch.save(update_fields=["state", "undone_at", "path", "sources_made"])
    record(Kind.IMPORT_UNDONE, batch, by=batch.by, name=batch.name, counts=batch.counts)
