"""Handlers of due work, and how work is scheduled and cancelled."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Literal
from uuid import UUID

from django.db.models import Case, Max, Value, When

from events.models import Job, JobState
from tenancy import clock
from tenancy.scope import current_account

if TYPE_CHECKING:
    from events.models import Event
    from tenancy.models import Account

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


def outside_job(*, of: Of = "subject") -> Callable[[WorkOutside], Handler]:
    """The same for work with effects outside the database (mail): one subject, no scope; it opens its own."""

    def register(work: WorkOutside) -> Handler:
        return _register(Handler(_name(work), of, 1, outside=work))

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
            dedupe_key=event.pk.hex,
            subject_id=event.lead_id if handler.of == "lead" and event.lead_id else event.subject_id,
            run_at=now,
            created_at=now,
        )
        for handler in handlers
    ]


def schedule(handler: Handler, subject_id: UUID, run_at: datetime) -> Job:
    """A timer: `handler` runs for `subject_id` at `run_at` (aware), instead of an earlier timer of the subject."""
    generation = cancel(handler, subject_id) + 1
    timer: Job = Job.objects.create(
        kind=handler.name,
        dedupe_key=f"{subject_id.hex}:{generation}",
        subject_id=subject_id,
        generation=generation,
        run_at=run_at,
        created_at=clock.now(),
    )
    return timer


def schedule_all(handler: Handler, due: Sequence[tuple[UUID, datetime]]) -> None:
    """First timers of many new subjects in one statement; those that have one already are left alone."""
    account, now = current_account(), clock.now()
    Job.objects.bulk_create(
        [
            Job(
                account=account,
                kind=handler.name,
                dedupe_key=f"{subject_id.hex}:1",
                subject_id=subject_id,
                generation=1,
                run_at=run_at,
                created_at=now,
            )
            for subject_id, run_at in due
        ],
        ignore_conflicts=True,
    )


def reschedule_all(handler: Handler, due: Sequence[tuple[UUID, datetime | None]]) -> None:
    """Timers of many subjects, in place of the pending ones they have; None only cancels. Three statements."""
    timers = Job.objects.filter(kind=handler.name, subject_id__in=[subject for subject, _ in due], generation__gt=0)
    timers.filter(state=JobState.PENDING).update(state=JobState.CANCELLED, finished_at=clock.now())
    newest = dict(timers.values_list("subject_id").annotate(Max("generation")).order_by())
    account, now = current_account(), clock.now()
    Job.objects.bulk_create(
        [
            Job(
                account=account,
                kind=handler.name,
                dedupe_key=f"{subject.hex}:{generation}",
                subject_id=subject,
                generation=generation,
                run_at=run_at,
                created_at=now,
            )
            for subject, run_at in due
            if run_at and (generation := newest.get(subject, 0) + 1)
        ],
        ignore_conflicts=True,
    )


def cancel(handler: Handler, subject_id: UUID) -> int:
    """Cancel the subject's pending timer, if any; returns the newest generation so far (0 for none)."""
    timers = Job.objects.filter(kind=handler.name, subject_id=subject_id, generation__gt=0)
    timers.filter(state=JobState.PENDING).update(state=JobState.CANCELLED, finished_at=clock.now())
    return timers.aggregate(newest=Max("generation"))["newest"] or 0


def cancel_all(handler: Handler, subject_ids: Sequence[UUID]) -> None:
    """Cancel the pending timers of many subjects in one statement."""
    timers = Job.objects.filter(kind=handler.name, subject_id__in=subject_ids, generation__gt=0)
    timers.filter(state=JobState.PENDING).update(state=JobState.CANCELLED, finished_at=clock.now())


def hasten_all(handler: Handler, due: Mapping[UUID, datetime]) -> None:
    """Let the pending timers of many subjects run at another time (aware), in one statement."""
    timers = Job.objects.filter(kind=handler.name, subject_id__in=list(due), generation__gt=0, state=JobState.PENDING)
    timers.update(run_at=Case(*(When(subject_id=subject, then=Value(at)) for subject, at in due.items())))
