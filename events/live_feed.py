"""What the live process reads: the newest events of the accounts that have an open stream, and of no others."""

from __future__ import annotations

import asyncio
import time
from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Generic, Protocol, TypeVar
from uuid import UUID

import structlog
from django.db import DatabaseError, InterfaceError, connection

from events.models import Event
from tenancy import clock
from tenancy.ids import public_id
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
    """One thing that changed, as a browser is told it."""

    id: str
    kind: str
    lead: str
    subject: UUID | None
    actor: str

    @classmethod
    def many(cls) -> Change:
        return cls("", "many", "", None, "")

    def as_json(self) -> dict[str, str]:
        return {
            "id": self.id,
            "kind": self.kind,
            "lead": self.lead,
            "subject": str(self.subject or ""),
            "actor": self.actor,
        }


Row = tuple[UUID, datetime, Change]


class Listener(Protocol):
    def tell(self, change: Change) -> None: ...


L = TypeVar("L", bound=Listener)


class Feed(Generic[L]):
    """Listeners by account, and what each account's listeners have been told."""

    def __init__(self) -> None:
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
        reading = asyncio.get_running_loop().run_in_executor(self._thread, read_accounts, list(self._listeners), since)
        for account, changes in await reading:
            self._tell(account, self._news(account, changes))

    def _news(self, account: Account, changes: list[Row]) -> list[Change]:
        seen, since = self._seen[account.pk], self._since.get(account.pk, clock.now())
        news = [change for key, recorded_at, change in changes if key not in seen and recorded_at > since]
        seen.update({key: recorded_at for key, recorded_at, _ in changes})
        forget = clock.now() - 2 * LOOK_BACK
        self._seen[account.pk] = {key: at for key, at in seen.items() if at > forget}
        return news

    def _tell(self, account: Account, news: list[Change]) -> None:
        for change in [Change.many()] if len(news) > TOO_MANY else news:
            for listener in self._listeners.get(account, ()):
                listener.tell(change)


def read_accounts(
    accounts: list[Account], since: datetime
) -> list[tuple[Account, list[tuple[UUID, datetime, Change]]]]:
    """The events of each account recorded after `since`, oldest first."""
    try:
        return [(account, read_account(account, since)) for account in accounts]
    except (DatabaseError, InterfaceError):
        connection.close()
        raise


def read_account(account: Account, since: datetime) -> list[Row]:
    with scope(account):
        rows = Event.objects.filter(recorded_at__gt=since).order_by("recorded_at", "id")
        return [(row["id"], row["recorded_at"], _change(row)) for row in rows.values(*_COLUMNS)]


_COLUMNS = ("id", "kind", "lead_id", "subject_id", "actor_name", "recorded_at")


def _change(row: dict[str, Any]) -> Change:
    lead = public_id("lead", row["lead_id"]) if row["lead_id"] else ""
    return Change(str(row["id"]), row["kind"], lead, row["subject_id"], row["actor_name"])
