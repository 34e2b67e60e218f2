"""Documents wait until a virus scanner has looked at them, where one is set (FILE_SCANNER).

`clamd://host:3310` and `clamd:///run/clamd.sock` speak clamd's INSTREAM; anything else is a command that reads the
document on its standard input and answers 0 for clean, 1 for infected.
"""

from __future__ import annotations

import shlex
import socket
import struct
import subprocess
from collections.abc import Iterator
from contextlib import closing
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from django.conf import settings
from django.core.files.storage import default_storage

from events.jobs import Later, outside_job
from events.kinds import Kind
from events.record import SYSTEM, record
from pipeline.models import File, FileState
from tenancy.models import Account
from tenancy.scope import scope

SECONDS, PIECE = 60, 64 * 1024


@outside_job()
def scan_file(account: Account, file_id: UUID) -> None:
    """Look at a waiting document and let it out, or keep it away for good. Raises Later while the scanner is away."""
    with scope(account):
        file: File | None = File.objects.filter(pk=file_id, state=FileState.WAITING).first()
    if file is None:
        return
    clean = is_clean(file.path)
    with scope(account):
        state = FileState.CLEAN if clean else FileState.INFECTED
        if File.objects.filter(pk=file.pk, state=FileState.WAITING).update(state=state):
            about: dict[str, Any] = {"name": file.name, "file": file.kind, "state": state.value}
            record(Kind.FILE_CHECKED, file, by=SYSTEM, lead_id=file.lead_id, **about)


def is_clean(path: str) -> bool:
    """What the scanner says of the stored document. Raises Later when it does not answer."""
    scanner = settings.FILE_SCANNER
    if not scanner:
        return True
    if not default_storage.exists(path):
        return False
    try:
        with default_storage.open(path, "rb") as content:
            return _clamd(scanner, content) if scanner.startswith("clamd://") else _command(scanner, content)
    except (OSError, subprocess.SubprocessError) as error:
        raise Later(f"The virus scanner does not answer: {error}") from error


def _command(scanner: str, content: Any) -> bool:
    done = subprocess.run(shlex.split(scanner), input=content.read(), timeout=SECONDS, capture_output=True, check=False)
    if done.returncode not in (0, 1):
        raise Later(f"The virus scanner answers {done.returncode}: {done.stderr.decode(errors='replace')[:200]}")
    return done.returncode == 0


def _clamd(scanner: str, content: Any) -> bool:
    with closing(_connected(scanner)) as line:
        line.settimeout(SECONDS)
        line.sendall(b"zINSTREAM\0")
        for piece in _pieces(content):
            line.sendall(struct.pack("!I", len(piece)) + piece)
        line.sendall(struct.pack("!I", 0))
        answer = line.makefile("rb").read(4096).strip(b"\0\n ")
    if answer.endswith(b"FOUND"):
        return False
    if not answer.endswith(b"OK"):
        raise Later(f"clamd answers: {answer.decode(errors='replace')[:200]}")
    return True


def _connected(scanner: str) -> socket.socket:
    url = urlsplit(scanner)
    if url.hostname:
        return socket.create_connection((url.hostname, url.port or 3310), timeout=SECONDS)
    line = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    line.settimeout(SECONDS)
    line.connect(url.path)
    return line


def _pieces(content: Any) -> Iterator[bytes]:
    while piece := content.read(PIECE):
        yield piece
