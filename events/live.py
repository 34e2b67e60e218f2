"""Live updates: one stream of server-sent events per browser. It says only "this changed"; pages re-fetch.

Plain ASGI, in a process of its own (`config/asgi.py`). A stream holds no transaction and no connection to the database.
"""

from __future__ import annotations

import asyncio
import json
import time
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

from events.live_feed import Change, Feed, KeptFrom
from events.live_here import Presence, Seat, places_said
from tenancy.models import Account

HEARTBEAT = 15.0  # seconds; many a proxy hangs up on a connection that is silent for 60
FULL = 200  # changes a slow reader may lag behind before it is told to fetch everything
SETTLED = 1.0  # seconds until a coming or going is told: who loads a page again has not left
PRESENCE = Change("", "presence")  # never sent: a stream says hello again

_STREAM_HEADERS = [
    (b"content-type", b"text/event-stream"),
    (b"cache-control", b"no-store"),
    (b"x-accel-buffering", b"no"),
]

Scope = dict[str, Any]
Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]
Admit = Callable[[Any, Account], Seat | None]


@dataclass(eq=False)
class Stream:
    """One browser: whose, which places it has open, and what it has not been told yet."""

    account: Account
    seat: Seat
    places: frozenset[str] = frozenset()
    said: dict[str, Any] = field(default_factory=dict)  # the last hello
    let_in_at: float = field(default_factory=time.monotonic)
    waiting: asyncio.Queue[Change | None] = field(default_factory=lambda: asyncio.Queue(FULL))

    @property
    def member_id(self) -> UUID:
        return self.seat.member_id

    def tell(self, change: Change) -> None:
        if self.waiting.full():
            self._forget()
            change = Change.many()
        self.waiting.put_nowait(change)

    def end(self) -> None:
        """Nobody reads it any more, or nobody writes."""
        self._forget()
        self.waiting.put_nowait(None)

    def _forget(self) -> None:
        while not self.waiting.empty():
            self.waiting.get_nowait()

    def learn(self, said: dict[str, Any]) -> None:
        """Let it say who is here, if that is new; who lags behind hears it with the next heartbeat."""
        if said != self.said and not self.waiting.full():
            self.said = said
            self.waiting.put_nowait(PRESENCE)


class Live:
    """The ASGI application. `admit(user, account)` says which seat the user has there, or None; `kept_from` what of
    the changes is not for whom."""

    def __init__(self, admit: Admit, kept_from: KeptFrom) -> None:
        self.admit = admit
        self.feed: Feed[Stream] = Feed(kept_from)
        self._settling: set[UUID] = set()

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
        await send({"type": "http.response.start", "status": 200, "headers": _STREAM_HEADERS + _cors()})
        gone = asyncio.create_task(_until_gone(receive))
        gone.add_done_callback(lambda _: stream.end())
        self.feed.join(stream.account, stream)
        self._came_or_went(stream.account)
        try:
            await self._greet(stream, send)
            while not gone.done():
                await self._next(stream, scope, send)
        except (_Closed, OSError):
            pass
        finally:
            self.feed.leave(stream.account, stream)
            self._came_or_went(stream.account)
            gone.cancel()

    async def _next(self, stream: Stream, scope: Scope, send: Send) -> None:
        left = stream.let_in_at + HEARTBEAT - time.monotonic()
        if left <= 0:
            await self._again(stream, scope, send)
            return
        try:
            change = await asyncio.wait_for(stream.waiting.get(), left)
        except TimeoutError:
            return
        if change is None:
            raise _Closed
        if change is PRESENCE:
            await send(_frame("hello", stream.said))
            return
        await send(_frame("change", change.as_json(), change.id))

    async def _again(self, stream: Stream, scope: Scope, send: Send) -> None:
        """A heartbeat, however much is told meanwhile: also the moment to notice that somebody logged out, left the
        account, or said long ago where they are."""
        again = await asyncio.to_thread(self._admitted, scope, stream.account.slug)
        if again is None:
            raise _Closed
        stream.seat, stream.places, stream.let_in_at = again.seat, again.places, again.let_in_at
        await self._greet(stream, send)

    async def _greet(self, stream: Stream, send: Send) -> None:
        stream.said = Presence.of(self.feed.listeners(stream.account.pk)).told(stream)
        await send(_frame("hello", stream.said))

    def _came_or_went(self, account: Account) -> None:
        """Tell the account's streams soon, once for all who come and go until then."""
        if account.pk in self._settling:
            return
        self._settling.add(account.pk)
        asyncio.get_running_loop().call_later(SETTLED, self._look, account.pk)

    def _look(self, account_id: UUID) -> None:
        self._settling.discard(account_id)
        present = self.feed.listeners(account_id)
        here = Presence.of(present)
        for stream in present:
            stream.learn(here.told(stream))

    def _admitted(self, scope: Scope, slug: str) -> Stream | None:
        try:
            user = _user(scope)
            account = Account.objects.filter(slug=slug).first() if user else None
            seat = self.admit(user, account) if account else None
            if account is None or seat is None:
                return None
            return Stream(account, seat, places_said(scope.get("query_string", b""), seat.member_id))
        finally:
            connection.close()

    async def _lifespan(self, receive: Receive, send: Send) -> None:
        while (message := await receive())["type"] != "lifespan.shutdown":
            if message["type"] == "lifespan.startup":
                self.reader = asyncio.create_task(self.feed.read())
                await send({"type": "lifespan.startup.complete"})
        self.reader.cancel()
        for stream in self.feed.everyone():
            stream.end()
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
