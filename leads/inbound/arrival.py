"""Something arrived at a door: it is kept before anything else is done with it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256
from typing import Any

from events.jobs import HANDLERS, cancel_all, schedule
from leads.inbound.pace import keep_pace
from leads.inbound.signatures import Refused, Sealed, check, too_old
from leads.inbound.vouching import OF_PROVIDER
from leads.models import Inlet, Mailbox, MailProvider, Payload, PayloadState, Protocol
from leads.vocabulary import storable
from tenancy import clock
from tenancy.door import NoDoor, through_door
from tenancy.models import Account

KEPT_OF_REFUSED = 4096  # bytes: enough to see what it was, too few to fill our disk with
NET = timedelta(seconds=10)  # when the job looks after what the request should have taken at once
FETCHED = frozenset({Protocol.META, Protocol.LINKEDIN})


@dataclass(frozen=True)
class Parcel:
    """What came over the wire."""

    body: bytes
    content_type: str = ""
    ip: str | None = None
    headers: Mapping[str, str] | None = None


@dataclass(frozen=True)
class Stored:
    """`replayed`: the very same message again, signature and all; `known`: sent again by its sender; `differs`: under
    a name that its sender used before, for something else."""

    account: Account
    payload: Payload
    known: bool = False
    replayed: bool = False
    differs: bool = False

    @property
    def refused(self) -> bool:
        return self.payload.state == PayloadState.REFUSED


def receive(token: str, parcel: Parcel) -> Stored:
    """Check and keep what was sent to the inlet behind `token`, in a transaction of its own. Raises NoDoor, TooFast."""
    with through_door("inlet", token) as account:
        inlet = inlet_behind(token)
        keep_pace(inlet.pk)
        try:
            sealed = check(inlet, parcel.headers or {}, parcel.body, clock.now())
            if inlet.protocol in FETCHED and too_old(read_json(parcel.body), clock.now()):
                raise Refused("It was made more than three days ago.")
        except Refused as refusal:
            return Stored(account, _refuse(inlet, parcel, str(refusal)))
        return keep(account, inlet, parcel, sealed, inlet.protocol)


def receive_mail(token: str, parcel: Parcel) -> Stored:
    """Keep a mail (raw MIME) that was sent to the inlet behind `token`. The same mail twice is one. Raises NoDoor."""
    with through_door("inlet", token) as account:
        return keep(account, inlet_behind(token), parcel, mail_seal(parcel.body), Protocol.EMAIL)


def receive_from_mailbox(mailbox: Mailbox, body: bytes) -> Stored:
    """Keep a mail that lay in a mailbox of the account in scope."""
    return keep(mailbox.account, mailbox, Parcel(body, "message/rfc822"), mail_seal(body), Protocol.EMAIL)


def mail_seal(body: bytes) -> Sealed:
    """A mail's own name. A digest of all of it: a Message-ID can be somebody else's, and a copy may differ."""
    return Sealed(delivery_id=sha256(body).hexdigest())


def inlet_behind(token: str) -> Inlet:
    """The inlet of the account in scope. Raises NoDoor."""
    found: Inlet | None = Inlet.objects.select_related("source").filter(token=token).first()
    if found is None:
        raise NoDoor
    return found


def keep(account: Account, door: Inlet | Mailbox, parcel: Parcel, sealed: Sealed, protocol: str) -> Stored:
    """Store a payload and plan its taking, once per delivery id."""
    payload = _row(door, parcel, protocol)
    payload.seal = sealed.seal[:120]
    if not sealed.delivery_id:
        payload.save(force_insert=True)
        created = True
    else:
        values = {field: getattr(payload, field) for field in _STORED}
        payload, created = Payload.objects.get_or_create(
            source=door.source, delivery_id=storable(sealed.delivery_id), defaults=values
        )
    if created:
        at = clock.now() if protocol in FETCHED else clock.now() + NET
        schedule(HANDLERS["leads.take_payload"], payload.pk, at)
    replayed = not created and bool(sealed.seal) and payload.seal == sealed.seal[:120]
    differs = protocol != Protocol.EMAIL and bytes(payload.body) != parcel.body  # a mail is named by all of it
    return Stored(account, payload, not created, replayed, differs)


def replay(payload: Payload) -> bool:
    """Take a payload again, as it was sent. What was taken already stays taken: False, and nothing happens."""
    waiting = Payload.objects.filter(pk=payload.pk, state__in=[PayloadState.FAILED, PayloadState.IGNORED])
    again = waiting.update(state=PayloadState.NEW, why="", attempts=0, settled_at=None)
    if again:
        schedule(HANDLERS["leads.take_payload"], payload.pk, clock.now())
    return bool(again)


def replay_failed(inlet: Inlet) -> int:
    """Take everything again that failed at an inlet, say with a new access token. Returns how many."""
    return sum(map(replay, inlet.payloads.filter(state=PayloadState.FAILED).order_by("received_at")[:1000]))


def forget_timer(payload: Payload) -> None:
    """It is taken; nobody needs to look after it."""
    cancel_all(HANDLERS["leads.take_payload"], [payload.pk])


def read_json(body: bytes) -> Any:
    """The JSON in `body`, or None."""
    try:
        return storable(json.loads(body))
    except (ValueError, RecursionError):
        return None


_STORED = "inlet protocol body content_type verified_by ip seal state why received_at".split()


def _row(door: Inlet | Mailbox, parcel: Parcel, protocol: str) -> Payload:
    return Payload(
        inlet=door if isinstance(door, Inlet) else None,
        source=door.source,
        protocol=protocol,
        body=parcel.body,
        content_type=storable(parcel.content_type)[:120],
        verified_by=_verified_by(door),
        ip=parcel.ip,
        received_at=clock.now(),
    )


def _verified_by(door: Inlet | Mailbox) -> str:
    told_beside_it = isinstance(door, Inlet) and door.provider == MailProvider.SENDGRID
    return OF_PROVIDER if told_beside_it else door.verified_by


def _refuse(inlet: Inlet, parcel: Parcel, why: str) -> Payload:
    payload = _row(inlet, parcel, inlet.protocol)
    payload.body, payload.state, payload.why = parcel.body[:KEPT_OF_REFUSED], PayloadState.REFUSED, why
    payload.settled_at = clock.now()
    payload.save(force_insert=True)
    return payload
