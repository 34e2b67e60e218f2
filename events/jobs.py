"""Handlers of due work, and how work is scheduled and cancelled."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import TYPE_CHECKING, Any, Literal
from uuid import UUID

from django.db.models import Case, Max, Value, When

from events.models import Job, JobState
from tenancy import clock
from tenancy.ids import uuid7
from tenancy.inserting import blank, draft, insert_all, insert_values
from tenancy.scope import current_account

if TYPE_CHECKING:
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
    prompt: bool = False  # goes before what has been due for longer
    unless: Callable[[Mapping[str, Any]], bool] | None = None  # of an event's body: it can have nothing to do

    def __call__(self, subject_ids: Sequence[UUID]) -> None:
        """Work on a batch of the account in scope."""
        if self.inside is None:
            raise TypeError(f"{self.name} works outside of scopes, one subject at a time.")
        self.inside(subject_ids)


HANDLERS: dict[str, Handler] = {}


def job(
    *,
    of: Of = "lead",
    batch: int = 200,
    prompt: bool = False,
    unless: Callable[[Mapping[str, Any]], bool] | None = None,
) -> Callable[[Work], Handler]:
    """Make a function that takes a batch of subject ids, in scope, the handler `<app>.<function>`.

    `prompt` work goes first at every other turn, however long the rest has been due. `unless` tells from an event's
    body that there will be nothing to do: then it starts no job.
    """

    def register(work: Work) -> Handler:
        return _register(Handler(_name(work), of, batch, inside=work, prompt=prompt, unless=unless))

    return register


def outside_job(*, of: Of = "subject", patient: bool = False) -> Callable[[WorkOutside], Handler]:
    """The same for work with effects outside the database (mail): one subject, no scope; it opens its own.

    `patient` work lets mail go first, however long it has been waiting.
    """

    def register(work: WorkOutside) -> Handler:
        return _register(Handler(_name(work), of, 1, outside=work, prompt=not patient))

    return register


def _name(work: Callable[..., None]) -> str:
    return f"{work.__module__.partition('.')[0]}.{work.__name__}"


def _register(handler: Handler) -> Handler:
    HANDLERS[handler.name] = handler
    return handler


def schedule(handler: Handler, subject_id: UUID, run_at: datetime) -> Job:
    """A timer: `handler` runs for `subject_id` at `run_at` (aware), instead of an earlier timer of the subject."""
    timer = draft(Job, **_row(handler, subject_id, run_at, cancel(handler, subject_id) + 1))
    insert_all([timer])
    return timer


def schedule_all(handler: Handler, due: Sequence[tuple[UUID, datetime]]) -> None:
    """First timers of many new subjects in one statement; those that have one already are left alone."""
    insert_values(Job, [_row(handler, subject, at, 1) for subject, at in due], tail="ON CONFLICT DO NOTHING")


def schedule_once(handler: Handler, due: Sequence[tuple[str, UUID, datetime]]) -> None:
    """Work by keys of the caller's making, each once for all time: (key, subject, when). One statement."""
    jobs = [_row(handler, subject, at, 0) | {"dedupe_key": key} for key, subject, at in due]
    insert_values(Job, jobs, tail="ON CONFLICT DO NOTHING")


def reschedule_all(handler: Handler, due: Sequence[tuple[UUID, datetime | None]]) -> None:
    """Timers of many subjects, in place of the pending ones they have; None only cancels. Three statements."""
    subject_ids = [subject_id for subject_id, _ in due]
    cancel_all(handler, subject_ids)
    newest = dict(_timers(handler, subject_ids).values_list("subject_id").annotate(Max("generation")).order_by())
    timers = [_row(handler, subject, at, newest.get(subject, 0) + 1) for subject, at in due if at]
    insert_values(Job, timers, tail="ON CONFLICT DO NOTHING")


def cancel(handler: Handler, subject_id: UUID) -> int:
    """Cancel the subject's pending timer, if any; returns the newest generation so far (0 for none)."""
    cancel_all(handler, [subject_id])
    return _timers(handler, [subject_id]).aggregate(newest=Max("generation"))["newest"] or 0


def cancel_all(handler: Handler, subject_ids: Sequence[UUID]) -> None:
    """Cancel the pending timers of many subjects in one statement."""
    pending = _timers(handler, subject_ids).filter(state=JobState.PENDING)
    pending.update(state=JobState.CANCELLED, finished_at=clock.now())


def drop_all(subject_ids: Sequence[UUID]) -> None:
    """Nothing is due any more for these subjects, which are gone; others that share a job with them keep it."""
    if not subject_ids:
        return
    gone = {subject_id.hex for subject_id in subject_ids}
    cancelled = {"state": JobState.CANCELLED, "finished_at": clock.now()}
    pending = Job.objects.filter(state=JobState.PENDING)
    pending.filter(subject_id__among=subject_ids, args={}).update(**cancelled)
    for shared in pending.filter(args__subjects__has_any_keys=sorted(gone)).select_for_update().order_by("id"):
        left = [one for one in shared.args["subjects"] if one not in gone]
        pending.filter(pk=shared.pk).update(**({"args": {"subjects": left}} if left else cancelled))


def hasten_all(handler: Handler, due: Mapping[UUID, datetime]) -> None:
    """Let the pending timers of many subjects run at another time (aware), in one statement."""
    pending = _timers(handler, list(due)).filter(state=JobState.PENDING)
    pending.update(run_at=Case(*(When(subject_id=subject, then=Value(at)) for subject, at in due.items())))


def _timers(handler: Handler, subject_ids: Sequence[UUID]) -> Any:
    # Reactions to events have generation 0: they are facts, and nobody cancels them.
    return Job.objects.filter(kind=handler.name, subject_id__among=subject_ids, generation__gt=0)


def _row(handler: Handler, subject_id: UUID, run_at: datetime, generation: int) -> dict[str, Any]:
    """All columns of a timer."""
    return blank_job(handler) | {
        "id": uuid7(),
        "account_id": current_account().pk,
        "dedupe_key": f"{subject_id.hex}:{generation}",
        "subject_id": subject_id,
        "generation": generation,
        "run_at": run_at,
        "created_at": clock.now(),
    }


@cache
def blank_job(handler: Handler) -> dict[str, Any]:
    """The columns that are the same in all jobs of one handler."""
    return blank(Job, kind=handler.name, outside=handler.outside is not None, prompt=handler.prompt)
