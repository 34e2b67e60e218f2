"""A bucket that speaks as much S3 as documents need, on this machine."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread


@dataclass
class Bucket:
    url: str = ""
    kept: dict[str, bytes] = field(default_factory=dict)
    refused: int = 0  # requests without a signature by our key


class Handler(BaseHTTPRequestHandler):
    bucket: Bucket
    key: str
    protocol_version = "HTTP/1.1"

    def do_PUT(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if self.signed():
            self.bucket.kept[self.path] = body
            self.answer(200)

    def do_GET(self) -> None:
        if self.signed():
            found = self.bucket.kept.get(self.path.partition("?")[0])
            self.answer(404 if found is None else 200, found or b"")

    def do_HEAD(self) -> None:
        self.do_GET()

    def do_DELETE(self) -> None:
        if self.signed():
            self.bucket.kept.pop(self.path, None)
            self.answer(204)

    def signed(self) -> bool:
        if f"Credential={self.key}/" in self.headers.get("Authorization", ""):
            return True
        self.bucket.refused += 1
        self.answer(403)
        return False

    def answer(self, status: int, body: bytes = b"") -> None:
        self.send_response(status)
        self.send_header("ETag", '"1"')
        self.send_header("Last-Modified", "Mon, 02 Mar 2026 09:00:00 GMT")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def log_message(self, *said: object) -> None:
        """Nobody reads it."""


@contextmanager
def served(key: str) -> Iterator[Bucket]:
    """A bucket that answers who signs with `key`."""
    made = Bucket()
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Ours", (Handler,), {"bucket": made, "key": key}))
    made.url = f"http://127.0.0.1:{server.server_port}"
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield made
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
