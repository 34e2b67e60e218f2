"""The data folder: ours, writable, with room, and used by one at a time."""

import contextlib
import errno
import fcntl
import os
import shutil
import time
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from config.embedded import Unavailable, process

NEEDED_MB = 200
CALLED_FROM = Path(os.environ.get("TOLLGATE_CALLED_FROM", ".")).absolute()  # bin/* change to the code's folder
LAUNCHERS = ("config.embedded.run", "config.embedded.manage")


def check(data: Path) -> None:
    """Complain before anything is written."""
    existing = next(folder for folder in [data.absolute(), *data.absolute().parents] if folder.exists())
    if not existing.is_dir():
        raise Unavailable(f"{existing} is not a folder: choose another with --data.")
    if data.exists() and data.stat().st_uid != os.geteuid():
        raise Unavailable(f"{data} belongs to {_owner(data)}: run as that user, or choose another with --data.")
    if not os.access(existing, os.W_OK | os.X_OK):
        raise Unavailable(f"{existing} can't be written to: choose another folder with --data.")
    free = shutil.disk_usage(existing).free // 2**20
    if free < NEEDED_MB:
        raise Unavailable(f"The disk is full: {free} MB are free at {existing}, Tollgate needs {NEEDED_MB} MB.")


@contextlib.contextmanager
def alone_on(data: Path, *, patience: float = 0) -> Iterator[None]:
    """Hold the folder's lock. It is the operating system's: whoever dies lets go of it."""
    data.mkdir(mode=0o711, parents=True, exist_ok=True)  # the servers of root live inside, as somebody else
    with (data / "run.lock").open("a+") as lock:
        until = time.monotonic() + patience
        while not _taken(lock):
            if time.monotonic() > until:
                raise Unavailable(f"Tollgate already runs on {data}: stop it with bin/run --data {data} --stop.")
            time.sleep(0.1)
        lock.truncate(0)
        lock.write(str(os.getpid()))
        lock.flush()
        yield


def holder(data: Path) -> int | None:
    """The process that runs on this folder, if it is one of ours; what a file says isn't enough."""
    path = data / "run.lock"
    if not path.exists():
        return None
    with path.open("r") as lock:
        if _taken(lock):
            return None
        pid = int(lock.read().strip() or 0)
    return pid if any(launcher in process.command_line(pid) for launcher in LAUNCHERS) else None


def in_words(failure: Exception, data: Path) -> str:
    """One sentence for what went wrong; a full disk has many symptoms and one cause."""
    full = isinstance(failure, OSError) and failure.errno in {errno.ENOSPC, errno.EDQUOT}
    if full or (data.exists() and shutil.disk_usage(data).free < 2**20):
        return f"The disk that holds {data} is full."
    if isinstance(failure, OSError):
        return f"{failure.strerror or failure}: {failure.filename or data}."
    return str(failure)


def _taken(lock: IO[str]) -> bool:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _owner(path: Path) -> str:
    with contextlib.suppress(KeyError):
        return path.owner()
    return f"user {path.stat().st_uid}"
