"""The servers that bin/run and bin/test start: closed, lasting, and able to start again after any end."""

import os
import signal
import socket
import stat
import tempfile
import time
from collections import namedtuple
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
import redis

from config.embedded import Unavailable, database, folder, kept, postgres, server_user, stack, valkey
from config.embedded.postgres import Postgres
from config.embedded.valkey import Valkey
from tenancy import roles

PASSWORDS = {name: f"{name}/p@ss" for name in roles.LOGINS}
FAST = {"fsync": "off", "shared_buffers": "16MB"}


@pytest.fixture(scope="module")
def server() -> Iterator[Postgres]:
    with tempfile.TemporaryDirectory() as place:
        Path(place).chmod(0o755)
        server = Postgres(Path(place) / "postgres", options=FAST)
        server.start()
        yield server
        server.stop()


@pytest.fixture
def place() -> Iterator[Path]:
    """Unlike tmp_path, a folder that the servers of root can reach."""
    with tempfile.TemporaryDirectory() as place:
        Path(place).chmod(0o755)
        yield Path(place)


def test_postgres_is_closed_to_others(server: Postgres) -> None:
    assert stat.S_IMODE(server.home.stat().st_mode) == 0o700
    assert stat.S_IMODE((server.home / "password").stat().st_mode) == 0o600
    with pytest.raises(psycopg.OperationalError, match="password"):
        psycopg.connect(server.url().replace("postgres:", "postgres:wrong"))
    with psycopg.connect(server.url()) as connection:
        assert connection.execute("SHOW listen_addresses").fetchone() == ("",)
        assert connection.execute("SELECT 'a' < 'B'").fetchone() == (False,)  # byte order


def test_data_survives_a_kill_and_a_stale_lock(place: Path) -> None:
    server = Postgres(place / "postgres")
    server.start()
    with psycopg.connect(server.url()) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 7 AS n")
    assert server.process
    os.kill(server.process.pid, signal.SIGKILL)
    server.process.wait()
    lock = server.data / "postmaster.pid"
    lock.write_text(lock.read_text().replace(str(server.process.pid), str(os.getpid()), 1))  # a pid given out again

    again = Postgres(place / "postgres")
    again.start()
    with psycopg.connect(again.url()) as connection:
        assert connection.execute("SELECT n FROM kept").fetchone() == (7,)
    again.stop()


def test_a_long_path_gets_its_socket_elsewhere(place: Path) -> None:
    server = Valkey(place / ("deep" * 25) / "valkey")
    server.start()
    runtime = server.socket.parent
    assert len(str(runtime)) < valkey.LONGEST_SOCKET
    assert stat.S_IMODE(runtime.stat().st_mode) == 0o700
    server.stop()
    assert not runtime.exists()


def test_valkey_keeps_what_it_was_given(place: Path) -> None:
    server = Valkey(place / "valkey")
    server.start()
    client = redis.Redis(unix_socket_path=str(server.socket))
    client.set("doorbell", "rung")
    assert client.config_get("maxmemory-policy") == {"maxmemory-policy": "noeviction"}
    time.sleep(1.1)  # it writes to disk once a second
    assert server.process
    os.kill(server.process.pid, signal.SIGKILL)
    server.process.wait()
    server.start()
    assert client.get("doorbell") == b"rung"
    server.stop()


def test_roles_may_what_they_should(server: Postgres) -> None:
    roles.set_up(server.url(), "shop", PASSWORDS)
    urls = roles.set_up(server.url(), "shop", PASSWORDS)  # safe to repeat
    with psycopg.connect(server.url()) as connection:
        rows = connection.execute(
            "SELECT rolname, rolsuper, rolbypassrls, rolcanlogin, rolconfig FROM pg_roles WHERE rolname ~ '^tollgate_'"
        ).fetchall()
    assert all("citus.propagate_set_commands=local" in row[4] for row in rows)
    assert {row[0][9:]: row[1:4] for row in rows} == {
        "owner": (False, False, True),
        "app": (False, False, True),
        "worker": (False, False, True),
        "backup": (False, True, True),
        "definer": (False, True, False),
    }
    with psycopg.connect(urls["owner"]) as owner:
        owner.execute("CREATE TABLE till (n int)")
        owner.execute("CREATE FUNCTION sum_up() RETURNS bigint LANGUAGE sql AS 'SELECT sum(n) FROM till'")
        owner.execute("ALTER FUNCTION sum_up() OWNER TO tollgate_definer")
    for name in ("app", "worker"):
        with psycopg.connect(urls[name], autocommit=True) as running:
            running.execute("INSERT INTO till VALUES (1)")
            assert running.execute("SELECT sum_up()").fetchone()
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                running.execute("CREATE TABLE mine (n int)")
    with psycopg.connect(urls["backup"]) as backup:
        assert backup.execute("SELECT count(*) FROM till").fetchone() == (2,)
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            backup.execute("DELETE FROM till")


def test_another_server_is_used_when_named(server: Postgres, tmp_path: Path) -> None:
    superuser = {"DATABASE_URL": server.url()}
    assert database.own_postgres(tmp_path, superuser) is None
    urls = database.role_urls(None, superuser, PASSWORDS)
    assert urls["app"].startswith("postgresql://tollgate_app:app%2Fp%40ss@/tollgate?")

    ordinary = {"DATABASE_URL": urls["app"], "OWNER_DATABASE_URL": urls["owner"]}
    with pytest.raises(Unavailable, match="set OWNER_DATABASE_URL and WORKER_DATABASE_URL too"):
        database.role_urls(None, ordinary, PASSWORDS)
    ordinary["WORKER_DATABASE_URL"] = urls["worker"]
    assert database.role_urls(None, ordinary, {}) == {name: urls[name] for name in ("app", "owner", "worker")}

    with pytest.raises(Unavailable, match="DATABASE_URL can't be used"):
        database.role_urls(None, {"DATABASE_URL": "postgresql://nobody@127.0.0.1:1/none"}, PASSWORDS)


def test_what_is_missing_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("POSTGRES_BIN", raising=False)
    monkeypatch.setattr("importlib.util.find_spec", lambda _name: None)
    monkeypatch.setattr("shutil.which", lambda _name: None)
    monkeypatch.setattr(postgres, "OLDEST", 99)
    with pytest.raises(Unavailable, match="apt-get install postgresql"):
        postgres.find_programs(tmp_path)
    with pytest.raises(Unavailable, match="apt-get install redis-server"):
        valkey.find_program(tmp_path)


def test_a_data_folder_must_be_ours_and_roomy(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    folder.check(tmp_path / "new" / "folder")
    (tmp_path / "file").touch()
    with pytest.raises(Unavailable, match="is not a folder"):
        folder.check(tmp_path / "file")
    with monkeypatch.context() as patch:
        patch.setattr("os.geteuid", lambda: 54321)
        with pytest.raises(Unavailable, match=r"belongs to .*: run as that user"):
            folder.check(tmp_path)
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr("shutil.disk_usage", lambda _path: usage(2**30, 2**30, 2**20))
    with pytest.raises(Unavailable, match="The disk is full: 1 MB are free"):
        folder.check(tmp_path)


def test_only_one_runs_on_a_folder(tmp_path: Path) -> None:
    with folder.alone_on(tmp_path):
        with pytest.raises(Unavailable, match="already runs on"), folder.alone_on(tmp_path):
            pass
        assert folder.holder(tmp_path) is None  # this process is no launcher: a pid alone convinces nobody
    with folder.alone_on(tmp_path):
        pass


def test_a_taken_port_is_named() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(Unavailable, match=f"Port {port} is taken: choose another with --port"):
            stack.free_port(port)
    assert stack.free_port(port) == port


def test_secrets_are_made_once_and_closed(tmp_path: Path) -> None:
    first = kept.secret_key_and_passwords(tmp_path)
    assert kept.secret_key_and_passwords(tmp_path) == first
    assert stat.S_IMODE((tmp_path / "secrets.json").stat().st_mode) == 0o600


def test_no_server_runs_as_root(server: Postgres) -> None:
    assert server.process
    assert Path(f"/proc/{server.process.pid}").stat().st_uid == server.home.stat().st_uid != 0


def test_roots_servers_leave_a_closed_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(server_user, "is_reachable", lambda _folder: False)
    monkeypatch.setattr("tempfile.gettempdir", lambda: str(tmp_path / "open"))
    wanted = tmp_path / "closed" / "postgres"
    for _ in range(2):
        real = server_user.own_folder(wanted, durable=False)
        assert real.is_relative_to(tmp_path / "open")
        assert wanted.resolve() == real
        assert stat.S_IMODE(real.stat().st_mode) == 0o700
