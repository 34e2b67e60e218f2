"""What had stopped a cadence was undone: it goes on as it was, and what was done by it is due again."""

from __future__ import annotations

from collections.abc import Container, Sequence
from uuid import UUID

from django.db.models import Exists, Q

from events.jobs import HANDLERS, reschedule_all
from events.kinds import Kind
from events.models import Event
from events.record import SYSTEM, Happening, record_all
from followups.models import Channel, EndReason, Enrolment, Touch, TouchState
from followups.stopping import DROPPED, standings, stop_reason
from followups.timing import first_mail_at
from followups.touching import LOGGED, attempts
from tenancy import clock

GONE = (EndReason.ANSWERED, EndReason.MEETING)  # an activity or a meeting that is taken back is on record no more
ENDS = {  # what else can be taken back; it stays on record, and so does that it was undone
    EndReason.DISQUALIFIED: (Kind.LEAD_DISQUALIFIED,),
    EndReason.CLOSED: (Kind.DEAL_LOST, Kind.DEAL_MOVED),
    EndReason.MOVED: (Kind.DEAL_MOVED,),
}


def resume(lead_ids: Sequence[UUID]) -> None:
    """Let the cadences of these leads go on that ended for a reason which is gone. Calls and messages that nothing on
    record has made are due again, first mails that were let go by a try wait for one again. Safe to repeat."""
    ended, found = _ended(lead_ids), standings(lead_ids)
    _take_up([row for row in ended if not stop_reason(found[row.lead_id], row.started_at)])
    _due_again(lead_ids)
    _wait_again(lead_ids)


def _ended(lead_ids: Sequence[UUID]) -> list[Enrolment]:
    """The newest enrolment of each lead, if what ended it was undone; none where one is running."""
    rows = Enrolment.objects.filter(lead_id__among=lead_ids).select_related("cadence").order_by("started_at", "id")
    newest = {enrolment.lead_id: enrolment for enrolment in rows}
    running = {enrolment.lead_id for enrolment in rows if enrolment.ended_at is None}
    happened, undone = _endings(lead_ids)
    ended = [row.pk for row in newest.values() if row.lead_id not in running and _is_undone(row, happened, undone)]
    held = rows.filter(pk__in=ended, end_reason__in=(*GONE, *ENDS)).select_for_update(of=("self",))
    return list(held.order_by("id"))


def _endings(lead_ids: Sequence[UUID]) -> tuple[list[Event], set[UUID]]:
    """What happened to these leads, in order, of all that ends cadences; and the ids of what somebody took back, with
    those of the way back."""
    said = Event.objects.filter(lead_id__among=lead_ids, kind=Kind.CHANGE_UNDONE).values_list("subject_id", "body")
    undone = {key for subject_id, body in said for key in (subject_id, *map(UUID, body.get("made", ())))}
    kinds = {kind for kinds in ENDS.values() for kind in kinds}
    happened = Event.objects.filter(lead_id__among=lead_ids, kind__in=kinds).order_by("recorded_at", "id")
    return list(happened), undone


def _is_undone(enrolment: Enrolment, happened: Sequence[Event], undone: Container[UUID]) -> bool:
    """Whether the last that happened before its end, and after its start, was taken back."""
    if enrolment.end_reason in GONE:
        return True
    if enrolment.ended_at is None or enrolment.end_reason not in ENDS:
        return False
    began, ended, kinds = enrolment.started_at, enrolment.ended_at, ENDS[EndReason(enrolment.end_reason)]
    theirs = [one for one in happened if one.lead_id == enrolment.lead_id and one.kind in kinds]
    last = next((one for one in reversed(theirs) if began <= one.recorded_at <= ended), None)
    return last is not None and last.pk in undone


def _take_up(enrolments: Sequence[Enrolment]) -> None:
    """They run again, with the touches that were dropped at their end."""
    for enrolment in enrolments:
        dropped = enrolment.touches.filter(state=TouchState.SKIPPED, note=DROPPED, finished_at=enrolment.ended_at)
        last = dropped.order_by("-step__position").first()
        dropped.update(state=TouchState.DUE, finished_at=None, note="")
        if last:  # was still planned: each touch that falls due plans the next
            Touch.objects.filter(pk=last.pk).update(state=TouchState.PLANNED)
            reschedule_all(HANDLERS["followups.do_touch"], [(last.pk, last.due_at)])
        enrolment.ended_at, enrolment.end_reason = None, ""
        enrolment.save(update_fields=["ended_at", "end_reason"])
    record_all(
        [
            Happening(Kind.CADENCE_RESUMED, row.pk, row.lead_id, SYSTEM, {"cadence": row.cadence.name})
            for row in enrolments
        ]
    )


def _due_again(lead_ids: Sequence[UUID]) -> None:
    goes_on = Q(enrolment__ended_at=None) | Q(enrolment__end_reason=EndReason.DONE)
    made = Touch.objects.filter(goes_on, lead_id__among=lead_ids, state=TouchState.DONE, channel__in=LOGGED)
    made.exclude(Exists(attempts())).update(state=TouchState.DUE, finished_at=None)


def _wait_again(lead_ids: Sequence[UUID]) -> None:
    first = Touch.objects.filter(lead_id__among=lead_ids, state=TouchState.PLANNED, step__day=1, channel=Channel.EMAIL)
    untried = first.filter(lead__first_attempt_at=None).select_related("lead", "enrolment__cadence").order_by("id")
    for touch in untried:
        if touch.lead.tier not in touch.enrolment.cadence.start.get("after_attempt", ()):
            continue
        respond_by, now = touch.lead.first_response_due_at, clock.now()
        due = first_mail_at(touch.due_at, waits_for_person=True, attempted=False, response_due_at=respond_by, now=now)
        if due != touch.due_at:
            Touch.objects.filter(pk=touch.pk).update(due_at=due)
            reschedule_all(HANDLERS["followups.do_touch"], [(touch.pk, due)])
