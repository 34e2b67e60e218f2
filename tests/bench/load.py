"""A lean HTTP client: so many connections from one thread, each asking again as soon as it is answered."""

from __future__ import annotations

import re
import selectors
import socket
import time
from collections.abc import Iterator
from dataclasses import dataclass, field

LENGTH = re.compile(rb"content-length: *(\d+)", re.IGNORECASE)


@dataclass(frozen=True)
class Sample:
    """What one round measured; times in milliseconds, `rate` in answers a second."""

    rate: float
    p50: float
    p95: float
    p99: float
    answers: int


@dataclass
class _Line:
    """One connection and the request it waits for."""

    socket: socket.socket
    sent_at: float = 0.0
    heard: bytearray = field(default_factory=bytearray)

    def complete(self) -> bool:
        head = self.heard.find(b"\r\n\r\n")
        if head < 0:
            return False
        found = LENGTH.search(self.heard, 0, head)
        if not found:
            return self.heard.endswith(b"\r\n0\r\n\r\n")  # in chunks
        return len(self.heard) >= head + 4 + int(found[1])


def measure(port: int, requests: Iterator[bytes], *, connections: int, seconds: float) -> Sample:
    """Ask for `seconds` over `connections`; every answer must be 2xx."""
    selector, took = selectors.DefaultSelector(), list[float]()
    lines = [_open(port, selector) for _ in range(connections)]
    began = time.perf_counter()
    for line in lines:
        _ask(line, next(requests))
    waiting = len(lines)
    while waiting:
        for key, _ in selector.select(30):
            line = key.data
            line.heard += line.socket.recv(65536)
            if not line.complete():
                continue
            now = time.perf_counter()
            assert line.heard[9:10] == b"2", bytes(line.heard[:600])
            took.append(now - line.sent_at)
            if now - began < seconds:
                _ask(line, next(requests))
            else:
                waiting -= 1
    over = time.perf_counter() - began
    for line in lines:
        line.socket.close()
    return summary(took, over)


def _open(port: int, selector: selectors.BaseSelector) -> _Line:
    line = _Line(socket.create_connection(("127.0.0.1", port)))
    line.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    selector.register(line.socket, selectors.EVENT_READ, line)
    return line


def _ask(line: _Line, request: bytes) -> None:
    line.heard.clear()
    line.sent_at = time.perf_counter()
    line.socket.sendall(request)


def summary(took: list[float], seconds: float) -> Sample:
    """Of single times (and `seconds` in all), each in seconds."""
    ordered = sorted(took)

    def at(share: float) -> float:
        return ordered[min(int(len(ordered) * share), len(ordered) - 1)] * 1000

    return Sample(len(took) / seconds, at(0.5), at(0.95), at(0.99), len(took))


def request(method: str, path: str, body: bytes = b"", **headers: str) -> bytes:
    """An HTTP/1.1 request, ready to send."""
    lines = [f"{method} {path} HTTP/1.1", "Host: localhost", f"Content-Length: {len(body)}"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    if body and "Content_Type" not in headers:
        lines.append("Content-Type: application/json")
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body
