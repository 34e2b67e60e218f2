"""What the live process reads: the newest events of the accounts that have an open stream, and of no others."""

from __future__ import annotations

import asyncio
import time
from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Generic, Protocol, TypeVar
from uuid import UUID

import structlog
from django.db import DatabaseError, InterfaceError, connection
from django.db.models import Case, Q, TextField, When
from django.db.models.fields.json import KeyTextTransform

from events.kinds import Kind
from events.models import Event
from tenancy import clock
from tenancy.ids import from_public, public_id
from tenancy.models import Account
from tenancy.scope import scope

POLL = 0.2
GLANCE = timedelta(seconds=3)  # read at every poll
LOOK_BACK = timedelta(seconds=30)  # neither ids nor times are ordered by commit: late ones are found here
LOOK_BACK_EVERY = 5.0
GRACE = timedelta(seconds=2)  # a page may have been read before an event of this age was committed
TOO_MANY = 50  # in one poll: then it is quicker to fetch the page again
log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Change:
    """One thing that changed. A browser is told its kind and its lead; `owner_before` is whose that was until then."""

    id: str
    kind: str
    lead_id: UUID | None = None
    owner_before: str | None = None

    @classmethod
    def many(cls) -> Change:
        return cls("", "many")

    def as_json(self) -> dict[str, str]:
        return {"id": self.id, "kind": self.kind, "lead": public_id("lead", self.lead_id) if self.lead_id else ""}


Row = tuple[UUID, datetime, Change]
# From which of the members who listen, of the account in scope, the changes of a lead are kept; by lead.
KeptFrom = Callable[[Sequence[Change], Collection[UUID]], Mapping[UUID, Collection[UUID]]]


class Listener(Protocol):
    @property
    def member_id(self) -> UUID: ...

    def tell(self, change: Change) -> None: ...


L = TypeVar("L", bound=Listener)


class Feed(Generic[L]):
    """Listeners by account, and what each account's listeners have been told."""

    def __init__(self, kept_from: KeptFrom) -> None:
        self._kept_from = kept_from
        self._listeners: dict[Account, set[L]] = defaultdict(set)
        self._seen: dict[UUID, dict[UUID, datetime]] = defaultdict(dict)
        self._since: dict[UUID, datetime] = {}
        self._looked_back = 0.0
        # One thread, so that one connection lasts; streams themselves hold none.
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="feed")

    def join(self, account: Account, listener: L) -> None:
        if not self._listeners[account]:
            self._since[account.pk] = clock.now() - GRACE
        self._listeners[account].add(listener)

    def leave(self, account: Account, listener: L) -> None:
        self._listeners[account].discard(listener)
        if not self._listeners[account]:
            del self._listeners[account]
            self._seen.pop(account.pk, None)

    def listeners(self, account_id: UUID) -> list[L]:
        return [one for account, some in self._listeners.items() if account.pk == account_id for one in some]

    def everyone(self) -> list[L]:
        return [listener for some in self._listeners.values() for listener in some]

    async def read(self) -> None:
        """Poll for ever; a database that is away is waited for."""
        while True:
            try:
                await self.turn()
            except (DatabaseError, InterfaceError) as error:
                log.warning("live.no_database", error=str(error))
                await asyncio.sleep(1)
            await asyncio.sleep(POLL)

    async def turn(self) -> None:
        """Tell every account's listeners what is new."""
        if not self._listeners:
            return
        look_back = time.monotonic() - self._looked_back >= LOOK_BACK_EVERY
        if look_back:
            self._looked_back = time.monotonic()
        since = clock.now() - (LOOK_BACK if look_back else GLANCE)
        for account, changes in await self._apart(read_accounts, list(self._listeners), since):
            news = self._news(account, changes)
            kept = await self._kept(account, news) if 0 < len(news) <= TOO_MANY else {}
            self._see(account, changes)
            self._tell(account, news, kept)

    def _news(self, account: Account, changes: list[Row]) -> list[Change]:
        seen, since = self._seen[account.pk], self._since.get(account.pk, clock.now())
        return [change for key, recorded_at, change in changes if key not in seen and recorded_at > since]

    async def _kept(self, account: Account, news: list[Change]) -> Mapping[UUID, Collection[UUID]]:
        """Asked once for all who listen, and only when there is something to tell."""
        listening = {listener.member_id for listener in self._listeners.get(account, ())}
        kept: Mapping[UUID, Collection[UUID]] = await self._apart(kept_from, self._kept_from, account, news, listening)
        return kept

    def _see(self, account: Account, changes: list[Row]) -> None:
        seen, forget = self._seen[account.pk], clock.now() - 2 * LOOK_BACK
        seen.update({key: recorded_at for key, recorded_at, _ in changes})
        self._seen[account.pk] = {key: at for key, at in seen.items() if at > forget}

    def _tell(self, account: Account, news: list[Change], kept: Mapping[UUID, Collection[UUID]]) -> None:
        for change in [Change.many()] if len(news) > TOO_MANY else news:
            hidden = kept.get(change.lead_id, ()) if change.lead_id else ()
            for listener in self._listeners.get(account, ()):
                if listener.member_id not in hidden:
                    listener.tell(change)

    async def _apart(self, work: Callable[..., Any], *given: Any) -> Any:
        return await asyncio.get_running_loop().run_in_executor(self._thread, work, *given)


def read_accounts(accounts: list[Account], since: datetime) -> list[tuple[Account, list[Row]]]:
    """The events of each account recorded after `since`, oldest first."""
    try:
        return [(account, read_account(account, since)) for account in accounts]
    except (DatabaseError, InterfaceError):
        connection.close()
        raise


def read_account(account: Account, since: datetime) -> list[Row]:
    with scope(account):
        rows = Event.objects.filter(recorded_at__gt=since).order_by("recorded_at", "id")
        said = rows.annotate(other=_said("other"), before=_said("before")).values(*_COLUMNS)
        return [(row["id"], row["recorded_at"], change) for row in said for change in _changes(row)]


def kept_from(
    ask: KeptFrom, account: Account, news: Sequence[Change], listening: Collection[UUID]
) -> Mapping[UUID, Collection[UUID]]:
    try:
        with scope(account):
            return ask(news, listening)
    except (DatabaseError, InterfaceError):
        connection.close()
        raise


_COLUMNS = ("id", "kind", "lead_id", "recorded_at", "other", "before")


def _said(name: str) -> Any:
    """A word of an event's body, of those kinds whose changes need it."""
    kinds = Q(kind__in=[Kind.LEAD_ASSIGNED, Kind.LEAD_MERGED])
    return Case(When(kinds, then=KeyTextTransform(name, "body")), output_field=TextField())


def _changes(row: dict[str, Any]) -> Iterator[Change]:
    """A merge changes two leads: one may be hidden from who sees the other."""
    before = row["before"] if row["kind"] == Kind.LEAD_ASSIGNED else None
    yield Change(str(row["id"]), row["kind"], row["lead_id"], before)
    if row["kind"] == Kind.LEAD_MERGED and row["other"]:
        yield Change(str(row["id"]), row["kind"], from_public("lead", row["other"]))
