"""The clock of next steps: a lead that is being worked must not be forgotten.

It runs from the last thing a person did, or from the time of what is planned, whichever is later; whoever does or plans
something puts it off. Downstream knows what is planned, and calls here.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from django.db.models import Max

from events.kinds import Kind
from events.models import Event
from leads.models import Activity, Lead
from routing import keeping, ringing
from routing.calendars import calendar_of
from routing.deadlines import Deadline, deadline
from routing.models import Clock, SlaPolicy, Timer
from routing.policies import policies
from routing.timers import begun
from routing.workingtime import Calendar
from tenancy import clock
from tenancy.inserting import draft, insert_values
from tenancy.scope import current_account

# Besides activities, which say themselves whether a person was at it.
DEEDS = (
    *(Kind.DEAL_OPENED, Kind.DEAL_MOVED, Kind.DEAL_REOPENED, Kind.TASK_DONE, Kind.MEETING_BOOKED),
    *(Kind.MEETING_CHANGED, Kind.OBJECTION_ANSWERED, Kind.FILE_ATTACHED, Kind.CRITERION_ANSWERED),
    *(Kind.STAKEHOLDER_ADDED, Kind.STAKEHOLDER_REVIEWED),
)


@dataclass(frozen=True)
class Standing:
    """Of one lead: when the last thing was done (aware), when the next is planned; `some_day`: without a time."""

    done_at: datetime
    planned_at: datetime | None = None
    some_day: bool = False

    @property
    def since(self) -> datetime | None:
        """From when on nothing was done and nothing planned; None while something is, without a time."""
        return None if self.some_day else max(self.done_at, self.planned_at or self.done_at)


class Change(NamedTuple):
    """A lead's clock that runs anew; without `due` it stops."""

    lead: Lead
    timer: Timer | None
    due: Deadline | None


def settle(lead_ids: Sequence[UUID], *, some_day: Collection[UUID] = ()) -> None:
    """Let the clocks of these leads run from where they stand now; `some_day` has those with a step without a time.

    A constant number of statements.
    """
    found, timers = policies(), _running(lead_ids)
    if not timers and not found.have(Clock.NEXT_STEP):
        return
    leads = list(Lead.objects.open().with_people().filter(pk__among=lead_ids).exclude(deal_id=None))
    done, calendar = _last_deeds(leads), calendar_of(current_account())
    standings = {lead.pk: Standing(done[lead.pk], lead.next_step_at, lead.pk in some_day) for lead in leads}
    keeping.keep([(timers.pop(lead.pk), found.now) for lead in leads if mends(timers.get(lead.pk), standings[lead.pk])])
    changes = [
        _change(lead, timers.get(lead.pk), found.of(lead, Clock.NEXT_STEP), standings[lead.pk], calendar)
        for lead in leads
    ]
    _run([change for change in changes if change])


def mends(timer: Timer | None, standing: Standing) -> bool:
    """Whether something was done or planned since the promise was broken."""
    if timer is None or timer.broken_at is None:
        return False
    return standing.since is None or standing.since > timer.due_at


def _change(
    lead: Lead, timer: Timer | None, policy: SlaPolicy | None, standing: Standing, calendar: Calendar
) -> Change | None:
    """What becomes of a lead's clock; None leaves it as it is."""
    if timer and timer.broken_at:
        return None
    if policy is None or standing.since is None:
        return Change(lead, timer, None) if timer else None
    if timer and timer.policy_id == policy.pk and not is_news(timer, standing.since):
        return None
    try:
        return Change(lead, timer, deadline(policy, calendar, standing.since))
    except ValueError:  # an account that never works
        return None


def is_news(timer: Timer, since: datetime) -> bool:
    """Whether the clock must run from elsewhere: while it waits for the customer, only a deed since then says so."""
    return timer.paused_at < since if timer.paused_at else timer.started_at != since


def _last_deeds(leads: Sequence[Lead]) -> dict[UUID, datetime]:
    """When a person last did something about each lead; now, where nobody ever did: it came from another system."""
    ids = [lead.pk for lead in leads]
    deeds = Event.objects.filter(lead_id__among=ids, kind__in=DEEDS).order_by().values_list("lead_id")
    contacts = Activity.objects.filter(lead_id__among=ids, automatic=False).order_by().values_list("lead_id")
    done = dict(deeds.annotate(Max("occurred_at")))
    for lead_id, at in contacts.annotate(Max("occurred_at")):
        done[lead_id] = max(at, done.get(lead_id, at))
    return {lead_id: done.get(lead_id, clock.now()) for lead_id in ids}


def _running(lead_ids: Sequence[UUID]) -> dict[UUID, Timer]:
    rows = Timer.objects.running().filter(lead_id__among=lead_ids, clock=Clock.NEXT_STEP)
    locked = rows.select_related("policy", "lead__owner").select_for_update(of=("self",), no_key=True).order_by("id")
    return {row.lead_id: row for row in locked}


def _run(changes: Sequence[Change]) -> None:
    new = [
        begun(draft(Timer, lead=one.lead, clock=Clock.NEXT_STEP), one.due)
        for one in changes
        if one.due and not one.timer
    ]
    moved = [_moved(one.timer, one.due) for one in changes if one.timer]
    # Somebody else may be at the same lead.
    insert_values(Timer, [vars(timer) for timer in new], tail="ON CONFLICT DO NOTHING")
    ringing.begin(new)
    if moved:
        Timer.objects.bulk_update(moved, MOVED)
        ringing.again([timer for timer in moved if timer.is_running])
        ringing.never([timer for timer in moved if not timer.is_running])


MOVED = ["policy", "started_at", "risk_at", "due_at", "minutes", "rungs", "climbed", "cancelled_at"]
MOVED += ["paused_at", "paused_until", "paused_minutes"]


def _moved(timer: Timer, due: Deadline | None) -> Timer:
    """The clock from another start; a step that was done or planned ends its pause, too."""
    timer.paused_at = timer.paused_until = None
    timer.paused_minutes = 0
    if due is None:
        timer.cancelled_at = clock.now()
        return timer
    timer.started_at = due.started_at
    return begun(timer, due)
