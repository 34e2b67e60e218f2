"""Live updates: one stream of server-sent events per browser. It says only "this changed"; pages re-fetch.

Plain ASGI, in a process of its own (`config/asgi.py`). A stream holds no transaction and no connection to the database.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from http.cookies import SimpleCookie
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib.auth import get_user
from django.contrib.sessions.backends.db import SessionStore
from django.db import close_old_connections, connection
from django.http import HttpRequest

from events.live_feed import Change, Feed
from tenancy.models import Account

HEARTBEAT = 15.0  # seconds; many a proxy hangs up on a connection that is silent for 60
FULL = 200  # changes a slow reader may lag behind before it is told to fetch everything

_STREAM_HEADERS = [
    (b"content-type", b"text/event-stream"),
    (b"cache-control", b"no-store"),
    (b"x-accel-buffering", b"no"),
]

Scope = dict[str, Any]
Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]
Admit = Callable[[Any, Account], UUID | None]


@dataclass(eq=False)
class Stream:
    """One browser: whose, and what it has not been told yet."""

    account: Account
    member_id: UUID
    waiting: asyncio.Queue[Change | None] = field(default_factory=lambda: asyncio.Queue(FULL))

    def tell(self, change: Change) -> None:
        if self.waiting.full():
            while not self.waiting.empty():
                self.waiting.get_nowait()
            change = Change.many()
        self.waiting.put_nowait(change)


class Live:
    """The ASGI application. `admit(user, account)` says which member the user is there, or None."""

    def __init__(self, admit: Admit) -> None:
        self.admit = admit
        self.feed: Feed[Stream] = Feed()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._lifespan(receive, send)
            return
        slug = scope["path"].removeprefix("/live/").strip("/")
        stream = await asyncio.to_thread(self._admitted, scope, slug) if scope["type"] == "http" else None
        if stream is None:
            status = 200 if scope["path"] == "/healthz" else 403
            await _answer(send, status, b"ok" if status == 200 else b"")
            return
        await self._serve(stream, scope, receive, send)

    async def _serve(self, stream: Stream, scope: Scope, receive: Receive, send: Send) -> None:
        headers = [
            (b"content-type", b"text/event-stream"),
            (b"cache-control", b"no-store"),
            (b"x-accel-buffering", b"no"),
        ]
        await send({"type": "http.response.start", "status": 200, "headers": headers + _cors()})
        gone = asyncio.create_task(_until_gone(receive))
        self.feed.join(stream.account, stream)
        try:
            await send(_frame("hello", {"people": self.people(stream.account.pk)}))
            while not gone.done():
                await self._next(stream, scope, send)
        except (_Closed, OSError):
            pass
        finally:
            self.feed.leave(stream.account, stream)
            gone.cancel()

    async def _next(self, stream: Stream, scope: Scope, send: Send) -> None:
        try:
            change = await asyncio.wait_for(stream.waiting.get(), HEARTBEAT)
        except TimeoutError:
            # A heartbeat is also the moment to notice that somebody logged out or left the account.
            if await asyncio.to_thread(self._admitted, scope, stream.account.slug) is None:
                raise _Closed from None
            await send(_frame("hello", {"people": self.people(stream.account.pk)}))
            return
        if change is None:
            raise _Closed
        await send(_frame("change", change.as_json(), change.id))

    def people(self, account_id: UUID) -> int:
        """How many members have a page of this account open, in this process."""
        return len({stream.member_id for stream in self.feed.listeners(account_id)})

    def _admitted(self, scope: Scope, slug: str) -> Stream | None:
        try:
            user = _user(scope)
            account = Account.objects.filter(slug=slug).first() if user else None
            member_id = self.admit(user, account) if account else None
            return Stream(account, member_id) if account and member_id else None
        finally:
            connection.close()

    async def _lifespan(self, receive: Receive, send: Send) -> None:
        while (message := await receive())["type"] != "lifespan.shutdown":
            if message["type"] == "lifespan.startup":
                self.reader = asyncio.create_task(self.feed.read())
                await send({"type": "lifespan.startup.complete"})
        self.reader.cancel()
        for stream in self.feed.everyone():
            stream.waiting.put_nowait(None)
        await send({"type": "lifespan.shutdown.complete"})


class _Closed(Exception):
    """This stream is over."""


def _user(scope: Scope) -> Any:
    """The user of the session cookie, or None."""
    close_old_connections()
    headers = dict(scope["headers"])
    if headers.get(b"origin", settings.PUBLIC_URL.encode()).decode() not in {settings.PUBLIC_URL, settings.LIVE_URL}:
        return None
    cookies = SimpleCookie(headers.get(b"cookie", b"").decode("latin-1"))
    morsel = cookies.get(settings.SESSION_COOKIE_NAME)
    request = HttpRequest()
    request.session = SessionStore(morsel.value if morsel else None)
    user = get_user(request)
    return user if user.is_authenticated else None


async def _until_gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


async def _answer(send: Send, status: int, body: bytes) -> None:
    await send(
        {"type": "http.response.start", "status": status, "headers": [(b"content-type", b"text/plain"), *_cors()]}
    )
    await send({"type": "http.response.body", "body": body})


def _frame(event: str, data: dict[str, Any], event_id: str = "") -> dict[str, Any]:
    head = f"id: {event_id}\n" if event_id else ""
    body = f"{head}event: {event}\ndata: {json.dumps(data)}\n\n".encode()
    return {"type": "http.response.body", "body": body, "more_body": True}


def _cors() -> list[tuple[bytes, bytes]]:
    return [
        (b"access-control-allow-origin", settings.PUBLIC_URL.encode()),
        (b"access-control-allow-credentials", b"true"),
        (b"vary", b"origin"),
    ]
