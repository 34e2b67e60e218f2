"""Documents: what they are by content, the virus scanner, and how they are handed out."""

from __future__ import annotations

import io
import socket
import struct
import threading
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from zipfile import ZipFile

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile

from events.drain import drain
from events.jobs import Later
from events.models import Job
from pipeline.files import NotReady, TooLarge, WrongType, attach_file, checked, download, remove_file
from pipeline.filetypes import ODT
from pipeline.models import File, FileState
from pipeline.scanning import is_clean, scan_file
from tests.factories import a_lead

EICAR = b"X5O!P%@AP[4-a test signature"


def packed(*names: str, **contents: bytes) -> bytes:
    raw = io.BytesIO()
    with ZipFile(raw, "w") as archive:
        for name in names:
            archive.writestr(name, contents.get(name.partition("/")[0], b"x"))
    return raw.getvalue()


WORD, SHEET = packed("[Content_Types].xml", "word/document.xml"), packed("xl/workbook.xml")
KNOWN = [
    ("a.pdf", b"%PDF-1.7", "a.pdf", "application/pdf"),
    ("A.PDF", b"%PDF-1.7", "A.PDF", "application/pdf"),
    ("scan", b"%PDF-1.7", "scan.pdf", "application/pdf"),
    ("a.jpeg", b"\xff\xd8\xff\xe0", "a.jpeg", "image/jpeg"),
    ("a.docx", WORD, "a.docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
    ("a.xlsx", SHEET, "a.xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    ("a.odt", packed("mimetype", mimetype=ODT), "a.odt", ODT.decode()),
    ("a.csv", "name;Größe\n".encode("latin-1"), "a.csv", "text/csv"),
    ("a.txt", b"<script>alert(1)</script>", "a.txt", "text/plain"),  # handed out as plain text, never shown
    ("../../etc/a.txt", b"x", "a.txt", "text/plain"),
    ("a\u202e\x00\n.txt", b"x", "a.txt", "text/plain"),
]
REFUSED = [
    ("a.pdf", b"<html>"),
    ("a.html", b"<html>"),
    ("a.svg", b"<svg onload=alert(1)>"),
    ("a.exe", b"MZ\x90"),
    ("a.txt", b"MZ text"),
    ("a.txt", b"#!/bin/sh"),
    ("a.png", b"GIF89a"),
    ("a.docx", SHEET),
    ("a.docx", packed("anything.txt")),
    ("a.docx", packed("word/document.xml", "word/vbaProject.bin")),
    ("a.docx", packed("word/document.xml", "xl/workbook.xml")),
    ("a.docx", b"PK\x03\x04 not a zip"),
    ("a.zip", packed("word/document.xml")),
    ("a.odt", packed("mimetype", mimetype=b"x" * len(ODT))),
    ("a.pdf", b""),
    ("a.bin", b"\x00\x01"),
]


@pytest.mark.parametrize(("name", "content", "kept", "content_type"), KNOWN, ids=range(len(KNOWN)))
def test_what_it_is_is_told_by_its_content(name: str, content: bytes, kept: str, content_type: str) -> None:
    upload = SimpleUploadedFile("x", content, "text/html")
    upload.__dict__["_name"] = name  # as a client may send it
    assert checked(upload) == (kept, content_type)
    assert upload.read() == content


@pytest.mark.parametrize(("name", "content"), REFUSED, ids=range(len(REFUSED)))
def test_everything_else_is_refused(name: str, content: bytes) -> None:
    with pytest.raises(WrongType):
        checked(SimpleUploadedFile(name, content, "application/pdf"))


def test_25_megabytes_are_the_most() -> None:
    upload = SimpleUploadedFile("a.txt", b"x")
    upload.size = 25 * 1024 * 1024
    assert checked(upload)
    upload.size += 1
    with pytest.raises(TooLarge):
        checked(upload)


@pytest.fixture
def jonas(cast: SimpleNamespace, in_scope: Any, settings: Any, tmp_path: Path) -> SimpleNamespace:
    settings.MEDIA_ROOT = tmp_path
    cast.lead = a_lead(owner=cast.rita)
    return cast


def attach(jonas: SimpleNamespace, content: bytes = b"text") -> File:
    return attach_file(jonas.lead, SimpleUploadedFile("a.txt", content), kind="other", by=jonas.rita.by)


def test_no_browser_runs_or_shows_it_in_our_name(jonas: SimpleNamespace) -> None:
    response = download(attach(jonas, b"<script>"))
    assert b"".join(response.streaming_content) == b"<script>"  # type: ignore[arg-type]
    assert response["Content-Disposition"] == 'attachment; filename="a.txt"'
    assert response["Content-Type"] == "text/plain"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in response["Content-Security-Policy"]
    assert "no-store" in response["Cache-Control"]


def test_its_bytes_lie_under_a_name_of_ours_and_go_with_it(jonas: SimpleNamespace) -> None:
    file = attach(jonas)
    assert file.path == f"{jonas.account.pk.hex}/{file.pk.hex}.txt"
    assert default_storage.exists(file.path)
    remove_file(File.objects.get(pk=file.pk), by=jonas.rita.by)
    drain()
    assert not default_storage.exists(file.path)


def scanner(tmp_path: Path, answer: str) -> str:
    script = tmp_path / "scan.sh"
    script.write_text(f"#!/bin/sh\nif grep -q EICAR; then exit 1; fi\nexit {answer}\n")
    script.chmod(0o755)
    return str(script)


@pytest.mark.parametrize(("content", "state"), [(b"text", FileState.CLEAN), (b"EICAR", FileState.INFECTED)])
def test_it_waits_for_the_scanner(
    jonas: SimpleNamespace, settings: Any, tmp_path: Path, content: bytes, state: FileState
) -> None:
    settings.FILE_SCANNER = scanner(tmp_path, "0")
    file = attach(jonas, content)
    assert file.state == FileState.WAITING
    assert Job.objects.filter(kind=scan_file.name, subject_id=file.pk).exists()
    with pytest.raises(NotReady):
        download(file)
    assert scan_file.outside
    scan_file.outside(jonas.account, file.pk)
    scan_file.outside(jonas.account, file.pk)
    file.refresh_from_db()
    assert file.state == state
    if state == FileState.INFECTED:
        with pytest.raises(NotReady, match="virus"):
            download(file)


@pytest.mark.parametrize("broken", ["/nowhere/at/all", "clamd://127.0.0.1:1", "clamd:///nowhere.sock"])
def test_it_waits_on_while_the_scanner_is_away(jonas: SimpleNamespace, settings: Any, broken: str) -> None:
    settings.FILE_SCANNER = broken
    file = attach(jonas)
    assert scan_file.outside
    with pytest.raises(Later):
        scan_file.outside(jonas.account, file.pk)
    assert File.objects.get().state == FileState.WAITING


def test_a_scanner_that_fails_is_no_verdict(jonas: SimpleNamespace, settings: Any, tmp_path: Path) -> None:
    file = attach(jonas)
    settings.FILE_SCANNER = scanner(tmp_path, "2")
    with pytest.raises(Later):
        is_clean(file.path)


@pytest.fixture
def clamd() -> Iterator[str]:
    """Speaks INSTREAM as clamd does."""
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        while True:
            try:
                line, _ = listener.accept()
            except OSError:
                return
            with line, line.makefile("rb") as said:
                assert said.read(10) == b"zINSTREAM\0"
                content = b""
                while size := struct.unpack("!I", said.read(4))[0]:
                    content += said.read(size)
                found = b"Eicar FOUND" if EICAR in content else b"size limit exceeded. ERROR"
                line.sendall(b"stream: OK\0" if b"good" in content else b"stream: " + found + b"\0")

    threading.Thread(target=serve, daemon=True).start()
    yield f"clamd://127.0.0.1:{listener.getsockname()[1]}"
    listener.close()


def test_clamd_is_asked_in_pieces(jonas: SimpleNamespace, settings: Any, clamd: str) -> None:
    good, bad, odd = (attach(jonas, part + b" " * 200_000) for part in (b"good", EICAR, b"neither"))
    settings.FILE_SCANNER = clamd
    assert is_clean(good.path)
    assert not is_clean(bad.path)
    with pytest.raises(Later, match="size limit"):
        is_clean(odd.path)
