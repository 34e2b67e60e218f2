"""Handlers of due work, and how work is scheduled and cancelled."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Literal
from uuid import UUID

from django.db.models import Case, Max, Value, When

from events.models import Job, JobState
from tenancy import clock
from tenancy.scope import current_account

if TYPE_CHECKING:
    from events.models import Event
    from tenancy.models import Account


class Later(Exception):
    """Raised by a handler whose work cannot be done at present, such as mail while its server is away; tried again."""


Of = Literal["lead", "subject"]
Work = Callable[[Sequence[UUID]], None]
WorkOutside = Callable[["Account", UUID], None]


@dataclass(frozen=True)
class Handler:
    """A job's code; it may safely run twice. As a reaction its subject is the event's lead or own subject (`of`)."""

    name: str
    of: Of
    batch: int
    inside: Work | None = None
    outside: WorkOutside | None = None
    patient: bool = False  # others of the account that work outside go first

    def __call__(self, subject_ids: Sequence[UUID]) -> None:
        """Work on a batch of the account in scope."""
        if self.inside is None:
            raise TypeError(f"{self.name} works outside of scopes, one subject at a time.")
        self.inside(subject_ids)


HANDLERS: dict[str, Handler] = {}


def job(*, of: Of = "lead", batch: int = 200) -> Callable[[Work], Handler]:
    """Make a function that takes a batch of subject ids, in scope, the handler `<app>.<function>`."""

    def register(work: Work) -> Handler:
        return _register(Handler(_name(work), of, batch, inside=work))

    return register


def outside_job(*, of: Of = "subject", patient: bool = False) -> Callable[[WorkOutside], Handler]:
    """The same for work with effects outside the database (mail): one subject, no scope; it opens its own.

    `patient` work lets mail go first, however long it has been waiting.
    """

    def register(work: WorkOutside) -> Handler:
        return _register(Handler(_name(work), of, 1, outside=work, patient=patient))

    return register


def _name(work: Callable[..., None]) -> str:
    return f"{work.__module__.partition('.')[0]}.{work.__name__}"


def _register(handler: Handler) -> Handler:
    HANDLERS[handler.name] = handler
    return handler


def jobs_for(event: Event, handlers: Sequence[Handler], now: datetime) -> list[Job]:
    """The unsaved jobs an event starts, deduplicated by the event's id."""
    return [
        Job(
            account_id=event.account_id,
            kind=handler.name,
            outside=handler.outside is not None,
            dedupe_key=event.pk.hex,
            subject_id=event.lead_id if handler.of == "lead" and event.lead_id else event.subject_id,
            run_at=now,
            created_at=now,
        )
        for handler in handlers
    ]


def schedule(handler: Handler, subject_id: UUID, run_at: datetime) -> Job:
    """A timer: `handler` runs for `subject_id` at `run_at` (aware), instead of an earlier timer of the subject."""
    timer = _timer(handler, subject_id, run_at, cancel(handler, subject_id) + 1)
    timer.save(force_insert=True)
    return timer


def schedule_all(handler: Handler, due: Sequence[tuple[UUID, datetime]]) -> None:
    """First timers of many new subjects in one statement; those that have one already are left alone."""
    Job.objects.bulk_create(
        [_timer(handler, subject_id, run_at, 1) for subject_id, run_at in due], ignore_conflicts=True
    )


def reschedule_all(handler: Handler, due: Sequence[tuple[UUID, datetime | None]]) -> None:
    """Timers of many subjects, in place of the pending ones they have; None only cancels. Three statements."""
    subject_ids = [subject_id for subject_id, _ in due]
    cancel_all(handler, subject_ids)
    newest = dict(_timers(handler, subject_ids).values_list("subject_id").annotate(Max("generation")).order_by())
    timers = [_timer(handler, subject, at, newest.get(subject, 0) + 1) for subject, at in due if at]
    Job.objects.bulk_create(timers, ignore_conflicts=True)


def cancel(handler: Handler, subject_id: UUID) -> int:
    """Cancel the subject's pending timer, if any; returns the newest generation so far (0 for none)."""
    cancel_all(handler, [subject_id])
    return _timers(handler, [subject_id]).aggregate(newest=Max("generation"))["newest"] or 0


def cancel_all(handler: Handler, subject_ids: Sequence[UUID]) -> None:
    """Cancel the pending timers of many subjects in one statement."""
    pending = _timers(handler, subject_ids).filter(state=JobState.PENDING)
    pending.update(state=JobState.CANCELLED, finished_at=clock.now())


def hasten_all(handler: Handler, due: Mapping[UUID, datetime]) -> None:
    """Let the pending timers of many subjects run at another time (aware), in one statement."""
    pending = _timers(handler, list(due)).filter(state=JobState.PENDING)
    pending.update(run_at=Case(*(When(subject_id=subject, then=Value(at)) for subject, at in due.items())))


def _timers(handler: Handler, subject_ids: Sequence[UUID]) -> Any:
    # Reactions to events have generation 0: they are facts, and nobody cancels them.
    return Job.objects.filter(kind=handler.name, subject_id__in=subject_ids, generation__gt=0)


def _timer(handler: Handler, subject_id: UUID, run_at: datetime, generation: int) -> Job:
    return Job(
        account=current_account(),
        kind=handler.name,
        outside=handler.outside is not None,
        dedupe_key=f"{subject_id.hex}:{generation}",
        subject_id=subject_id,
        generation=generation,
        run_at=run_at,
        created_at=clock.now(),
    )
