"""Documents of a lead: a size limit, a type check by content, bytes outside the web root under a name of our own."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from django.core.exceptions import ValidationError
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import UploadedFile

from events.kinds import Kind
from events.record import By, record
from leads.models import Lead
from pipeline.models import File
from tenancy.ids import uuid7

LARGEST = 10 * 1024 * 1024
KINDS = {"signed_agreement": "Signed agreement", "proposal": "Proposal", "other": "Other"}
# What a file may be: extension -> content type and the bytes it begins with (none: it must be plain text).
TYPES: dict[str, tuple[str, tuple[bytes, ...]]] = {
    "pdf": ("application/pdf", (b"%PDF-",)),
    "png": ("image/png", (b"\x89PNG\r\n\x1a\n",)),
    "jpg": ("image/jpeg", (b"\xff\xd8\xff",)),
    "jpeg": ("image/jpeg", (b"\xff\xd8\xff",)),
    "docx": ("application/vnd.openxmlformats-officedocument.wordprocessingml.document", (b"PK\x03\x04",)),
    "xlsx": ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", (b"PK\x03\x04",)),
    "pptx": ("application/vnd.openxmlformats-officedocument.presentationml.presentation", (b"PK\x03\x04",)),
    "odt": ("application/vnd.oasis.opendocument.text", (b"PK\x03\x04",)),
    "txt": ("text/plain", ()),
    "csv": ("text/csv", ()),
}
_stored: ContextVar[list[str] | None] = ContextVar("stored", default=None)
ACCEPT = ",".join(f".{ending}" for ending in TYPES)


class TooLarge(ValidationError):
    """More bytes than LARGEST."""


class WrongType(ValidationError):
    """Not one of TYPES, or not what its name says."""


def attach_file(lead: Lead, upload: UploadedFile[Any], *, kind: str, by: By) -> File:
    """Store `upload` as a document of `lead`. Raises TooLarge or WrongType."""
    name, content_type = checked(upload)
    file_id = uuid7()
    path = f"{lead.account_id.hex}/{file_id.hex}.{name.rpartition('.')[2].lower()}"
    default_storage.save(path, upload)
    if (stored := _stored.get()) is not None:
        stored.append(path)
    row: File = File.objects.create(
        id=file_id, lead=lead, kind=kind, name=name, path=path, size=upload.size or 0, content_type=content_type
    )
    record(Kind.FILE_ATTACHED, row, by=by, lead_id=lead.pk, name=name, file=kind, size=row.size)
    return row


@contextmanager
def or_no_file() -> Iterator[None]:
    """Within a transaction that may roll back: what was stored inside goes too when an error leaves the block."""
    paths: list[str] = []
    token = _stored.set(paths)
    try:
        yield
    except BaseException:
        for path in paths:
            default_storage.delete(path)
        raise
    finally:
        _stored.reset(token)


def checked(upload: UploadedFile[Any]) -> tuple[str, str]:
    """The upload's printable name and its content type, as found and not as claimed. Raises TooLarge or WrongType."""
    name = "".join(letter for letter in str(upload.name).rpartition("/")[2] if letter.isprintable())[-200:]
    if not upload.size:
        raise WrongType({"file": "The file is empty."})
    if upload.size > LARGEST:
        raise TooLarge({"file": f"A file has at most {LARGEST // 1024 // 1024} MB."})
    ending = name.rpartition(".")[2].lower()
    if ending not in TYPES:
        raise WrongType({"file": f"Attach one of: {', '.join(TYPES)}."})
    content_type, beginnings = TYPES[ending]
    upload.seek(0)
    head = upload.read(4096)
    upload.seek(0)
    if not (head.startswith(beginnings) if beginnings else b"\x00" not in head):
        raise WrongType({"file": f"Its content is not what .{ending} says."})
    return name, content_type
