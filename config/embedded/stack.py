"""The whole product as processes on one data folder: bin/run, and the fault tests, drive it.

    with Stack(folder) as stack:            # port 0: a free one
        stack.kill("worker")                # kill -9 of the group
        stack.pause("valkey"); stack.resume("valkey")
        stack.start_again("worker")         # or stack.heal(), which starts again whatever has fallen

Names: postgres, valkey, smtp, web, live, worker, pump-1, pump-2.
"""

import http.client
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from types import TracebackType
from typing import Self

from config.embedded import Unavailable, database, kept, process
from config.embedded.postgres import Postgres
from config.embedded.service import BASE, Healer, Service, say
from config.embedded.valkey import Valkey

HOST = "localhost"  # one name for pages and live stream: cookies know no ports, but they do know names
PUMPS = ("pump-1", "pump-2")
WEB = [
    "--interface",
    "wsgi",
    "--workers",
    "2",
    "--blocking-threads",
    "8",
    "--respawn-failed-workers",
    "--no-access-log",
]
LIVE = ["--timeout-graceful-shutdown", "2"]  # streams never end by themselves
WORKER = ["--pool", "prefork", "--concurrency", "2", "--without-gossip", "--without-mingle", "--loglevel", "INFO"]
Part = Service | Postgres | Valkey


class Stack:
    """All processes of one installation.

    `outside` is the environment it finds (DATABASE_URL there means another server than ours); `settings` are further
    variables for its processes.
    """

    def __init__(
        self,
        data: Path,
        *,
        port: int = 0,
        outside: Mapping[str, str] = os.environ,
        settings: Mapping[str, str] | None = None,
    ) -> None:
        self.outside = dict(outside)
        self.data = data.absolute()
        self.port, self.live_port, self.smtp_port = port, 0, 0
        self.settings = dict(settings or {})
        self.parts: dict[str, Part] = {}
        self.urls: dict[str, str] = {}
        self._healers: dict[str, Healer] = {}

    @property
    def url(self) -> str:
        return f"http://{HOST}:{self.port}"

    @property
    def mail(self) -> Path:
        """Where the mail sink puts what it receives."""
        return self.data / "mail"

    def start(self, first: Callable[[], object] | None = None) -> None:
        """Servers, migrations, then the programs; returns when all are ready. `first` is done before the programs."""
        try:
            self.prepare_folders()
            self._choose_ports()
            self.start_servers()
            self.migrate()
            if first:
                first()
            self.start_programs()
            self.wait_until_ready()
        except BaseException:
            self.stop()
            raise

    def prepare_folders(self) -> None:
        """What the programs expect to find."""
        for name in ("log", "mail", "static", "files"):
            (self.data / name).mkdir(mode=0o700, parents=True, exist_ok=True)

    def start_servers(self) -> None:
        """PostgreSQL with its roles, and Valkey."""
        self.secret_key, passwords = kept.secret_key_and_passwords(self.data)
        postgres, valkey = database.own_postgres(self.data, self.outside), database.own_valkey(self.data, self.outside)
        if postgres:
            self._begin("postgres", postgres)
        if valkey:
            self._begin("valkey", valkey)
        self.urls = database.role_urls(postgres, self.outside, passwords)
        self.broker = valkey.url if valkey else self.outside["REDIS_URL"]

    def migrate(self) -> None:
        """Bring the tables up to date, as their owner."""
        log = self.data / "log" / "migrate.log"
        command = [sys.executable, str(BASE / "manage.py"), "migrate", "--no-input"]
        with log.open("wb") as output:
            made = subprocess.run(
                command, env=self.environment("owner"), stdout=output, stderr=output, check=False, cwd=BASE
            )
        if made.returncode:
            raise Unavailable(f"The database can't be migrated: {process.complaint(log)} (more in {log})")

    def start_programs(self) -> None:
        """Everything that is ours."""
        for name, command, role in self._programs():
            log = self.data / "log" / f"{name}.log"
            if log.exists():
                log.replace(log.with_suffix(".log.old"))
            environment = self.environment(role) | {"PGAPPNAME": name}  # for who looks into pg_stat_activity
            self._begin(name, Service(name, command, environment, log))

    def wait_until_ready(self, seconds: float = 120) -> None:
        """Until pages and live stream answer and the worker takes work."""
        self._wait("web", lambda: _is_ready(self.port), seconds)
        self._wait("live", lambda: is_listening(self.live_port), seconds)
        log = self.data / "log" / "worker.log"
        self._wait("worker", lambda: b" ready." in log.read_bytes(), seconds)

    def environment(self, role: str) -> dict[str, str]:
        """What config/settings.py reads, for a process that runs as this role."""
        ours = {
            "SECRET_KEY": self.secret_key,
            "DATABASE_URL": self.urls[role],
            "TOLLGATE_ROLE": role,
            "TOLLGATE_DATA": str(self.data),
            "REDIS_URL": self.broker,
            "PUBLIC_URL": self.url,
            "LIVE_URL": f"http://{HOST}:{self.live_port}",
            "DJANGO_SETTINGS_MODULE": "config.settings",
            "PYTHONUNBUFFERED": "1",
        }
        mail = {} if "SMTP_HOST" in self.outside else {"SMTP_HOST": "127.0.0.1", "SMTP_PORT": str(self.smtp_port)}
        return self.outside | mail | ours | self.settings

    def pids(self) -> dict[str, int | list[int] | None]:
        """The process of each part, as `bin/run --detach` prints them; None for what isn't ours."""
        known = {name: part.process.pid for name, part in self.parts.items() if part.process}
        names = ("web", "live", "worker", "postgres", "valkey", "smtp")
        return {name: known.get(name) for name in names} | {"pump": [known[name] for name in PUMPS if name in known]}

    def kill(self, name: str) -> None:
        """kill -9 of a part and its children."""
        found = self._process(name)
        process.signal_family(found.pid, signal.SIGKILL)
        found.wait()

    def pause(self, name: str) -> None:
        """SIGSTOP: it hangs, its sockets stay open."""
        process.signal_family(self._process(name).pid, signal.SIGSTOP)

    def resume(self, name: str) -> None:
        """SIGCONT."""
        process.signal_family(self._process(name).pid, signal.SIGCONT)

    def start_again(self, name: str) -> None:
        """Start a part that was killed."""
        self.parts[name].start()
        self._healers[name].is_alive()

    def heal(self) -> None:
        """Call it often: starts again what has fallen, after a short pause, and says so in the logs."""
        for name, part in self.parts.items():
            healer = self._healers[name]
            if healer.is_due():
                try:
                    self.start_again(name)
                except Unavailable as failure:
                    say(f"{name}: {failure}; once more in {healer.later():g} s", [self.data / "log" / "run.log"])
            elif healer.due is None and part.process and part.process.poll() is not None:
                healer.has_fallen(part.process, name, [self.data / "log" / "run.log", part.log])

    def stop(self) -> None:
        """Programs first, all at the same time; then the servers."""
        programs = [part for part in self.parts.values() if isinstance(part, Service)]
        for program in programs:
            program.ask_to_stop()
        for part in [*programs, *reversed(self.parts.values())]:
            part.stop()
        self.parts.clear()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def _begin(self, name: str, part: Part) -> None:
        self.parts[name], self._healers[name] = part, Healer()
        part.start()

    def _process(self, name: str) -> subprocess.Popen[bytes]:
        found = self.parts[name].process
        assert found, f"{name} does not run"
        return found

    def _programs(self) -> Iterator[tuple[str, list[str | Path], str]]:
        """Name, command, and the database role it runs as."""
        python, bind = sys.executable, ["--host", "127.0.0.1", "--port"]
        if "SMTP_HOST" not in self.outside:
            yield "smtp", [python, "-m", "config.embedded.smtp_sink", str(self.smtp_port), self.mail], "app"
        yield "web", [python, "-m", "granian", *WEB, *bind, str(self.port), "config.wsgi:application"], "app"
        yield "live", [python, "-m", "uvicorn", *LIVE, *bind, str(self.live_port), "config.asgi:application"], "app"
        yield "worker", [python, "-m", "celery", "-A", "config.celery", "worker", *WORKER], "worker"
        for pump in PUMPS:
            yield pump, [python, BASE / "manage.py", "pump"], "worker"

    def _choose_ports(self) -> None:
        self.port = free_port(self.port)
        self.live_port, self.smtp_port = free_port(), free_port()

    def _wait(self, name: str, ready: Callable[[], bool], seconds: float) -> None:
        found = self._process(name)
        process.wait_for(ready, found, self.parts[name].log, seconds=seconds)


def free_port(wanted: int = 0) -> int:
    """The wanted port if it is free; for 0, one that is."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", wanted))
        except PermissionError:
            raise Unavailable(f"Port {wanted} needs root: choose one above 1023 with --port.") from None
        except OSError:
            raise Unavailable(
                f"Port {wanted} is taken: choose another with --port, or a free one with --port 0."
            ) from None
        port: int = probe.getsockname()[1]
        return port


def is_listening(port: int) -> bool:
    """Whether somebody answers on this port of this machine."""
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex(("127.0.0.1", port)) == 0


def _is_ready(port: int) -> bool:
    """Asked without urllib, which would go through a proxy that the environment names."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", "/readyz", headers={"Host": HOST})
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
