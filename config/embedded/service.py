"""One program of the product (web, live, worker, pump, smtp): started, watched, and started again when it falls."""

import contextlib
import os
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

from config.embedded import process

BASE = Path(__file__).resolve().parent.parent.parent
FIRST_PAUSE, LONGEST_PAUSE, LONG_LIFE = 0.5, 15.0, 30.0  # seconds


class Service:
    """A program with its command, its environment and its log."""

    def __init__(self, name: str, command: Sequence[str | Path], env: Mapping[str, str], log: Path) -> None:
        self.name, self.command, self.env, self.log = name, command, env, log
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        self.process = process.spawn(self.command, log=self.log, env=self.env, cwd=BASE)

    def stop(self) -> None:
        """Let it finish what it does; its whole group is gone afterwards."""
        if self.process:
            process.stop(self.process, signal.SIGTERM)
            self.process = None

    def ask_to_stop(self) -> None:
        """Without waiting, so that all can finish at the same time."""
        if self.process:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.process.pid, signal.SIGCONT)
                os.kill(self.process.pid, signal.SIGTERM)


class Healer:
    """Says when a fallen process starts again: soon the first time, then after longer and longer pauses."""

    def __init__(self) -> None:
        self.pause = FIRST_PAUSE
        self.due: float | None = None
        self.born = time.monotonic()

    def has_fallen(self, fallen: subprocess.Popen[bytes], name: str, logs: Sequence[Path]) -> None:
        """Note it, clear away what it left, and decide when to start it again."""
        process.kill_group(fallen)
        lived = time.monotonic() - self.born
        self.pause = FIRST_PAUSE if lived > LONG_LIFE else self.pause
        say(f"{name} ended ({how(fallen.returncode)}); it starts again in {self.later():g} s", logs)

    def later(self) -> float:
        """Try after a pause, whose seconds are returned, and next time after a longer one."""
        pause, self.due = self.pause, time.monotonic() + self.pause
        self.pause = min(self.pause * 2, LONGEST_PAUSE)
        return pause

    def is_due(self) -> bool:
        """Whether the pause after a fall is over."""
        return self.due is not None and time.monotonic() >= self.due

    def is_alive(self) -> None:
        """It runs again."""
        self.due, self.born = None, time.monotonic()


def how(code: int) -> str:
    """An exit code in words."""
    return f"signal {signal.Signals(-code).name}" if code < 0 else f"exit code {code}"


def say(sentence: str, logs: Sequence[Path]) -> None:
    """Write one line, with its time, into each of these logs."""
    now = datetime.now(UTC).isoformat(timespec="seconds")
    for log in logs:
        with log.open("a") as output:
            output.write(f"{now} [bin/run] {sentence}\n")
