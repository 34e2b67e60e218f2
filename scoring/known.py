"""What scoring looks at of many leads: few statements whatever their number, and no object for each row."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol
from uuid import UUID

from django.db.models import Max

from leads.facts import facts_named
from leads.models import Lead, Submission
from scoring.signals import STANDS_FOR, Signals
from tenancy.prepared import prepared
from tenancy.scope import current_account

# What machines did is not even read: a scanner opens ten thousand mails as cheaply as one.
SIGNALS = """
    SELECT lead_id, {moments} FROM signal
     WHERE account_id = %(account)s AND lead_id = ANY(%(leads)s) AND NOT bot
       AND occurred_at > coalesce(%(since)s, '-infinity'::timestamptz)
     GROUP BY lead_id
"""
BEFORE = """
    SELECT lead_id, {moments} FROM (
        SELECT signal.lead_id, kind, url, occurred_at
          FROM unnest(%(leads)s::uuid[], %(ends)s::timestamptz[]) AS closed (lead_id, ended_at)
          JOIN signal ON signal.account_id = %(account)s AND signal.lead_id = closed.lead_id AND NOT bot
          LEFT JOIN visitor ON visitor.account_id = %(account)s AND visitor.key = signal.visitor
               AND visitor.lead_id = signal.lead_id
         WHERE greatest(occurred_at, met_at) < ended_at) AS known
     GROUP BY lead_id
"""
MOMENTS = "array_agg((date_part('epoch', occurred_at) * 1000000)::bigint) FILTER (WHERE {})"


@dataclass(frozen=True)
class Known:
    """What is known about one lead: facts by name, when it asked last (`asked_at`) among them, and its signals."""

    facts: Mapping[str, Any]
    signals: Signals


class Looker(Protocol):
    """Who scores: the facts and kinds of signals it asks for, how far back signals matter to it (None for ever), and
    whether it matters when the lead asked last."""

    @property
    def asks(self) -> frozenset[str]: ...

    @property
    def counts(self) -> frozenset[str]: ...

    @property
    def memory(self) -> timedelta | None: ...

    @property
    def fades(self) -> bool: ...


def known_of(
    lead_ids: Sequence[UUID],
    lookers: Sequence[Looker],
    now: datetime,
    *,
    also: Iterable[str] = (),
    facts: Mapping[UUID, Mapping[str, Any]] | None = None,
) -> dict[UUID, Known]:
    """What `lookers` look at in each lead, with engagement as far back from `now` (aware) as it matters to them; and
    the facts named `also`. `facts`: as they were, in place of those of today."""
    names = frozenset(also).union(*(one.asks for one in lookers))
    told = facts_named(Lead.objects.filter(pk__among=lead_ids), names) if facts is None else facts
    memories = [one.memory for one in lookers]
    since = None if None in memories else now - max(filter(None, memories), default=timedelta())
    signals = signals_of(lead_ids, frozenset().union(*(one.counts for one in lookers)), since)
    asked = asked_at_of(lead_ids) if any(one.fades for one in lookers) else {}
    return {
        lead_id: Known({**known, "asked_at": asked[lead_id]} if lead_id in asked else known, signals.get(lead_id, {}))
        for lead_id, known in told.items()
    }


def signals_of(lead_ids: Sequence[UUID], kinds: Iterable[str], since: datetime | None) -> dict[UUID, Signals]:
    """When people did what, of these kinds, after `since` (aware; None for ever), by lead."""
    return _moments(SIGNALS, sorted(kinds), {"leads": list(lead_ids), "since": since})


def signals_before(ends: Mapping[UUID, datetime], kinds: Iterable[str]) -> dict[UUID, Signals]:
    """What people did before `ends` (aware, by lead), of these kinds; a browser's past is known only since we knew
    whose it is. One statement."""
    return _moments(BEFORE, sorted(kinds), {"leads": list(ends), "ends": list(ends.values())})


def _moments(statement: str, kinds: Sequence[str], given: Mapping[str, Any]) -> dict[UUID, Signals]:
    if not kinds:
        return {}
    named = {f"kind{at}": kind for at, kind in enumerate(kinds)}
    moments = [MOMENTS.format(STANDS_FOR.get(kind, f"kind = %({name})s")) for name, kind in named.items()]
    cursor = prepared(binary=True)
    cursor.execute(statement.format(moments=", ".join(moments)), {"account": current_account().pk, **given, **named})
    return {lead_id: dict(zip(kinds, found, strict=True)) for lead_id, *found in cursor.fetchall()}


def asked_at_of(lead_ids: Sequence[UUID]) -> dict[UUID, datetime]:
    """When each lead asked last (aware), of those that did."""
    asked = Submission.objects.filter(lead__among=lead_ids).values_list("lead").annotate(Max("received_at"))
    return dict(asked.order_by())
