"""What was received becomes a lead, an activity, or nothing with a reason that people can read."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import structlog

from events.jobs import Later
from events.models import Actor
from events.outgoing import Forbidden, Unreachable
from events.record import By
from leads import capture
from leads.inbound import adverts, calls, correspondence
from leads.inbound.arrival import FETCHED, forget_timer, read_json
from leads.inbound.outcome import Ignored, Rejected, Taken
from leads.inbound.paths import BadPath, facts_at
from leads.models import Inlet, Payload, PayloadState, Protocol
from leads.vocabulary import depth
from tenancy import clock
from tenancy.models import Account
from tenancy.scope import scope

log = structlog.get_logger(__name__)
MOST_TRIES = 8  # about four minutes of an advertiser's API not answering; then a person sees it, and may replay
DEEPEST, MOST_ITEMS = 12, 100


@dataclass(frozen=True)
class Found:
    """What is to be taken, read (and fetched) outside of any transaction."""

    payload: Payload
    items: list[Any]


def settle(account: Account, payload_id: UUID, *, again: bool = False) -> Payload:
    """Take a waiting payload of `account`, once, however often this is called. Opens scopes of its own.

    With `again` (in a job) what cannot be reached at present raises Later; without, it simply goes on waiting.
    """
    with scope(account):
        payload = _one(payload_id)
    if payload.state != PayloadState.NEW:
        return payload
    try:
        found = Found(payload, _read(payload))
        with scope(account):
            return _take(found)
    except (Rejected, BadPath, Forbidden) as error:
        return _close(account, payload, PayloadState.FAILED, str(error))
    except Ignored as reason:
        return _close(account, payload, PayloadState.IGNORED, str(reason))
    except adverts.TokenRefused as error:
        with scope(account):
            Inlet.objects.filter(pk=payload.inlet_id).update(token_refused_at=clock.now())
        return _close(account, payload, PayloadState.FAILED, str(error))
    except Unreachable as error:
        return _put_off(account, payload, str(error), again=again)


def _one(payload_id: UUID) -> Payload:
    payload: Payload = Payload.objects.select_related("inlet", "source").get(pk=payload_id)
    return payload


def _read(payload: Payload) -> list[Any]:
    if payload.protocol == Protocol.EMAIL:
        return [bytes(payload.body)]
    data = read_json(bytes(payload.body))
    if data is None:
        raise Rejected("This is not JSON.")
    if depth(data) > DEEPEST:
        raise Rejected(f"It is nested more than {DEEPEST} deep.")
    if payload.protocol in FETCHED:
        return adverts.leads_of(payload.inlet, data)
    items = data if isinstance(data, list) else [data]
    if not items or len(items) > MOST_ITEMS or not all(isinstance(item, dict) for item in items):
        raise Rejected(f"An object is wanted, or a list of at most {MOST_ITEMS}.")
    return items


def _take(found: Found) -> Payload:
    """In one transaction: what follows from the payload, and that it is taken."""
    payload: Payload = Payload.objects.select_for_update().get(pk=found.payload.pk)
    if payload.state != PayloadState.NEW:
        return payload  # somebody was faster
    payload.inlet, payload.source = found.payload.inlet, found.payload.source
    taken = [TAKERS[Protocol(payload.protocol)](payload, item) for item in found.items]
    forget_timer(payload)
    first = taken[0] if taken else Taken(None, why="There was no lead in it.")
    payload.lead, payload.submission_id = first.lead, first.submission_id
    payload.state = PayloadState.DONE if taken else PayloadState.IGNORED
    payload.why, payload.settled_at = first.why[:500], clock.now()
    payload.save()
    return payload


def _generic(payload: Payload, item: dict[str, Any]) -> Taken:
    mapping = payload.inlet.mapping if payload.inlet else {}
    facts = facts_at(item, mapping) if mapping else item
    by = By(Actor.SYSTEM, name=str(payload.inlet))
    return captured(payload, facts, by, "webhook", in_our_words=bool(mapping))


def captured(payload: Payload, facts: dict[str, Any], by: By, channel: str, *, in_our_words: bool) -> Taken:
    """A lead of what was sent. Raises Rejected."""
    try:
        made = capture.capture(
            facts,
            source=payload.source,
            channel=channel,
            by=by,
            ip=payload.ip,
            received_at=payload.received_at,
            in_our_words=in_our_words,
        )
    except capture.Unreachable:
        where = ", ".join((payload.inlet.mapping if payload.inlet else {}).values()) or "the top level"
        raise Rejected(
            f"There is nobody in it: no e-mail, phone, name or external_id was found (looked at {where})."
        ) from None
    return Taken(made.lead, made.submission.pk)


def _advert(payload: Payload, item: dict[str, Any]) -> Taken:
    return captured(payload, item, By(Actor.SYSTEM, name=str(payload.inlet)), "webhook", in_our_words=True)


TAKERS: dict[Protocol, Callable[[Payload, Any], Taken]] = {
    Protocol.GENERIC: _generic,
    Protocol.STANDARD: _generic,
    Protocol.META: _advert,
    Protocol.LINKEDIN: _advert,
    Protocol.CALLS: calls.take,
    Protocol.EMAIL: correspondence.take,
}


def _close(account: Account, payload: Payload, state: str, why: str) -> Payload:
    with scope(account):
        still = Payload.objects.filter(pk=payload.pk, state=PayloadState.NEW)
        still.update(state=state, why=why[:500], settled_at=clock.now())
        forget_timer(payload)
        return _one(payload.pk)


def _put_off(account: Account, payload: Payload, why: str, *, again: bool) -> Payload:
    tries = payload.attempts + 1
    if tries >= MOST_TRIES:
        return _close(account, payload, PayloadState.FAILED, f"After {tries} tries: {why}")
    with scope(account):
        Payload.objects.filter(pk=payload.pk).update(attempts=tries, why=why[:500])
    if again:
        raise Later(why)
    return payload
