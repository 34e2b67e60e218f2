"""What ends a cadence: they answered, a meeting is booked, the deal moved, the lead is closed, they opted out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Max, Q

from events.jobs import HANDLERS, cancel_all
from events.kinds import Kind
from events.record import SYSTEM, By, Happening, record_all
from followups.models import EndReason, Enrolment, Touch, TouchState
from followups.suppression import suppressed_among
from leads.models import Activity, Direction, Lead, Status
from pipeline.models import Meeting, Move
from tenancy import clock

DROPPED = "The cadence ended."  # the note of touches that were open then
TWO_WAY = ("spoke", "replied", "held")  # outcomes of a contact in which they took part


@dataclass(frozen=True)
class Standing:
    """What may stop a lead's follow-ups; the times (aware) are those of the latest."""

    status: str
    unsubscribed: bool
    answered_at: datetime | None = None
    meeting_at: datetime | None = None
    moved_at: datetime | None = None


def stop_reason(standing: Standing, since: datetime) -> str:
    """Why follow-ups that began at `since` (aware) must end, as an EndReason; empty while they may go on."""
    if standing.status == Status.DISQUALIFIED:
        return EndReason.DISQUALIFIED
    if standing.status != Status.OPEN:
        return EndReason.CLOSED
    if standing.unsubscribed:
        return EndReason.UNSUBSCRIBED
    happened = (
        (standing.answered_at, EndReason.ANSWERED),
        (standing.meeting_at, EndReason.MEETING),
        (standing.moved_at, EndReason.MOVED),
    )
    return next((reason for at, reason in happened if at and at >= since), "")


def standings(lead_ids: Iterable[UUID]) -> dict[UUID, Standing]:
    """Where leads of the account in scope stand, read afresh: five queries whatever their number."""
    ids = list(lead_ids)
    leads = Lead.objects.filter(pk__in=ids).select_related("contact")
    addresses = {lead.contact.email_norm for lead in leads if lead.contact.email_norm}
    suppressed = suppressed_among(addresses)
    they_took_part = Q(direction=Direction.IN) | Q(outcome__in=TWO_WAY)
    answered = _latest(
        Activity.objects.filter(they_took_part, lead_id__in=ids, automatic=False), "lead_id", "created_at"
    )
    meetings = _latest(Meeting.objects.filter(lead_id__in=ids).exclude(outcome="cancelled"), "lead_id", "created_at")
    moves = _latest(Move.objects.standing().filter(deal__lead_id__in=ids), "deal__lead_id", "moved_at")
    return {
        lead.pk: Standing(
            status=lead.status,
            unsubscribed=bool(lead.contact.unsubscribed_at) or lead.contact.email_norm in suppressed,
            answered_at=answered.get(lead.pk),
            meeting_at=meetings.get(lead.pk),
            moved_at=moves.get(lead.pk),
        )
        for lead in leads
    }


def end_stopped(enrolments: Sequence[Enrolment]) -> set[UUID]:
    """End those of the running `enrolments` that something has stopped. Returns their ids."""
    found = standings({enrolment.lead_id for enrolment in enrolments})
    reasons = {
        enrolment.pk: reason
        for enrolment in enrolments
        if (reason := stop_reason(found[enrolment.lead_id], enrolment.started_at))
    }
    end([enrolment for enrolment in enrolments if enrolment.pk in reasons], reasons)
    return set(reasons)


def end(enrolments: Sequence[Enrolment], reasons: Mapping[UUID, str], *, by: By = SYSTEM) -> None:
    """End running enrolments for the reason of each, with their open touches and timers. Safe to repeat."""
    now = clock.now()
    running = {row.pk for row in _locked([enrolment.pk for enrolment in enrolments])}
    ending = [enrolment for enrolment in enrolments if enrolment.pk in running]
    if not ending:
        return
    for enrolment in ending:
        enrolment.ended_at, enrolment.end_reason = now, reasons[enrolment.pk]
    Enrolment.objects.bulk_update(ending, ["ended_at", "end_reason"])
    _drop_touches([enrolment.pk for enrolment in ending if enrolment.end_reason != EndReason.DONE], now)
    record_all(
        [
            Happening(
                Kind.CADENCE_ENDED,
                enrolment.pk,
                enrolment.lead_id,
                by,
                {"cadence": enrolment.cadence.name, "reason": enrolment.end_reason},
            )
            for enrolment in ending
        ]
    )


def _locked(enrolment_ids: Sequence[UUID]) -> list[Enrolment]:
    # Asked again under the lock: who ended it meanwhile has said so already.
    running = Enrolment.objects.filter(pk__in=enrolment_ids, ended_at=None)
    return list(running.order_by("id").select_for_update())


def _drop_touches(enrolment_ids: Sequence[UUID], now: datetime) -> None:
    touches = Touch.objects.filter(enrolment_id__in=enrolment_ids, finished_at=None)
    dropped = list(touches.values_list("pk", flat=True))
    touches.update(state=TouchState.SKIPPED, finished_at=now, note=DROPPED)
    cancel_all(HANDLERS["followups.do_touch"], dropped)


def _latest(rows: Any, by: str, column: str) -> dict[UUID, datetime]:
    return dict(rows.order_by().values_list(by).annotate(latest=Max(column)))
