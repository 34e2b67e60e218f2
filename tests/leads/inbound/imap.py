"""A stand-in IMAP server: as much of RFC 3501 as a mailbox that is looked into needs."""

from __future__ import annotations

import re
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any


class Imap(socketserver.StreamRequestHandler):
    """`mails` by UID, in `validity`; `said` are the commands that came."""

    mails: dict[int, bytes] = {}
    validity = 1
    said: list[str] = []

    def handle(self) -> None:
        self.wfile.write(b"* OK ready\r\n")
        for line in self.rfile:
            tag, _, command = line.decode().strip().partition(" ")
            Imap.said.append(command)
            word = command.upper().removeprefix("UID ").partition(" ")[0]
            self.wfile.write(getattr(self, f"on_{word.lower()}", self.on_other)(command))
            failed = word == "LOGIN" and "right" not in command
            self.wfile.write(f"{tag} {'NO wrong' if failed else 'OK done'}\r\n".encode())
            if word == "LOGOUT":
                return

    def on_capability(self, command: str) -> bytes:
        return b"* CAPABILITY IMAP4rev1\r\n"

    def on_examine(self, command: str) -> bytes:
        return f"* {len(self.mails)} EXISTS\r\n* OK [UIDVALIDITY {self.validity}] valid\r\n".encode()

    def on_search(self, command: str) -> bytes:
        first = int(re.findall(r"(\d+):\*", command)[0])
        # As servers do: `n:*` always holds the newest, also when it is older than n.
        found = {uid for uid in self.mails if uid >= first} | ({max(self.mails)} if self.mails else set())
        return f"* SEARCH {' '.join(map(str, sorted(found)))}\r\n".encode()

    def on_fetch(self, command: str) -> bytes:
        uid = int(re.findall(r"FETCH (\d+)", command)[0])
        body = self.mails[uid]
        return f"* 1 FETCH (UID {uid} BODY[]<0> {{{len(body)}}}\r\n".encode() + body + b")\r\n"

    def on_other(self, command: str) -> bytes:
        return b""


class Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = daemon_threads = True


@contextmanager
def imap_server(*mails: bytes) -> Iterator[Any]:
    """Runs it with mails of UID 1, 2, ...; yields its port."""
    Imap.mails, Imap.validity, Imap.said = dict(enumerate(mails, 1)), 1, []
    with Server(("127.0.0.1", 0), Imap) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server.server_address[1]
        server.shutdown()
