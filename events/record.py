"""Something happened: one event, and the jobs it starts, in the transaction of the change itself."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from typing import Any
from uuid import UUID

from django.conf import settings
from django.utils.module_loading import import_string

from events.jobs import Handler, blank_job
from events.kinds import Kind
from events.models import Actor, Event, Job, json_safe
from tenancy import clock
from tenancy.ids import uuid7
from tenancy.inserting import draft, insert_values
from tenancy.scope import current_account

TOGETHER = 20  # reactions of one handler in one go; fewer are better claimed together with those of others
Reaction = tuple[UUID, UUID]  # an event, and the subject that its handler works on


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
    (event,) = _recorded([Happening(kind, subject_id, lead_id, by, body, occurred_at)])
    return draft(Event, **event)


def record_all(happenings: Sequence[Happening], *, quietly: bool = False) -> None:
    """Record many events of the account in scope, and their jobs unless `quietly`: two statements whatever the
    number."""
    _recorded(happenings, quietly=quietly)


def _recorded(happenings: Sequence[Happening], *, quietly: bool = False) -> list[dict[str, Any]]:
    events, jobs = values_of(happenings)
    insert_values(Event, events)
    insert_values(Job, [] if quietly else jobs, tail="ON CONFLICT DO NOTHING")
    return events


def values_of(happenings: Sequence[Happening]) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """The columns of events and of their jobs, for a caller that writes them in a statement of its own."""
    account, now = current_account(), clock.now()
    events = [_event(one, account.pk, now) for one in happenings]
    found: dict[str, tuple[Handler, list[Reaction]]] = {}
    for one, event in zip(happenings, events, strict=True):
        for handler in flow().get(one.kind, ()):
            if handler.unless is None or not handler.unless(one.body):
                subject = one.subject_id if handler.of == "subject" else one.lead_id or one.subject_id
                found.setdefault(handler.name, (handler, []))[1].append((event["id"], subject))
    moment = {"account_id": account.pk, "run_at": now, "created_at": now}
    return events, [job | moment for one in found.values() for job in _jobs(*one)]


def _event(one: Happening, account_id: UUID, now: datetime) -> dict[str, Any]:
    return {
        "id": uuid7(),
        "account_id": account_id,
        "kind": one.kind,
        "subject_id": one.subject_id,
        "lead_id": one.lead_id,
        "actor_kind": one.by.kind,
        "actor_id": one.by.id,
        "actor_name": one.by.name[:120],
        "occurred_at": one.occurred_at or now,
        "recorded_at": now,
        "body": json_safe(one.body),
    }


def _jobs(handler: Handler, reactions: Sequence[Reaction]) -> Iterator[dict[str, Any]]:
    """A job for each; many are one job for as many subjects as the handler takes at a time."""
    if len(reactions) < TOGETHER or handler.batch < TOGETHER:
        for event_id, subject_id in reactions:
            yield blank_job(handler) | {"id": uuid7(), "dedupe_key": event_id.hex, "subject_id": subject_id}
        return
    for some in (reactions[start : start + handler.batch] for start in range(0, len(reactions), handler.batch)):
        subjects = list(dict.fromkeys(subject_id.hex for _, subject_id in some))
        event_id, subject_id = some[0]
        yield blank_job(handler) | {
            "id": uuid7(),
            "dedupe_key": event_id.hex,
            "subject_id": subject_id,
            "args": {"subjects": subjects},
        }


@cache
def flow() -> dict[Kind, list[Handler]]:
    """What each kind of event starts; config is downstream, so it is found by name."""
    found: dict[Kind, list[Handler]] = import_string(settings.FLOW)
    return found
