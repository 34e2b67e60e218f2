"""Taking back what one has just done. Each app tells how its kinds of event are undone: `@undoes(Kind.X)`."""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import timedelta
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import transaction

from events.kinds import Kind
from events.models import Event, json_safe
from events.record import By, record
from leads.models import Lead, Stakeholder, Status
from leads.timeline import entry
from leads.vocabulary import FACTS
from tenancy import clock
from tenancy.ids import uuid7

WITHIN = timedelta(days=1)  # on a lead's page
JUST_NOW = timedelta(minutes=10)  # anywhere


class CannotUndo(Exception):
    """Why, in one sentence."""


Undo = Callable[[Event, By], Collection[UUID] | None]
_UNDOES: dict[str, Undo] = {}


def undoes(*kinds: Kind) -> Callable[[Undo], Undo]:
    """Register how events of `kinds` are undone.

    The function returns the ids of other events that told of the same deed, if there are any; it raises CannotUndo
    where too much has happened since.
    """

    def register(undo: Undo) -> Undo:
        _UNDOES.update(dict.fromkeys(kinds, undo))
        return undo

    return register


def last_change(by: By, lead_id: UUID | None = None) -> Event | None:
    """The newest change by this actor that can be undone and was not: to one lead within a day, anywhere within ten
    minutes."""
    since = clock.now() - (WITHIN if lead_id else JUST_NOW)
    mine = Event.objects.filter(actor_kind=by.kind, actor_id=by.id, recorded_at__gte=since)
    if lead_id:
        mine = mine.filter(lead_id=lead_id)
    past: set[str] = set()
    for undone in mine.filter(kind=Kind.CHANGE_UNDONE).order_by("-recorded_at"):
        past |= {str(undone.subject_id), *undone.body.get("made", ())}
    kinds = mine.exclude(lead_id=None).filter(kind__in=list(_UNDOES)).order_by("-recorded_at", "-id")
    return next((event for event in kinds.iterator(chunk_size=50) if str(event.pk) not in past), None)


def undo(event: Event, *, by: By) -> str:
    """Undo one change, all of it or nothing, and say what it was. Records CHANGE_UNDONE with what undoing has made.

    Raises CannotUndo: it is undone already, or something else has happened since that would be lost.
    """
    with transaction.atomic():
        lead = Lead.objects.select_for_update(no_key=True).get(pk=event.lead_id)  # one at a time
        if Event.objects.filter(lead_id=event.lead_id, kind=Kind.CHANGE_UNDONE, subject_id=event.pk).exists():
            raise CannotUndo("It is undone already.")
        if lead.status == Status.MERGED:
            raise CannotUndo("It was merged with another lead since.")
        before = uuid7()
        try:
            same = _UNDOES[event.kind](event, by) or ()
        except ValidationError as error:
            raise CannotUndo(" ".join(error.messages)) from error
        made = Event.objects.filter(lead_id=event.lead_id, actor_id=by.id, pk__gt=before)
        words = entry(event).title
        past = [str(pk) for pk in (*made.values_list("pk", flat=True), *same)]
        record(Kind.CHANGE_UNDONE, event.pk, by=by, lead_id=event.lead_id, what=words, made=past)
    return words


def once_only(event: Event) -> None:
    """Raise CannotUndo if the same has happened to the same row once more: what counts is not this deed any more."""
    alike = Event.objects.filter(lead_id=event.lead_id, kind=event.kind, subject_id=event.subject_id)
    last = alike.order_by("-recorded_at", "-id").values_list("pk", flat=True).first()
    if last != event.pk:
        raise CannotUndo("It was changed again since.")


@undoes(Kind.LEAD_CHANGED)
def facts(event: Event, by: By) -> None:
    lead = _lead(event)
    now = json_safe(lead.facts)
    differ = [name for name, (_, after) in event.body.items() if now.get(name) != after]
    if differ:
        raise CannotUndo("It was changed again since. Its history shows what it was before.")
    before = {name: value for name, (value, _) in event.body.items() if name in FACTS or name.startswith("custom.")}
    if before.get("value") is not None and "currency" not in before:
        before["currency"] = lead.currency
    lead.change(before, by=by)


@undoes(Kind.STAKEHOLDER_ADDED)
def stakeholder(event: Event, by: By) -> None:
    found: Stakeholder | None = Stakeholder.objects.in_sight().filter(pk=event.subject_id).first()
    if found is None:
        raise CannotUndo("Nobody has that part any more.")
    found.remove(by=by)


@undoes(Kind.STAKEHOLDER_REMOVED)
def no_stakeholder(event: Event, by: By) -> None:
    body = event.body
    kept = {name: body.get(name, "") for name in ("name", "role", "job_title", "email")}
    _lead(event).add_stakeholder(**kept, reviewed_at=None, by=by)


@undoes(Kind.STAKEHOLDER_CHANGED)
def other_stakeholder(event: Event, by: By) -> None:
    found: Stakeholder | None = Stakeholder.objects.in_sight().filter(pk=event.subject_id).first()
    if found is None or any(getattr(found, name) != after for name, (_, after) in event.body["changed"].items()):
        raise CannotUndo("It was changed again since.")
    found.change({name: before for name, (before, _) in event.body["changed"].items()}, by=by)


def _lead(event: Event) -> Lead:
    found: Lead = Lead.objects.with_people().get(pk=event.lead_id)
    return found
