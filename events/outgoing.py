"""Requests that leave the house: to public addresses only, without redirects, over within 15 seconds.

The name is resolved once and the connection goes to the address that was looked at, so that a second answer of the
DNS cannot lead anywhere else.
"""

from __future__ import annotations

import http.client
import json
import socket
import ssl
import threading
import time
from collections.abc import Mapping
from contextlib import closing, suppress
from dataclasses import dataclass, field
from ipaddress import IPv4Address, IPv6Address, ip_address
from queue import Empty, Queue
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings

TOTAL_SECONDS = 15.0
LOOK_UP_SECONDS = 5.0  # of the total, for the name
LARGEST = 1024 * 1024
# Tunnels in which a private IPv4 address can hide behind a public-looking IPv6 one.
_NAT64 = 0x64FF9B << 96


class Forbidden(Exception):
    """We do not go there: not HTTP, no such name, or a private address. Trying again changes nothing."""


class Unreachable(Exception):
    """No answer in time, or none that is one. Worth another try."""


@dataclass(frozen=True)
class Answer:
    status: int
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def ok(self) -> bool:
        return 200 <= self.status < 300

    def json(self) -> Any:
        """The body as JSON. Raises Unreachable when it is none."""
        try:
            return json.loads(self.body)
        except (ValueError, RecursionError):
            raise Unreachable("The answer is not JSON.") from None


def fetch(
    url: str,
    *,
    method: str = "GET",
    headers: Mapping[str, str] | None = None,
    body: bytes | None = None,
    seconds: float = TOTAL_SECONDS,
) -> Answer:
    """One request. `seconds` (at most 15) is for all of it: connecting, sending, reading up to 1 MB.

    A redirect is an answer like any other; nobody follows it. Raises Forbidden or Unreachable.
    """
    deadline = time.monotonic() + min(seconds, TOTAL_SECONDS)
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80)
    except ValueError as error:
        raise Forbidden(f"This is not an address: {error}") from None
    if parts.scheme not in ("http", "https") or not host or parts.username:
        raise Forbidden("Only http:// and https:// addresses without a login in them.")
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    try:
        with closing(connect(host, port, tls=parts.scheme == "https", deadline=deadline)) as line:
            return _exchange(line, deadline, host, port, (method, target, body, dict(headers or {})))
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise Unreachable(f"{host} does not answer: {str(error)[:200] or type(error).__name__}") from error


def connect(host: str, port: int, *, tls: bool, deadline: float) -> socket.socket:
    """A connection to a public address of `host`, ready to talk; `deadline` is of time.monotonic().

    Raises Forbidden, or OSError when nobody is there.
    """
    address = public_address(host, port, min(LOOK_UP_SECONDS, _left(deadline)))
    plain = socket.create_connection((address, port), timeout=_left(deadline))
    if not tls:
        return plain
    try:
        return ssl.create_default_context().wrap_socket(plain, server_hostname=host)
    except OSError:
        plain.close()
        raise


def public_address(host: str, port: int, seconds: float = LOOK_UP_SECONDS) -> str:
    """The first address of `host`, if all of them are public or `host:port` is allowed.

    Raises Forbidden, or OSError when nobody says the address within `seconds`.
    """
    try:
        found = _looked_up(host, port, seconds)
    except socket.gaierror as error:
        if error.errno == socket.EAI_AGAIN:  # the name server is away; the name may be good
            raise
        raise Forbidden(f"There is no such host: {host[:200]}") from None
    except UnicodeError:
        raise Forbidden(f"There is no such host: {host[:200]}") from None
    addresses = [str(entry[4][0]) for entry in found]
    if f"{host}:{port}" in settings.OUTGOING_PRIVATE_HOSTS:
        return addresses[0]
    # One private address among public ones is how DNS rebinding begins.
    if not addresses or not all(is_public(address) for address in addresses):
        raise Forbidden(f"{host[:200]} is not a public address.")
    return addresses[0]


def _looked_up(host: str, port: int, seconds: float) -> list[Any]:
    # The resolver has no time limit that a caller could set: it is asked apart, and left behind when it hangs.
    answers: Queue[Any] = Queue()

    def look_up() -> None:
        try:
            answers.put(socket.getaddrinfo(host, port, type=socket.SOCK_STREAM))
        except (OSError, UnicodeError) as error:
            answers.put(error)

    threading.Thread(target=look_up, daemon=True).start()
    try:
        found = answers.get(timeout=seconds)
    except Empty:
        raise TimeoutError("Nobody says where that is.") from None
    if isinstance(found, Exception):
        raise found
    return list(found)


def is_public(text: str) -> bool:
    """Whether an IP address belongs to the open internet, also when it is wrapped in another."""
    address: IPv4Address | IPv6Address = ip_address(text.partition("%")[0])
    if isinstance(address, IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour or (address.teredo or (None, None))[1]
        if inner is None and int(address) >> 32 << 32 == _NAT64:
            inner = IPv4Address(int(address) & 0xFFFFFFFF)
        if inner is not None:
            return is_public(str(inner))
    return address.is_global and not address.is_multicast


def _left(deadline: float) -> float:
    left = deadline - time.monotonic()
    if left <= 0:
        raise TimeoutError("It took too long.")
    return left


def _exchange(line: socket.socket, deadline: float, host: str, port: int, request: tuple[Any, ...]) -> Answer:
    # The socket's own timeout is per read: who sends a byte now and then would hold us for ever.
    end = threading.Timer(_left(deadline), lambda: _cut(line))
    end.daemon = True
    end.start()
    try:
        line.settimeout(_left(deadline))
        connection = http.client.HTTPConnection(host, port)
        connection.sock = line
        connection.request(*request)
        response = connection.getresponse()
        body = response.read(LARGEST + 1)
        if time.monotonic() > deadline:
            raise TimeoutError("It took too long.")
    finally:
        end.cancel()
    if len(body) > LARGEST:
        raise Unreachable(f"{host} answers with more than 1 MB.")
    return Answer(response.status, body, {name.lower(): value for name, value in response.getheaders()})


def _cut(line: socket.socket) -> None:
    with suppress(OSError):
        socket.socket.shutdown(line, socket.SHUT_RDWR)
