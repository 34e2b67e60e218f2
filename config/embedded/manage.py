"""bin/manage: a Django command in the environment of what runs on the data folder, or with servers just for it."""

import os
import signal
import subprocess
import sys
from pathlib import Path

from config.embedded import Unavailable, folder, kept
from config.embedded.service import BASE
from config.embedded.stack import Stack

ROLE_OF = {
    "migrate": "owner",
    "sqlmigrate": "owner",
    "makemigrations": "owner",
    "showmigrations": "owner",
    "pump": "worker",
}

USUAL_PORT = 8000  # in links that a command prints


def main(words: list[str]) -> int:
    """The command's own exit code."""
    data = folder.CALLED_FROM / os.environ.get("TOLLGATE_DATA", BASE / "var")
    if words[:1] == ["--data"]:
        data, words = folder.CALLED_FROM / words[1], words[2:]
    role = os.environ.get("TOLLGATE_ROLE") or ROLE_OF.get(words[0] if words else "", "app")
    running = _running(data)
    if running:
        return _command(words, os.environ | running[role])
    return _with_servers(data, role, words)


def _running(data: Path) -> dict[str, dict[str, str]] | None:
    """The environments that a living bin/run wrote down."""
    known = kept.read(data / "run.json")
    if known and folder.holder(data) == known["pid"]:
        environments: dict[str, dict[str, str]] = known["environments"]
        return environments
    return None


def _with_servers(data: Path, role: str, words: list[str]) -> int:
    stack = Stack(data, port=USUAL_PORT)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # by way of `finally`
    try:
        folder.check(data)
        with folder.alone_on(data, patience=60):
            stack.prepare_folders()
            stack.start_servers()
            if role != "owner":
                stack.migrate()
            return _command(words, stack.environment(role))
    except (Unavailable, OSError) as failure:
        print(f"bin/manage: {folder.in_words(failure, data)}", file=sys.stderr)
        return 1
    finally:
        stack.stop()


def _command(words: list[str], env: dict[str, str]) -> int:
    return subprocess.run(
        [sys.executable, str(BASE / "manage.py"), *words], env=env, check=False, cwd=folder.CALLED_FROM
    ).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
