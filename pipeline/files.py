"""Documents of a lead: a size limit, a type told by content, a virus check, bytes under a name of ours."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import UploadedFile
from django.http import FileResponse

from events.jobs import schedule
from events.kinds import Kind
from events.leftovers import throw_away
from events.record import By, record
from leads.models import Lead
from pipeline import filetypes
from pipeline.filetypes import TYPES
from pipeline.models import File, FileState
from pipeline.scanning import scan_file
from tenancy import clock
from tenancy.filestore import answering, forget
from tenancy.ids import uuid7

LARGEST = 25 * 1024 * 1024
KINDS = {"signed_agreement": "Signed agreement", "proposal": "Proposal", "other": "Other"}
ACCEPT = ",".join(f".{ending}" for ending in TYPES)
_stored: ContextVar[list[str] | None] = ContextVar("stored", default=None)


class TooLarge(ValidationError):
    """More bytes than LARGEST."""


class WrongType(ValidationError):
    """Not one of TYPES, or not what its name says."""


class NotReady(Exception):
    """It is still being checked, or carries a virus: nobody gets it."""


def attach_file(lead: Lead, upload: UploadedFile[Any], *, kind: str, by: By) -> File:
    """Store `upload` as a document of `lead`; it waits for its check where a scanner is set.

    Raises TooLarge, WrongType, or StoreAway.
    """
    name, content_type = checked(upload)
    file_id = uuid7()
    path = f"{lead.account_id.hex}/{file_id.hex}.{name.rpartition('.')[2].lower()}"
    with answering():
        default_storage.save(path, upload)
    if (stored := _stored.get()) is not None:
        stored.append(path)
    row = File(
        id=file_id,
        lead=lead,
        kind=kind,
        name=name,
        path=path,
        size=upload.size or 0,
        content_type=content_type,
        state=FileState.WAITING if settings.FILE_SCANNER else FileState.CLEAN,
    )
    row.save(force_insert=True)
    record(Kind.FILE_ATTACHED, row, by=by, lead_id=lead.pk, name=name, file=kind, size=row.size)
    if row.state == FileState.WAITING:
        schedule(scan_file, row.pk, clock.now())
    return row


def change_file(file: File, kind: str, *, by: By) -> File:
    """Say what kind of document it is. Records FILE_CHANGED, for gates ask for kinds."""
    if file.kind != kind and File.objects.filter(pk=file.pk).update(kind=kind):
        file.kind = kind
        record(Kind.FILE_CHANGED, file, by=by, lead_id=file.lead_id, name=file.name, file=kind)
    return file


def remove_file(file: File, *, by: By) -> None:
    """Take a document away, its bytes once the transaction stands."""
    record(Kind.FILE_REMOVED, file, by=by, lead_id=file.lead_id, name=file.name, file=file.kind)
    throw_away(file.path)
    file.delete()


def download(file: File) -> FileResponse:
    """The document as an attachment that no browser runs or shows in our name. Raises NotReady; FileNotFoundError;
    StoreAway."""
    if file.state != FileState.CLEAN:
        raise NotReady(str(FileState(file.state).label))
    with answering():
        content = default_storage.open(file.path)
        _ = content.file  # a bucket sends it only now
    response = FileResponse(content, as_attachment=True, filename=file.name, content_type=file.content_type)
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response["Cache-Control"] = "private, no-store"
    return response


@contextmanager
def or_no_file() -> Iterator[None]:
    """Within a transaction that may roll back: what was stored inside goes too when an error leaves the block."""
    paths: list[str] = []
    token = _stored.set(paths)
    try:
        yield
    except BaseException:
        for path in paths:
            forget(path)
        raise
    finally:
        _stored.reset(token)


def checked(upload: UploadedFile[Any]) -> tuple[str, str]:
    """The upload's printable name and its content type, as found and not as claimed. Raises TooLarge or WrongType."""
    name = "".join(letter for letter in str(upload.name).rpartition("/")[2] if letter.isprintable())[-190:]
    if not upload.size:
        raise WrongType({"file": "The file is empty."})
    if upload.size > LARGEST:
        raise TooLarge({"file": f"A file has at most {LARGEST // 1024 // 1024} MB."})
    endings = filetypes.endings_of(upload)
    if not endings:
        raise WrongType({"file": f"Attach one of: {', '.join(TYPES)}."})
    stem, _, ending = name.rpartition(".")
    if not stem:  # without an ending: its content says what it is
        name, ending = f"{name}.{endings[0]}", endings[0]
    if ending.lower() not in endings:
        known = f"Its content is not what .{ending.lower()} says." if ending.lower() in TYPES else ""
        raise WrongType({"file": known or f"Attach one of: {', '.join(TYPES)}."})
    return name, TYPES[ending.lower()]
