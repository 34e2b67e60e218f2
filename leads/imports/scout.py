"""A process that reads ahead. It is asked on its standard input and answers on its standard output, in pickles; it
touches no database, and ends when nobody asks it any more."""

from __future__ import annotations

import os
import pickle
import select
import signal
import subprocess
import sys
from contextlib import suppress
from typing import Any

from django.conf import settings

PATIENCE = 60  # seconds without a question
GENTLY = 5  # of the kernel's levels of niceness: who waits for a page goes first


class Lost(Exception):
    """The process is gone, or answers nonsense. What it was to read is read by who asked."""


class Scout:
    """A process that reads one piece at a time, for one import. Until it `is_up` nobody waits for it."""

    is_up = False

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", __name__, str(PATIENCE)],
            cwd=settings.BASE_DIR,
            env=os.environ | {"DJANGO_SETTINGS_MODULE": settings.SETTINGS_MODULE},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        self._is_asked = False

    @property
    def is_over(self) -> bool:
        """Whether it has ended."""
        return self._process.poll() is not None

    def ask(self, *question: Any) -> None:
        """Have a piece read (the arguments of ahead.read_piece), unless it still reads the last one. Raises Lost."""
        if self._is_asked:
            return
        assert self._process.stdin
        try:
            pickle.dump(question, self._process.stdin, pickle.HIGHEST_PROTOCOL)
            self._process.stdin.flush()
        except OSError as error:
            raise Lost from error
        self._is_asked = True

    def answer(self) -> Any:
        """The piece it was asked for; None where it was not, or is still starting. Raises Lost."""
        assert self._process.stdout
        if self.is_over:  # who knows when that was; what it said may be old
            raise Lost
        if not self._is_asked or not (self.is_up or select.select([self._process.stdout], [], [], 0)[0]):
            return None
        self.is_up, self._is_asked = True, False
        try:
            return pickle.load(self._process.stdout)  # noqa: S301  (from our own process)
        except (OSError, EOFError, pickle.UnpicklingError) as error:
            raise Lost from error

    def dismiss(self) -> None:
        """End it; what it reads is of no use any more."""
        self._process.kill()
        with suppress(OSError):
            self._process.communicate()


def serve(patience: int) -> None:
    """Answer until nobody asks for that many seconds, or nobody fetches the answer."""
    import django

    signal.signal(signal.SIGINT, signal.SIG_IGN)  # who asks is told, and ends
    os.nice(GENTLY)
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # what anybody prints is no answer
    django.setup()
    from leads.imports.ahead import read_piece

    questions = sys.stdin.buffer
    while True:
        signal.alarm(patience)
        try:
            question = pickle.load(questions)  # noqa: S301  (from the process that started this one)
        except EOFError:
            return
        pickle.dump(read_piece(*question), answers, pickle.HIGHEST_PROTOCOL)
        answers.flush()


if __name__ == "__main__":
    serve(int(sys.argv[1]))
