"""Requests as a server hands them over, odd ones too; Django's test client would tidy them first."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from io import BytesIO
from typing import Any

from django.core.signals import got_request_exception, request_finished, request_started
from django.db import close_old_connections

# What hyper, the parser of our server, lets through in a header's value.
VISIBLE = frozenset(range(0x20, 0x7F)) | frozenset(range(0x80, 0x100)) | {0x09}


@dataclass(frozen=True)
class Asked:
    """`query` and header values are bytes as Latin-1, as WSGI has them."""

    method: str
    path: str
    body: bytes = b""
    kind: str = ""
    query: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Answered:
    status: int
    body: bytes
    headers: Mapping[str, str]


def send(asked: Asked) -> Answered:
    """Through the whole application, middleware and all. An exception that would be a 500 is raised as itself."""
    began: list[tuple[str, list[tuple[str, str]]]] = []

    def start_response(status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> Any:
        began.append((status, headers))
        return lambda _: None

    with crashes() as crashed, one_connection():
        response = _application()(_environ(asked), start_response)
        body = b"".join(response)
        getattr(response, "close", list)()
    for crash in crashed:
        raise crash
    status, headers = began[-1]
    return Answered(int(status[:3]), body, {name.lower(): value for name, value in headers})


@contextmanager
def crashes() -> Iterator[list[BaseException]]:
    """What views raised and Django turned into a 500."""
    found: list[BaseException] = []

    def keep(request: Any = None, **_: Any) -> None:
        error = sys.exc_info()[1]
        found.append(error or AssertionError("A 500 without an exception."))

    got_request_exception.connect(keep, weak=False)
    try:
        yield found
    finally:
        got_request_exception.disconnect(keep)


@contextmanager
def one_connection() -> Iterator[None]:
    """A request ends with a look whether connections are old; the test's transaction lives on this one."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    try:
        yield
    finally:
        for signal in (request_started, request_finished):
            signal.connect(close_old_connections)


def _environ(asked: Asked) -> dict[str, Any]:
    environ: dict[str, Any] = {
        "REQUEST_METHOD": asked.method,
        "SCRIPT_NAME": "",
        "PATH_INFO": asked.path,
        "QUERY_STRING": asked.query,
        "SERVER_NAME": "testserver",
        "SERVER_PORT": "80",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "REMOTE_ADDR": "203.0.113.9",
        "CONTENT_TYPE": asked.kind,
        "CONTENT_LENGTH": str(len(asked.body)),
        "HTTP_HOST": "testserver",
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": "http",
        "wsgi.input": BytesIO(asked.body),
        "wsgi.errors": BytesIO(),
        "wsgi.multithread": True,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
    }
    for name, value in asked.headers.items():
        key = name.upper().replace("-", "_")
        environ[key if key == "CONTENT_LENGTH" else f"HTTP_{key}"] = value
    return environ


@cache
def _application() -> Any:
    from config.wsgi import application

    return application
