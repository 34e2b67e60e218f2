"""Closed leads as a model may learn from them: their facts as they were before the outcome was known."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from events.kinds import Kind
from events.models import Event
from leads.catalogue import Catalogue, Field, Type, catalogue
from leads.facts import facts_named
from leads.fields import FIRM, INTEREST, PERSON
from leads.models import Lead, Status
from scoring.known import signals_before
from scoring.learned import attention
from scoring.learned.leaks import Life
from scoring.learned.values import is_missing

MOST = 20_000  # leads; the newest say most about the next ones
CHUNK = 1000
# A gate asks for what is missing while a deal is being closed: that is not known before.
WHILE_CLOSING = timedelta(minutes=1)
# Nobody is to be judged by a name or an address.
PERSONAL = frozenset({"name", "first_name", "last_name", "email", "phone", "unsubscribed", "incomplete"})
LEARNABLE = (Type.TEXT, Type.CHOICE, Type.NUMBER, Type.MONEY, Type.LIST, Type.BOOLEAN)


@dataclass(frozen=True)
class Past:
    """A closed lead: its facts a moment before it was closed, whether it was won, and when fields were filled."""

    lead_id: UUID
    captured_at: datetime
    facts: Mapping[str, Any]
    facts_now: Mapping[str, Any]
    won: bool
    life: Life


def learnable() -> dict[str, Field]:
    """The facts a model of the account in scope could use: of person, firm and interest, the account's own, and
    engagement.

    What the product itself writes as a lead moves on (status, stage, score, owner) is no reason for it.
    """
    known: Catalogue = catalogue()
    built_in = {field.name for field in (*PERSON, *FIRM, *INTEREST)} - PERSONAL
    facts = {
        name: field
        for name, field in known.items()
        if (name in built_in or field.json is not None) and field.type in LEARNABLE
    }
    return facts | attention.FIELDS


def counts() -> tuple[int, int]:
    """How many leads were won and how many lost."""
    closed = Lead.objects.exclude(closed_at=None)
    return closed.filter(status=Status.WON).count(), closed.filter(status=Status.LOST).count()


def past(most: int = MOST, *, closed_since: datetime | None = None, also: Iterable[str] = frozenset()) -> list[Past]:
    """The newest closed leads of the account in scope, at most `most`, in the order of their capture: with the facts
    that could be learned from, and those named `also`; four statements for a thousand."""
    closed = Lead.objects.filter(status__in=[Status.WON, Status.LOST]).exclude(closed_at=None)
    if closed_since:
        closed = closed.filter(closed_at__gt=closed_since)
    names = {name for name in learnable() if not attention.is_attention(name)} | {"source", *also}
    newest = list(closed.order_by("-captured_at", "-id").values_list("pk", "captured_at", "closed_at", "status")[:most])
    chunks = (newest[start : start + CHUNK] for start in range(0, len(newest), CHUNK))
    return [one for chunk in chunks for one in _chunk(chunk, names)][::-1]


def _chunk(leads: Sequence[tuple[UUID, datetime, datetime, str]], names: Iterable[str]) -> Iterator[Past]:
    closed = {lead_id: closed_at - WHILE_CLOSING for lead_id, _, closed_at, _ in leads}
    told = facts_named(Lead.objects.filter(pk__among=list(closed)), names)
    changes, signals = _changes(list(closed)), signals_before(closed, attention.COUNTED)
    for lead_id, captured_at, _, status in leads:
        until, changed = closed[lead_id], changes[lead_id]
        facts = told[lead_id] | attention.attention(signals.get(lead_id, {}), until)
        life = Life(until, _filled(changed))
        yield Past(lead_id, captured_at, _before(facts, changed, until), facts, status == Status.WON, life)


Change = tuple[datetime, Mapping[str, Any]]


def _changes(lead_ids: Sequence[UUID]) -> dict[UUID, list[Change]]:
    """What changed on each lead, the earliest first."""
    told = Event.objects.filter(lead_id__in=lead_ids, kind=Kind.LEAD_CHANGED).order_by("occurred_at", "id")
    found: dict[UUID, list[Change]] = defaultdict(list)
    for lead_id, at, body in told.values_list("lead_id", "occurred_at", "body"):
        found[lead_id].append((at, body))
    return found


def _filled(changes: Sequence[Change]) -> dict[str, datetime]:
    """When fields that were empty were first filled."""
    found: dict[str, datetime] = {}
    for at, body in changes:
        for name, difference in body.items():
            if isinstance(difference, list) and len(difference) == 2 and is_missing(difference[0]):
                found.setdefault(name, at)
    return found


def _before(facts: Mapping[str, Any], changes: Sequence[Change], until: datetime) -> dict[str, Any]:
    """The facts as they were at `until`: later changes taken back, the last one first."""
    found = dict(facts)
    for at, body in reversed(changes):
        if at >= until:
            found |= {name: told[0] for name, told in body.items() if isinstance(told, list) and len(told) == 2}
    return found
