"""bin/run, as somebody at a terminal meets it: starts everything, complains in one sentence, leaves nothing."""

import json
import os
import shlex
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

from config.embedded import demo, process
from config.embedded.stack import Stack
from tests.environment import BASE, of_the_machine


@pytest.fixture(scope="module")
def data() -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as place:
        Path(place).chmod(0o755)
        yield Path(place) / "var"


@pytest.fixture(scope="module")
def running(data: Path) -> Iterator[dict[str, Any]]:
    started = bin_run("--data", str(data), "--port", "0", "--no-demo", "--detach")
    assert started.returncode == 0, started.stderr
    facts: dict[str, Any] = json.loads(started.stdout)
    yield facts
    stopped = bin_run("--data", str(data), "--stop")
    assert stopped.returncode == 0, stopped.stderr
    assert not [pid for pid in _all(facts["pids"]) if process.command_line(pid)]


def bin_run(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "config.embedded.run", *words],
        env=of_the_machine(),
        cwd=BASE,
        capture_output=True,
        text=True,
        timeout=400,
        check=False,
    )


def test_it_starts_everything_and_says_so(running: dict[str, Any], data: Path) -> None:
    assert set(running["pids"]) == {"web", "live", "worker", "pump", "postgres", "valkey", "smtp"}
    assert len(running["pids"]["pump"]) == 2
    assert all(process.command_line(pid) for pid in _all(running["pids"]))
    assert _page(running["url"] + "/accounts/login/").startswith("<!DOCTYPE html>")
    assert running["mail"] == str(data / "mail")


def test_a_new_account_posts_the_sample_lead(running: dict[str, Any], data: Path) -> None:
    account = json.loads(bin_manage(data, "new_account", "--name", "Ours", "--email", "ada@ours.example", "--json"))
    assert account["url"].startswith(running["url"])
    words = shlex.split(demo.in_words(running["url"], account).partition("curl ")[2].replace("\\\n", ""))
    headers = dict(word.split(": ", 1) for word in words if ": " in word and not word.startswith("{"))
    url = next(word for word in words if word.startswith("http"))
    request = urllib.request.Request(url, words[-1].encode(), headers)
    with urllib.request.urlopen(request, timeout=30) as answer:
        assert answer.status == 201
        assert json.load(answer)["contact"]["email"] == "grace@navy.example"


def test_commands_run_in_its_environment(running: dict[str, Any], data: Path) -> None:
    assert bin_manage(data, "shell", "-v0", "-c", SHOW_ROLE).split() == ["tollgate_app", running["url"]]


def bin_manage(data: Path, *words: str) -> str:
    command = [sys.executable, "-m", "config.embedded.manage", "--data", str(data), *words]
    done = subprocess.run(command, env=of_the_machine(), cwd=BASE, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


SHOW_ROLE = """
from django.conf import settings
from django.db import connection
print(connection.settings_dict["USER"], settings.PUBLIC_URL)
"""


def test_a_second_one_is_refused(running: dict[str, Any], data: Path) -> None:
    refused = bin_run("--data", str(data), "--port", "0")
    assert (refused.returncode, refused.stdout) == (1, "")
    assert refused.stderr.count("\n") == 1
    assert f"already runs on {data}" in refused.stderr


def test_a_killed_worker_comes_back(running: dict[str, Any], data: Path) -> None:
    os.killpg(running["pids"]["worker"], signal.SIGKILL)
    log = data / "log" / "worker.log"
    _eventually(lambda: "worker ended (signal SIGKILL); it starts again" in log.read_text())
    _eventually(lambda: " ready." in log.read_text().split("it starts again")[-1])


def test_a_refusal_is_one_sentence(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        for words in (["--port", port], ["--port", port, "--detach"]):
            refused = bin_run("--data", str(tmp_path / "var"), *words)
            assert refused.returncode == 1
            assert refused.stderr == (
                f"bin/run: Port {port} is taken: choose another with --port, or a free one with --port 0.\n"
            )
    assert bin_run("--data", str(tmp_path / "var"), "--stop").stdout == f"Nothing runs on {tmp_path / 'var'}.\n"


def test_its_parts_can_be_killed_paused_and_started() -> None:
    with tempfile.TemporaryDirectory() as place:
        Path(place).chmod(0o755)
        stack = Stack(Path(place) / "var", outside=of_the_machine())
        stack.prepare_folders()
        stack.start_servers()
        try:
            _postgres_falls_and_heals(stack)
        finally:
            stack.stop()


def _postgres_falls_and_heals(stack: Stack) -> None:
    with psycopg.connect(stack.urls["app"]) as before:
        stack.pause("postgres")
        stack.resume("postgres")
        assert before.execute("SELECT 1").fetchone()
    stack.kill("postgres")
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(stack.urls["app"])
    stack.start_again("postgres")
    stack.kill("postgres")
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        stack.heal()
        try:
            psycopg.connect(stack.urls["app"]).close()
        except psycopg.OperationalError:
            time.sleep(0.1)
        else:
            return
    pytest.fail("PostgreSQL did not come back")


def _all(pids: dict[str, Any]) -> list[int]:
    return [pid for value in pids.values() for pid in (value if isinstance(value, list) else [value])]


def _page(url: str) -> str:
    with urllib.request.urlopen(url, timeout=10) as answer:
        return str(answer.read().decode()).strip()


def _eventually(condition: Callable[[], bool], seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.1)
