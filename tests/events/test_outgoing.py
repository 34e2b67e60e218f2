"""Requests that leave the house go to public addresses only, follow nothing, and end in time."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from events import outgoing
from events.outgoing import Forbidden, Unreachable, fetch, is_public


class Trap(BaseHTTPRequestHandler):
    """Answers, redirects, floods or drips; remembers who came."""

    came: list[str] = []

    def do_GET(self) -> None:
        self.came.append(self.path)
        if self.path == "/away":
            self.send_response(302)
            self.send_header("Location", "/hidden")
            self.end_headers()
        elif self.path == "/drip":
            self.wfile.write(b"HTTP/1.0 200 OK\r\n")
            for _ in range(50):
                self.wfile.write(b"X: y\r\n")
                time.sleep(0.1)
        else:
            size = 2_000_000 if self.path == "/flood" else 2
            self.send_response(200)
            self.send_header("Content-Length", str(size))
            self.end_headers()
            self.wfile.write(b"{}" * (size // 2))

    def do_POST(self) -> None:
        said = self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(201)
        self.end_headers()
        self.wfile.write(said + self.headers["X-Name"].encode())

    def handle(self) -> None:
        try:
            super().handle()
        except OSError:
            self.close_connection = True

    def log_message(self, *args: Any) -> None:
        """Quiet."""


@pytest.fixture
def trap() -> Iterator[str]:
    Trap.came = []
    server = ThreadingHTTPServer(("127.0.0.1", 0), Trap)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


@pytest.fixture
def allowed(trap: str, settings: Any) -> str:
    settings.OUTGOING_PRIVATE_HOSTS = [trap]
    return f"http://{trap}"


def test_a_private_address_is_not_reached(trap: str) -> None:
    for url in (f"http://{trap}/", f"http://localhost:{trap.partition(':')[2]}/"):
        with pytest.raises(Forbidden):
            fetch(url)
    assert Trap.came == []


@pytest.mark.parametrize(
    "address",
    "127.0.0.1 10.0.0.1 172.16.3.4 192.168.1.1 169.254.169.254 100.64.0.1 0.0.0.0 224.0.0.1 255.255.255.255 ::1 :: "
    "fe80::1 fe80::1%eth0 fc00::1 ff02::1 ::ffff:127.0.0.1 ::ffff:10.1.2.3 64:ff9b::a00:1 2002:7f00:1::1".split(),
)
def test_addresses_that_are_not_the_open_internets(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("address", ["93.184.216.34", "2606:4700::1111", "::ffff:93.184.216.34"])
def test_addresses_of_the_open_internet(address: str) -> None:
    assert is_public(address)


def test_one_private_address_among_public_ones_is_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    found = [(0, 0, 0, "", (address, 80)) for address in ("93.184.216.34", "10.0.0.1")]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: found)
    with pytest.raises(Forbidden):
        outgoing.public_address("rebinding.example", 80)


def test_a_name_server_that_hangs_is_left_behind(monkeypatch: pytest.MonkeyPatch) -> None:
    answer = threading.Event()
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: answer.wait(30) and [])
    with pytest.raises(Unreachable, match="Nobody says where that is"):
        fetch("http://hanging.example/", seconds=0.2)
    answer.set()


@pytest.mark.parametrize(("errno", "error"), [(socket.EAI_AGAIN, Unreachable), (socket.EAI_NONAME, Forbidden)])
def test_a_name_server_that_is_away_is_worth_another_try(
    monkeypatch: pytest.MonkeyPatch, errno: int, error: type[Exception]
) -> None:
    def fail(*_: Any, **__: Any) -> Any:
        raise socket.gaierror(errno, "no answer")

    monkeypatch.setattr(socket, "getaddrinfo", fail)
    with pytest.raises(error):
        fetch("http://somewhere.example/")


def test_the_address_that_was_looked_at_is_the_one_that_is_gone_to(monkeypatch: pytest.MonkeyPatch) -> None:
    answers = iter(["93.184.216.34", "127.0.0.1"])  # the second time, the name leads home
    gone: list[Any] = []

    def connect(address: Any, **_: Any) -> Any:
        gone.append(address)
        raise ConnectionRefusedError

    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: [(0, 0, 0, "", (next(answers), 80))])
    monkeypatch.setattr(socket, "create_connection", connect)
    with pytest.raises(Unreachable):
        fetch("http://rebinding.example/")
    assert gone == [("93.184.216.34", 80)]


@pytest.mark.parametrize(
    "url",
    ["ftp://example.com/", "file:///etc/passwd", "http://", "http://a:b@example.com/", "http://[", "http://x:99999/"],
)
def test_only_plain_web_addresses(url: str) -> None:
    with pytest.raises(Forbidden):
        fetch(url)


def test_a_redirect_is_not_followed(allowed: str) -> None:
    assert fetch(f"{allowed}/away").status == 302
    assert Trap.came == ["/away"]


def test_an_answer_is_read(allowed: str) -> None:
    answer = fetch(f"{allowed}/?a=b")
    assert (answer.ok, answer.json(), Trap.came) == (True, {}, ["/?a=b"])
    assert fetch(f"{allowed}/", method="POST", headers={"X-Name": "!"}, body=b"hi").body == b"hi!"


def test_too_much_is_not_read(allowed: str) -> None:
    with pytest.raises(Unreachable, match="more than 1 MB"):
        fetch(f"{allowed}/flood")


def test_who_drips_is_cut_off_at_the_end_of_the_time(allowed: str) -> None:
    with pytest.raises(Unreachable):
        fetch(f"{allowed}/drip", seconds=0.5)


def test_nobody_there_is_worth_another_try(settings: Any) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    settings.OUTGOING_PRIVATE_HOSTS = [f"127.0.0.1:{port}"]
    with pytest.raises(Unreachable):
        fetch(f"http://127.0.0.1:{port}/")


def test_no_time_is_longer_than_the_promise() -> None:
    assert outgoing.TOTAL_SECONDS <= 15
