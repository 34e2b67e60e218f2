"""Leads enter cadences, and each touch is followed by the next."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from events.jobs import HANDLERS, schedule_all
from events.kinds import Kind
from events.record import SYSTEM, By, Happening, record_all
from followups.models import Cadence, Enrolment, Message, MessageState, Step, Touch, TouchState
from followups.timing import Beat, due_at, first_mail_at, is_first_mail, next_beat
from leads.models import Lead
from routing.calendars import calendar_of
from routing.workingtime import Calendar
from tenancy import clock
from tenancy.inserting import draft, insert_values
from tenancy.scope import current_account

REPLACED = "The instant reply took its place."


@dataclass(frozen=True)
class Day:
    """What planning needs to know of the account's present: time, calendar, who had an automatic mail today."""

    now: datetime
    calendar: Calendar
    mailed: frozenset[UUID]  # contacts


def enrol(pairs: Sequence[tuple[Lead, Cadence]], *, by: By = SYSTEM) -> list[Enrolment]:
    """Start a cadence for each lead, unless it runs for it already: a constant number of statements."""
    now = clock.now()
    asked = [
        draft(Enrolment, cadence=cadence, lead=lead, version=cadence.version, started_at=now) for lead, cadence in pairs
    ]
    insert_values(Enrolment, [vars(row) for row in asked], tail="ON CONFLICT DO NOTHING")
    ids = [enrolment.pk for enrolment in asked]
    made = set(Enrolment.objects.filter(pk__among=ids).values_list("pk", flat=True))
    started = [enrolment for enrolment in asked if enrolment.pk in made]
    record_all(
        [Happening(Kind.CADENCE_STARTED, row.pk, row.lead_id, by, {"cadence": row.cadence.name}) for row in started]
    )
    plan_next(dict.fromkeys(started, 0))
    return started


def plan_next(done: dict[Enrolment, int]) -> list[Enrolment]:
    """Plan the touch behind the given position of each enrolment. Returns the enrolments that have none left."""
    beats, day = beats_of(done), today({enrolment.lead.contact_id for enrolment in done})
    touches, finished = [], []
    for enrolment, position in done.items():
        planned = _following(enrolment, position, beats[enrolment.cadence_id, enrolment.version], day)
        touches += planned
        if not planned or planned[-1].finished_at:
            finished.append(enrolment)
    insert_values(Touch, [vars(touch) for touch in touches], tail="ON CONFLICT DO NOTHING")
    ahead = [(touch.pk, touch.due_at) for touch in touches if touch.finished_at is None]
    schedule_all(HANDLERS["followups.do_touch"], ahead)
    return finished


def beats_of(enrolments: Iterable[Enrolment]) -> dict[tuple[UUID, int], list[Beat]]:
    """The steps of each cadence, in the version in which each lead started."""
    found: dict[tuple[UUID, int], list[Beat]] = defaultdict(list)
    for step in Step.objects.filter(cadence_id__in={enrolment.cadence_id for enrolment in enrolments}):
        beat = Beat(step.pk, step.position, step.day, step.channel, step.title)
        found[step.cadence_id, step.version].append(beat)
    return found


def today(contact_ids: Iterable[UUID]) -> Day:
    now, calendar = clock.now(), calendar_of(current_account())
    mailed = automatic_mails(contact_ids, now, calendar).values_list("contact_id", flat=True)
    return Day(now, calendar, frozenset(mailed))


def automatic_mails(contact_ids: Iterable[UUID], now: datetime, calendar: Calendar) -> Any:
    """The automatic mails of the local day to these contacts that went or will go."""
    gone = Message.objects.exclude(state__in=[MessageState.SKIPPED, MessageState.FAILED])
    return gone.filter(contact_id__among=list(contact_ids), day=now.astimezone(calendar.zone).date(), automatic=True)


def _following(enrolment: Enrolment, position: int, beats: Sequence[Beat], day: Day) -> list[Touch]:
    """The next touch, behind those that the instant reply has replaced; empty at the end."""
    touches: list[Touch] = []
    while beat := next_beat(beats, position):
        replaced = is_first_mail(beat) and enrolment.lead.contact_id in day.mailed
        touches.append(_touch(enrolment, beat, day, replaced))
        if not replaced:
            break
        position = beat.position
    return touches


def _touch(enrolment: Enrolment, beat: Beat, day: Day, replaced: bool) -> Touch:
    return draft(
        Touch,
        enrolment=enrolment,
        lead=enrolment.lead,
        step_id=beat.id,
        channel=beat.channel,
        title=beat.title,
        due_at=_due(enrolment, beat, day),
        state=TouchState.SKIPPED if replaced else TouchState.PLANNED,
        finished_at=day.now if replaced else None,
        note=REPLACED if replaced else "",
    )


def _due(enrolment: Enrolment, beat: Beat, day: Day) -> datetime:
    usual, lead = due_at(beat, enrolment.started_at, day.now, day.calendar), enrolment.lead
    if not is_first_mail(beat):
        return usual
    return first_mail_at(
        usual,
        waits_for_person=lead.tier in enrolment.cadence.start.get("after_attempt", ()),
        attempted=lead.first_attempt_at is not None,
        response_due_at=lead.first_response_due_at,
        now=day.now,
    )


def starters(leads: Sequence[Lead]) -> list[tuple[Lead, Cadence]]:
    """Each lead with the cadence that its tier starts; leads already in one, or already answered, are left alone."""
    cadences = [cadence for cadence in Cadence.objects.filter(active=True).order_by("name") if cadence.start]
    running = Enrolment.objects.filter(lead_id__among=[lead.pk for lead in leads], ended_at=None)
    busy = set(running.values_list("lead_id", flat=True))
    free = [lead for lead in leads if lead.pk not in busy and not lead.first_response_at]
    pairs = [(lead, _for_tier(lead.tier, cadences)) for lead in free if not lead.contact.unsubscribed_at]
    return [(lead, cadence) for lead, cadence in pairs if cadence]


def _for_tier(tier: str, cadences: Iterable[Cadence]) -> Cadence | None:
    opened = (cadence for cadence in cadences if cadence.start.get("event") == Kind.DEAL_OPENED)
    return next((cadence for cadence in opened if tier in cadence.start.get("tiers", ())), None)
