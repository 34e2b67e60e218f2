"""What a document is, told by its bytes: its name may say anything."""

from __future__ import annotations

from typing import Any
from zipfile import BadZipFile, LargeZipFile, ZipFile

from django.core.files.uploadedfile import UploadedFile

OFFICE = "application/vnd.openxmlformats-officedocument"
TYPES = {
    "pdf": "application/pdf",
    "png": "image/png",
    "jpg": "image/jpeg",
    "jpeg": "image/jpeg",
    "docx": f"{OFFICE}.wordprocessingml.document",
    "xlsx": f"{OFFICE}.spreadsheetml.sheet",
    "pptx": f"{OFFICE}.presentationml.presentation",
    "odt": "application/vnd.oasis.opendocument.text",
    "txt": "text/plain",
    "csv": "text/csv",
}
BEGINNINGS: dict[bytes, tuple[str, ...]] = {
    b"%PDF-": ("pdf",),
    b"\x89PNG\r\n\x1a\n": ("png",),
    b"\xff\xd8\xff": ("jpg", "jpeg"),
}
# What a packed document holds, and nothing else does.
PARTS = {"word/document.xml": "docx", "xl/workbook.xml": "xlsx", "ppt/presentation.xml": "pptx"}
ODT = b"application/vnd.oasis.opendocument.text"
PROGRAMS = (b"MZ", b"\x7fELF", b"#!")  # readable or not, these are run
LOOKED_AT = 64 * 1024


def endings_of(upload: UploadedFile[Any]) -> tuple[str, ...]:
    """The endings that the content of `upload` allows, the usual first; none for what nobody may store."""
    upload.seek(0)
    head = upload.read(LOOKED_AT)
    upload.seek(0)
    for beginning, endings in BEGINNINGS.items():
        if head.startswith(beginning):
            return endings
    if head.startswith(b"PK\x03\x04"):
        return _packed(upload)
    return ("txt", "csv") if _is_text(head) else ()


def _packed(upload: UploadedFile[Any]) -> tuple[str, ...]:
    """A document in a zip, by the list of what is inside; nothing is unpacked but an odt's type. Macros are refused."""
    try:
        with ZipFile(upload.file or upload) as packed:
            names = set(packed.namelist())
            if any(name.lower().endswith("vbaproject.bin") for name in names):
                return ()
            found = tuple(ending for part, ending in PARTS.items() if part in names)
            if not found and "mimetype" in names and packed.getinfo("mimetype").file_size == len(ODT):
                found = ("odt",) if packed.read("mimetype") == ODT else ()
    except (BadZipFile, LargeZipFile, NotImplementedError, RuntimeError, ValueError, OSError):
        return ()
    finally:
        upload.seek(0)
    return found if len(found) == 1 else ()


def _is_text(head: bytes) -> bool:
    if head.startswith(PROGRAMS):
        return False
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):  # UTF-16
        return True
    return not any(byte < 9 or (13 < byte < 32 and byte != 27) for byte in head)
