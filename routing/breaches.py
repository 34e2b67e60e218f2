"""Broken promises: noted with what they are charged to, and settled by an answer or by a manager's deed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from accounts.models import Member
from events.kinds import Kind
from events.record import SYSTEM, By, Happening, record_all
from routing.blame import Out, Verdict, Wait, blame
from routing.calendars import calendar_of, calendars_of
from routing.deadlines import MINUTE
from routing.models import Breach, Decision, Settled, Timer
from routing.models.breaches import BreachQuerySet
from routing.rulebook import HAD_IT
from routing.workingtime import Calendar
from tenancy import clock
from tenancy.scope import current_account

A_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Past:
    """What happened to a batch of leads while they waited: their decisions, oldest first, and their owners' hours."""

    decisions: Mapping[UUID, Sequence[Decision]]
    hours: Mapping[UUID, Calendar]  # by member
    account: Calendar

    def wait_of(self, timer: Timer) -> Wait:
        """How the timer's lead waited until it was due."""
        before = [one for one in self.decisions.get(timer.lead_id, ()) if one.decided_at < timer.due_at]
        outs = {out for one in {*before[:1], *_given(before)} for out in outs_of(one)}
        owner, since = owner_when_due(timer, before)
        if owner is None:
            return Wait(timer.minutes, routed=bool(before), outs=sorted(outs))
        first = min(since, timer.lead.assigned_at or since)
        return Wait(
            promised=timer.minutes,
            owner=owner.name,
            owned=self.account.between(max(timer.started_at, first), timer.due_at) / MINUTE,
            on_shift=self.hours[owner.pk].between(max(timer.started_at, since), timer.due_at) / MINUTE,
            outs=sorted(outs),
        )


def owner_when_due(timer: Timer, before: Sequence[Decision]) -> tuple[Member | None, datetime]:
    """Whose the lead was when the promise was due, by the decisions until then, and since when."""
    lead, due = timer.lead, timer.due_at
    for one in _given(before):
        return one.member, one.decided_at
    since = lead.assigned_at or timer.started_at
    return (lead.owner, since) if lead.owner and since < due else (None, due)


def _given(decisions: Sequence[Decision]) -> list[Decision]:
    """The last that gave the lead to somebody, if one did."""
    return [one for one in decisions if one.member_id][-1:]


def outs_of(decision: Decision) -> set[Out]:
    """Why those whom a decision looked at could not take the lead: full, or away."""
    whys = [one["why"] for one in decision.body.get("candidates", ()) if not one["available"]]
    return {"full" if why.startswith("full") else "away" for why in whys if why != HAD_IT}


def past_of(timers: Iterable[Timer]) -> Past:
    """Read it, in three statements."""
    timers = list(timers)
    decisions: dict[UUID, list[Decision]] = defaultdict(list)
    rows = Decision.objects.filter(lead_id__in={timer.lead_id for timer in timers}).select_related("member")
    for one in rows.order_by("decided_at", "id"):
        decisions[one.lead_id].append(one)
    owners = {timer.lead.owner for timer in timers} | {one.member for some in decisions.values() for one in some}
    since = min(timer.started_at for timer in timers) - A_DAY
    hours = calendars_of([owner for owner in owners if owner], since.date())
    return Past(decisions, hours, calendar_of(current_account()))


def note(timers: Sequence[Timer], *, settled: str = "") -> dict[UUID, Verdict]:
    """Note that these promises were broken when due, each once, with what they are charged to; by timer.

    `settled` for those that were answered meanwhile. Records PROMISE_BROKEN.
    """
    if not timers:
        return {}
    past, now = past_of(timers), clock.now()
    waits = {timer.pk: past.wait_of(timer) for timer in timers}
    verdicts = {key: blame(wait) for key, wait in waits.items()}
    rows = [_breach(timer, waits[timer.pk], verdicts[timer.pk]) for timer in timers]
    for row in rows:
        if settled:
            row.settled, row.settled_at = settled, now
    Breach.objects.bulk_create(rows, ignore_conflicts=True)
    record_all([_broken(timer, verdicts[timer.pk]) for timer in timers])
    return verdicts


def _breach(timer: Timer, wait: Wait, verdict: Verdict) -> Breach:
    return Breach(
        timer=timer,
        lead_id=timer.lead_id,
        owner_id=timer.lead.owner_id,
        blame=verdict.cause,
        why=verdict.sentence[:300],
        body=wait.as_json(),
        broken_at=timer.due_at,
    )


def _broken(timer: Timer, verdict: Verdict) -> Happening:
    body: dict[str, Any] = timer.told | {"blame": verdict.cause, "why": verdict.sentence}
    return Happening(Kind.PROMISE_BROKEN, timer.pk, timer.lead_id, SYSTEM, body, occurred_at=timer.due_at)


def settle_all(timers: Iterable[Timer], how: Settled) -> None:
    """Take the breaches of these promises out of the inbox: they settled themselves."""
    rows = Breach.objects.unsettled().filter(timer_id__in=[timer.pk for timer in timers])
    rows.update(settled_at=clock.now(), settled=how)


def settle(lead_ids: Sequence[UUID], how: Settled, *, by: By, reason: str = "") -> int:
    """Take the breaches of leads out of the inbox by a person's deed. Returns how many were there; records each."""
    return _settle(Breach.objects.unsettled().filter(lead_id__in=lead_ids), how, by, reason)


def dismiss(breach: Breach, *, by: By, reason: str) -> bool:
    """Nothing is to be done about this one, for a reason. False if somebody saw to it before."""
    return bool(_settle(Breach.objects.unsettled().filter(pk=breach.pk), Settled.DISMISSED, by, reason))


def _settle(rows: BreachQuerySet, how: Settled, by: By, reason: str) -> int:
    found = list(rows.select_for_update(of=("self",)).order_by("id"))
    Breach.objects.filter(pk__in=[row.pk for row in found]).update(
        settled_at=clock.now(), settled=how, settled_reason=reason[:200], settled_by=by.name[:120]
    )
    body = {"how": how, "reason": reason[:200]}
    record_all([Happening(Kind.BREACH_SETTLED, row.pk, row.lead_id, by, body) for row in found])
    return len(found)


def missed_again(timers: Iterable[Timer], windows: int) -> None:
    """Another window went by: the breach says how many, and is back in the inbox unless somebody dismissed it."""
    rows = Breach.objects.filter(timer_id__in=[timer.pk for timer in timers], windows__lt=windows)
    rows.exclude(settled=Settled.DISMISSED).update(settled_at=None, settled="", settled_reason="", settled_by="")
    rows.update(windows=windows)
