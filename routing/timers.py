"""The first-response clock: started at capture, kept by a person's two-way contact, broken at its due time."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from events.jobs import Handler, cancel_all, hasten_all, reschedule_all, schedule, schedule_all
from events.kinds import Kind
from events.record import SYSTEM, Happening, record_all
from leads.models import Lead, Status
from leads.records import DueRow, record_due_times
from routing.deadlines import Deadline, deadline, tier_promised
from routing.models import SlaPolicy, Timer
from routing.workingtime import Calendar, calendar_of
from scoring.models import Receipt
from tenancy import clock
from tenancy.scope import current_account

CLOCK = "first_response"


@dataclass(frozen=True)
class Clockwork:
    """All that decides about the clocks of a batch of leads."""

    policies: Mapping[str, SlaPolicy]
    calendar: Calendar
    raised: Collection[UUID]  # leads whose first score promised nothing: their clock starts now, not at capture
    now: datetime

    def deadline_of(self, lead: Lead, timer: Timer | None) -> Deadline | None:
        """The promise that is to run for a lead from now on; None leaves everything as it is."""
        policy = self.policies.get(tier_promised(lead))
        if policy is None or (timer and (timer.kept_at or timer.broken_at)):
            return None
        if timer is None or timer.cancelled_at:
            fresh = timer is None and lead.pk not in self.raised
            return deadline(policy, self.calendar, lead.captured_at if fresh else self.now)
        due = deadline(policy, self.calendar, self.now)
        return due if policy.pk != timer.policy_id and due.due_at < timer.due_at else None


def start(lead_ids: Sequence[UUID], breach: Handler) -> None:
    """Start, or bring forward, the clocks of open leads that nobody has answered yet; `breach` runs at due times."""
    unanswered = Lead.objects.open().filter(pk__in=lead_ids, first_response_at=None)
    leads = list(unanswered.select_for_update(of=("self",), no_key=True).order_by("id"))
    timers = {
        timer.lead_id: timer for timer in Timer.objects.filter(lead_id__in=[lead.pk for lead in leads], clock=CLOCK)
    }
    works = Clockwork(policies(), calendar_of(current_account()), raised(leads, timers), clock.now())
    planned = [(lead, timers.get(lead.pk), works.deadline_of(lead, timers.get(lead.pk))) for lead in leads]
    changes = [(lead, timer, due) for lead, timer, due in planned if due]
    if not changes:
        return
    _begin([_new(lead, due) for lead, timer, due in changes if timer is None], breach)
    _change([_moved(timer, due) for _, timer, due in changes if timer], breach)
    record_due_times([DueRow(lead.pk, due.due_at, due.risk_at) for lead, _, due in changes])
    record_all([_made(lead, due) for lead, _, due in changes])


def policies() -> dict[str, SlaPolicy]:
    return {policy.tier: policy for policy in SlaPolicy.objects.all()}


def raised(leads: Sequence[Lead], timers: Mapping[UUID, Timer]) -> set[UUID]:
    """Leads without a clock that were scored in another tier before: what they were promised then was nothing."""
    without = {lead.pk: lead.tier for lead in leads if lead.pk not in timers}
    scored = Receipt.objects.filter(lead_id__in=list(without)).values_list("lead_id", "tier")
    return {lead_id for lead_id, tier in scored if tier != without[lead_id]}


def stop(lead_ids: Sequence[UUID], breach: Handler) -> None:
    """Keep the promises of leads that a person has answered; end those of leads that are closed."""
    running = Timer.objects.filter(lead_id__in=lead_ids, kept_at=None, cancelled_at=None).select_related(
        "lead", "policy"
    )
    locked = list(running.select_for_update(of=("self",), no_key=True).order_by("id"))
    answered = [timer for timer in locked if timer.lead.first_response_at]
    over = [timer for timer in locked if not timer.lead.first_response_at and timer.lead.status != Status.OPEN]
    happenings = [_kept(timer) for timer in answered if timer.broken_at is None]
    for timer in answered:
        timer.kept_at = timer.lead.first_response_at
        if timer.broken_at is None and timer.kept_at >= timer.due_at:
            timer.broken_at = timer.due_at
    for timer in over:
        timer.cancelled_at = clock.now()
    Timer.objects.bulk_update(answered + over, ["kept_at", "broken_at", "cancelled_at"])
    cancel_all(breach, [timer.pk for timer in answered + over])
    record_all(happenings)


def resume(lead_ids: Sequence[UUID], breach: Handler) -> None:
    """Let `breach` run again at the due times of the promises that run for these leads."""
    running = Timer.objects.filter(lead_id__in=lead_ids, kept_at=None, broken_at=None, cancelled_at=None)
    reschedule_all(breach, list(running.filter(lead__status=Status.OPEN).values_list("pk", "due_at")))


def break_overdue(timer_ids: Sequence[UUID]) -> None:
    """Record the promises that nobody kept by now. Those kept, ended or put off meanwhile are left alone."""
    now = clock.now()
    running = Timer.objects.filter(pk__in=timer_ids, kept_at=None, broken_at=None, cancelled_at=None)
    overdue = running.filter(due_at__lte=now, lead__status=Status.OPEN, lead__first_response_at=None)
    locked = list(overdue.select_related("lead", "policy").select_for_update(of=("self",), no_key=True).order_by("id"))
    Timer.objects.filter(pk__in=[timer.pk for timer in locked]).update(broken_at=now)
    record_all([_broken(timer) for timer in locked])


def _new(lead: Lead, due: Deadline) -> Timer:
    return Timer(
        lead=lead,
        policy_id=due.policy_id,
        clock=CLOCK,
        started_at=due.started_at,
        risk_at=due.risk_at,
        due_at=due.due_at,
    )


def _moved(timer: Timer, due: Deadline) -> Timer:
    timer.policy_id, timer.risk_at, timer.due_at = due.policy_id, due.risk_at, due.due_at
    return timer


def _begin(timers: list[Timer], breach: Handler) -> None:
    Timer.objects.bulk_create(timers)
    schedule_all(breach, [(timer.pk, timer.due_at) for timer in timers])


def _change(timers: list[Timer], breach: Handler) -> None:
    hasten_all(breach, {timer.pk: timer.due_at for timer in timers if not timer.cancelled_at})
    for timer in timers:
        if timer.cancelled_at:  # the lead was reopened
            timer.started_at, timer.cancelled_at = clock.now(), None
            schedule(breach, timer.pk, timer.due_at)
    Timer.objects.bulk_update(timers, ["policy", "started_at", "risk_at", "due_at", "cancelled_at"])


def _made(lead: Lead, due: Deadline) -> Happening:
    return Happening(Kind.PROMISE_MADE, lead.pk, lead.pk, SYSTEM, {"policy": due.policy, "due_at": due.due_at})


def _kept(timer: Timer) -> Happening:
    kind = Kind.PROMISE_KEPT if timer.lead.first_response_at < timer.due_at else Kind.PROMISE_BROKEN
    return Happening(kind, timer.pk, timer.lead_id, SYSTEM, _body(timer))


def _broken(timer: Timer) -> Happening:
    return Happening(Kind.PROMISE_BROKEN, timer.pk, timer.lead_id, SYSTEM, _body(timer))


def _body(timer: Timer) -> dict[str, Any]:
    return {"policy": timer.policy.name if timer.policy else "", "due_at": timer.due_at, "owner": timer.lead.owner_id}
