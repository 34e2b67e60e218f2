"""One server process: started without ceremony, gone when its parent is gone."""

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from config.embedded import Unavailable

PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None)


def spawn(
    command: Sequence[str | Path],
    *,
    log: Path,
    env: Mapping[str, str] | None = None,
    cwd: Path | None = None,
    last_signal: signal.Signals = signal.SIGTERM,
    **credentials: Any,
) -> subprocess.Popen[bytes]:
    """Start a process in its own group, its output appended to `log`; it gets `last_signal` when we die."""
    with log.open("ab") as output:
        return subprocess.Popen(
            [str(word) for word in command],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            env=dict(env) if env is not None else None,
            cwd=cwd,
            process_group=0,
            preexec_fn=_dies_with_parent(last_signal),
            **credentials,
        )


def wait_for(ready: Callable[[], bool], process: subprocess.Popen[bytes], log: Path, *, seconds: float = 60) -> None:
    """Poll until ready; raise with the log's last line when the process ends or the time is over."""
    until = time.monotonic() + seconds
    while not ready():
        if process.poll() is not None:
            raise Unavailable(f"A server ended at its start: {complaint(log)} (more in {log})")
        if time.monotonic() > until:
            raise Unavailable(f"Nothing answered within {seconds:.0f} s; see {log}.")
        time.sleep(0.02)


def stop(process: subprocess.Popen[bytes], first: signal.Signals, *, seconds: float = 10) -> None:
    """Ask, wait, then insist; the process and its group are gone afterwards."""
    with contextlib.suppress(ProcessLookupError):
        os.kill(process.pid, signal.SIGCONT)
        os.kill(process.pid, first)
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(seconds)
    kill_group(process)
    process.wait()


def kill_group(process: subprocess.Popen[bytes]) -> None:
    """kill -9 of what is left of the process's group."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)


def family(pid: int) -> list[int]:
    """A process and all that descend from it, also those in groups of their own (PostgreSQL's are)."""
    shown = subprocess.run(["ps", "-A", "-o", "pid=,ppid="], capture_output=True, text=True, check=True).stdout
    parents = {int(child): int(parent) for child, parent in (line.split() for line in shown.splitlines())}
    found = [pid]
    for ancestor in found:
        found += [child for child, parent in parents.items() if parent == ancestor]
    return found


def signal_family(pid: int, number: signal.Signals) -> None:
    """Send a signal to a process and all its descendants."""
    for member in family(pid):
        with contextlib.suppress(ProcessLookupError):
            os.kill(member, number)


def wait_until_gone(pid: int, *, seconds: float) -> bool:
    """For a process that isn't our child: whether it ended in time."""
    until = time.monotonic() + seconds
    while command_line(pid) and time.monotonic() < until:
        time.sleep(0.02)
    return not command_line(pid)


def command_line(pid: int) -> str:
    """The command of a running process; empty when there is none, or it can't be told."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
    except OSError:
        shown = subprocess.run(["ps", "-o", "args=", "-p", str(pid)], capture_output=True, text=True, check=False)
        return shown.stdout.strip()


def complaint(log: Path) -> str:
    """The most telling line at the end of a log."""
    lines = [line.strip() for line in log.read_text(errors="replace").splitlines()[-30:] if line.strip()]
    telling = [line for line in lines if any(word in line for word in ("No space", "FATAL", "rror", "ould not"))]
    return (telling or lines or ["it said nothing"])[-1]


def _dies_with_parent(last_signal: signal.Signals) -> Callable[[], None] | None:
    if sys.platform != "linux":
        return None
    return lambda: _libc.prctl(PR_SET_PDEATHSIG, int(last_signal))
