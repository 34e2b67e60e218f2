"""A touch falls due: a mail is planned, a call is put before its person, and the next one is planned."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef

from accounts.models import Member
from events.jobs import HANDLERS, schedule, schedule_all
from events.record import By
from followups import letters
from followups.enrolling import automatic_mails, enrol, plan_next
from followups.models import Cadence, Channel, EndReason, Enrolment, Message, Purpose, Touch, TouchState
from followups.stopping import end, end_stopped
from leads.models import Activity, Direction, Lead
from routing.calendars import calendar_of
from tenancy import clock
from tenancy.inserting import insert_values
from tenancy.scope import current_account

LOGGED = (Channel.CALL, Channel.LINKEDIN)
NO_ADDRESS = "There is no e-mail address."
SAME_DAY = "There was an automatic mail that day already."


def perform(touch_ids: Sequence[UUID]) -> list[UUID]:
    """Do the planned touches that are due, each once, unless something has stopped the cadence. Returns the leads."""
    touches = _due(touch_ids)
    stopped = end_stopped([touch.enrolment for touch in touches])
    going = [touch for touch in touches if touch.enrolment_id not in stopped]
    mails = [touch for touch in going if touch.channel == Channel.EMAIL and not touch.step.approve]
    _plan_mails(mails)
    for touch in going:
        if touch.state == TouchState.PLANNED:
            touch.state = TouchState.DUE
    Touch.objects.bulk_update(going, ["state", "finished_at", "note"])
    finish(plan_next({touch.enrolment: touch.step.position for touch in going}))
    return sorted({touch.lead_id for touch in touches})


def complete(touch: Touch, *, by: By, member: Member | None = None) -> bool:
    """A person has done what was due: a call is logged, a mail that waited for approval goes. False if done before."""
    done = Touch.objects.filter(pk=touch.pk, state=TouchState.DUE)
    if not done.update(state=TouchState.DONE, finished_at=clock.now()):
        return False
    if touch.channel in LOGGED:
        touch.lead.log_activity(kind=touch.channel, body=touch.title, by=by, member=member)
    if touch.channel == Channel.EMAIL:
        _plan_mails([touch])
        Touch.objects.bulk_update([touch], ["state", "finished_at", "note"])
    return True


def after_attempt(lead_ids: Sequence[UUID]) -> None:
    """A person has tried: what was due by that channel is done, the first mails that waited for a try go now."""
    now = clock.now()
    due = Touch.objects.filter(lead_id__among=lead_ids, state=TouchState.DUE, channel__in=LOGGED)
    due.filter(Exists(attempts())).update(state=TouchState.DONE, finished_at=now)
    waiting = Touch.objects.filter(
        lead_id__among=lead_ids, state=TouchState.PLANNED, step__day=1, channel=Channel.EMAIL, due_at__gt=now
    ).exclude(lead__first_attempt_at=None)
    for touch in waiting.order_by("id"):
        touch.due_at = calendar_of(current_account()).after(now, 0)
        touch.save(update_fields=["due_at"])
        schedule(HANDLERS["followups.do_touch"], touch.pk, touch.due_at)


def attempts() -> Any:
    """What a person did by the channel of a touch (the outer row) since it was due."""
    made = Activity.objects.filter(
        lead_id=OuterRef("lead_id"), kind=OuterRef("channel"), created_at__gte=OuterRef("due_at"), automatic=False
    )
    return made.filter(account_id=current_account().pk, direction=Direction.OUT)


def finish(enrolments: Sequence[Enrolment]) -> None:
    """End enrolments whose last touch has been made; where the cadence names a successor, that begins."""
    end(enrolments, {enrolment.pk: EndReason.DONE for enrolment in enrolments})
    names = {enrolment.cadence.start.get("then") for enrolment in enrolments} - {None}
    if names:
        following = {cadence.name: cadence for cadence in Cadence.objects.filter(name__in=names, active=True)}
        pairs = [(row.lead, following.get(row.cadence.start.get("then", ""))) for row in enrolments]
        enrol([(lead, cadence) for lead, cadence in pairs if cadence])


def _due(touch_ids: Sequence[UUID]) -> list[Touch]:
    planned = Touch.objects.filter(
        pk__among=touch_ids, state=TouchState.PLANNED, due_at__lte=clock.now(), enrolment__ended_at=None
    )
    people = ("enrolment__cadence", "step__template", "lead__contact", "lead__company", "lead__owner")
    # In the order of ids: two batches that share touches wait for each other, never in a circle.
    touches = list(planned.select_related(*people).order_by("id").select_for_update(of=("self",)))
    for touch in touches:
        touch.enrolment.lead = touch.lead
    return touches


def _plan_mails(touches: Sequence[Touch]) -> None:
    """A message and its sending for each touch, unless there is no address or today's mail went already."""
    now, account = clock.now(), current_account()
    contacts = {touch.lead.contact_id for touch in touches}
    mailed = set(automatic_mails(contacts, now, calendar_of(account)).values_list("contact_id", flat=True))
    messages = []
    for touch in touches:
        touch.finished_at, touch.state = now, TouchState.SKIPPED
        if not touch.lead.contact.email_norm or touch.step.template is None:
            touch.note = NO_ADDRESS
        elif touch.lead.contact_id in mailed:
            touch.note = SAME_DAY
        else:
            touch.state = TouchState.DONE
            mailed.add(touch.lead.contact_id)
            messages.append(_message(touch, touch.lead))
    post(messages)


def _message(touch: Touch, lead: Lead) -> Message:
    return letters.message(touch.step.template, lead, Purpose.CADENCE, dedupe_key=f"touch:{touch.pk.hex}", touch=touch)


def post(messages: Sequence[Message]) -> None:
    """Put mails into the outbox: each once, and to nobody who has had today's."""
    insert_values(Message, [vars(message) for message in messages], tail="ON CONFLICT DO NOTHING")
    kept = Message.objects.filter(pk__among=[message.pk for message in messages]).values_list("pk", flat=True)
    schedule_all(HANDLERS["followups.send_message"], [(pk, clock.now()) for pk in kept])
