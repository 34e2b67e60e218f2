"""A stand-in for a provider: answers by path, fails on demand, notes who asked."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


class Oracle:
    def __init__(self, host: str) -> None:
        self.host = host
        self.status, self.body, self.seconds = 200, b"{}", 0.0
        self.asked: list[str] = []
        self.keys: list[str | None] = []

    def says(self, answer: Any, status: int = 200, seconds: float = 0.0) -> None:
        self.body = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
        self.status, self.seconds = status, seconds

    @property
    def url(self) -> str:
        return f"http://{self.host}/firms/{{domain}}"


@contextmanager
def an_oracle() -> Iterator[Oracle]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            oracle.asked.append(self.path)
            oracle.keys.append(self.headers.get("Authorization"))
            time.sleep(oracle.seconds)
            self.send_response(oracle.status)
            self.send_header("Location", "/elsewhere")
            self.send_header("Content-Length", str(len(oracle.body)))
            self.end_headers()
            self.wfile.write(oracle.body)

        def handle(self) -> None:
            try:
                super().handle()
            except OSError:
                self.close_connection = True

        def log_message(self, *args: Any) -> None:
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    oracle = Oracle(f"127.0.0.1:{server.server_port}")
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield oracle
    finally:
        server.shutdown()
        server.server_close()
