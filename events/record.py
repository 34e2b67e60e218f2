"""Something happened: one event, and the jobs it starts, in the transaction of the change itself."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from typing import Any
from uuid import UUID

from django.conf import settings
from django.utils.module_loading import import_string

from events.jobs import Handler, jobs_for
from events.kinds import Kind
from events.models import Actor, Event, Job, json_safe
from tenancy import clock
from tenancy.ids import uuid7
from tenancy.scope import current_account


@dataclass(frozen=True)
class By:
    """Who did it: a member, a key, the prospect or the system itself."""

    kind: Actor
    id: UUID | None = None
    name: str = ""


SYSTEM = By(Actor.SYSTEM, name="Tollgate")
PROSPECT = By(Actor.PROSPECT, name="The prospect")


@dataclass(frozen=True)
class Happening:
    """An event about to be recorded. `occurred_at` (aware) defaults to now."""

    kind: Kind
    subject_id: UUID
    lead_id: UUID | None = None
    by: By = SYSTEM
    body: dict[str, Any] = field(default_factory=dict)
    occurred_at: datetime | None = None


def record(
    kind: Kind,
    subject: Any,
    *,
    by: By,
    lead_id: UUID | None = None,
    occurred_at: datetime | None = None,
    **body: Any,
) -> Event:
    """Record one event about `subject` (a row or its id) and the jobs that `config/flow.py` names for it."""
    subject_id = subject if isinstance(subject, UUID) else subject.pk
    return record_all([Happening(kind, subject_id, lead_id, by, body, occurred_at)])[0]


def record_all(happenings: Sequence[Happening]) -> list[Event]:
    """Record many events of the account in scope, and their jobs: two statements whatever the number."""
    events, jobs = prepare(happenings)
    Event.objects.bulk_create(events)
    if jobs:
        Job.objects.bulk_create(jobs, ignore_conflicts=True)
    return events


def prepare(happenings: Iterable[Happening]) -> tuple[list[Event], list[Job]]:
    """The unsaved rows of events and of their jobs, for a caller that writes them in a statement of its own."""
    account, now = current_account(), clock.now()
    events = [
        Event(
            id=uuid7(),
            account=account,
            kind=happening.kind,
            subject_id=happening.subject_id,
            lead_id=happening.lead_id,
            actor_kind=happening.by.kind,
            actor_id=happening.by.id,
            actor_name=happening.by.name[:120],
            occurred_at=happening.occurred_at or now,
            recorded_at=now,
            body=json_safe(happening.body),
        )
        for happening in happenings
    ]
    return events, [job for event in events for job in jobs_for(event, flow().get(Kind(event.kind), []), now)]


@cache
def flow() -> dict[Kind, list[Handler]]:
    """What each kind of event starts; config is downstream, so it is found by name."""
    found: dict[Kind, list[Handler]] = import_string(settings.FLOW)
    return found
