"""Mail that is fetched: an IMAP mailbox is looked into every few minutes. Nothing in it is changed or deleted."""

from __future__ import annotations

import contextlib
import imaplib
import re
import socket
import time
from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID

from events.jobs import HANDLERS, cancel_all, schedule
from events.outgoing import Forbidden, connect
from leads.inbound import taking
from leads.inbound.arrival import receive_from_mailbox
from leads.models import Mailbox
from tenancy import clock
from tenancy.models import Account
from tenancy.scope import scope

SECONDS = 30.0  # of one look, below the lease of its job
MOST_AT_ONCE = 50
LARGEST = 25 * 1024 * 1024


def watch(mailbox: Mailbox) -> None:
    """Look into it now, and then every few minutes."""
    schedule(HANDLERS["leads.poll_mailbox"], mailbox.pk, clock.now())


def unwatch(mailbox: Mailbox) -> None:
    Mailbox.objects.filter(pk=mailbox.pk).update(active=False)
    cancel_all(HANDLERS["leads.poll_mailbox"], [mailbox.pk])


def by_name() -> Any:
    """Mailboxes, those in use first."""
    return Mailbox.objects.select_related("source").order_by("-active", "host", "username", "folder")


def mailbox_named(said: Mapping[str, str]) -> Mailbox | None:
    """The mailbox with the `host`, `username` and `folder` that somebody gave, in use or not."""
    names = {name: said.get(name, "").replace("\x00", "").strip() for name in ("host", "username", "folder")}
    found: Mailbox | None = Mailbox.objects.filter(**names).first()
    return found


def poll(account: Account, mailbox_id: UUID) -> int:
    """Take what is new in a mailbox, and plan the next look. Returns how many mails were taken.

    A mail counts as seen only when it is stored; after a crash it is fetched again and known by its content.
    """
    with scope(account):
        mailbox: Mailbox | None = Mailbox.objects.select_related("source").filter(pk=mailbox_id, active=True).first()
        if mailbox is None:
            return 0
        schedule(HANDLERS["leads.poll_mailbox"], mailbox_id, clock.now() + timedelta(minutes=mailbox.every_minutes))
    taken, problem = 0, ""
    try:
        for uid, body in new_mails(mailbox):
            with scope(account):
                payload = receive_from_mailbox(mailbox, body).payload
                Mailbox.objects.filter(pk=mailbox_id).update(last_uid=uid, validity=mailbox.validity)
            taking.settle(account, payload.pk)
            taken += 1
    except (imaplib.IMAP4.error, OSError, Forbidden, ValueError) as error:
        problem = str(error)[:300] or type(error).__name__
    with scope(account):
        Mailbox.objects.filter(pk=mailbox_id).update(checked_at=clock.now(), problem=problem)
    return taken


def new_mails(mailbox: Mailbox) -> Iterator[tuple[int, bytes]]:
    """UID and bytes of what came since the last look, oldest first. Raises IMAP4.error, OSError or Forbidden."""
    with _Line(mailbox) as line:
        line.login(mailbox.username, mailbox.password)
        _checked(line.select(_quoted(mailbox.folder), readonly=True), "There is no such folder.")
        validity = (line.response("UIDVALIDITY")[1] or [b""])[0] or b""
        if validity.decode("ascii", "ignore")[:20] != mailbox.validity:
            # The server counts anew: what we have is known by its content, so looking at everything is safe.
            mailbox.validity, mailbox.last_uid = validity.decode("ascii", "ignore")[:20], 0
        found = _checked(line.uid("SEARCH", f"UID {mailbox.last_uid + 1}:*"), "The server can't search.")
        uids = sorted(int(word) for word in b" ".join(part for part in found if part).split() if word.isdigit())
        for uid in [uid for uid in uids if uid > mailbox.last_uid][:MOST_AT_ONCE]:
            if body := _fetched(line, uid):
                yield uid, body


def _fetched(line: imaplib.IMAP4, uid: int) -> bytes:
    """One mail, at most LARGEST of it, without marking it as read."""
    answer = _checked(line.uid("FETCH", str(uid), f"(BODY.PEEK[]<0.{LARGEST}>)"), "A mail can't be fetched.")
    bodies = [part[1] for part in answer if isinstance(part, tuple) and len(part) > 1]
    return bytes(bodies[0]) if bodies else b""


def _checked(answer: tuple[str, list[Any]], complaint: str) -> list[Any]:
    if answer[0] != "OK":
        raise imaplib.IMAP4.error(complaint)
    return answer[1]


def _quoted(folder: str) -> str:
    return '"' + re.sub(r"([\"\\])", r"\\\1", folder.replace("\r", "").replace("\n", "")) + '"'


class _Line(imaplib.IMAP4):
    """IMAP over a connection that the guard of outgoing requests has made."""

    def __init__(self, mailbox: Mailbox) -> None:
        self.mailbox = mailbox
        super().__init__(mailbox.host, mailbox.port, timeout=SECONDS)

    def _create_socket(self, timeout: float | None) -> socket.socket:
        deadline = time.monotonic() + SECONDS
        line = connect(self.mailbox.host, self.mailbox.port, tls=self.mailbox.tls, deadline=deadline)
        line.settimeout(SECONDS)
        return line

    def __exit__(self, *args: object) -> None:
        with contextlib.suppress(OSError, imaplib.IMAP4.error):  # what was fetched is safe, polite or not
            self.logout()
