"""How routing and its promises sound on a lead's timeline."""

from datetime import datetime

from events.kinds import Kind
from events.models import Event
from leads.timeline import Telling, describes
from routing.models import Clock, Settled
from routing.notices import OWED
from routing.reasons import Reason
from routing.workingtime import zone_named
from tenancy.scope import current_account


@describes(Kind.LEAD_FELL_THROUGH)
def fell_through(event: Event) -> Telling:
    return Telling(
        "octagon-alert", f"Fell through to the fallback “{event.body.get('rule', '')}”", event.body.get("why", "")
    )


@describes(Kind.PROMISE_MADE)
def made(event: Event) -> Telling:
    return Telling("clock", f"Promised: {_owed(event)} by {_time(event)}", event.body.get("policy", ""))


@describes(Kind.PROMISE_KEPT)
def kept(event: Event) -> Telling:
    return Telling("circle-check", "Promise kept", f"Answered before {_time(event)}.")


@describes(Kind.PROMISE_REMINDED)
def reminded(event: Event) -> Telling:
    return Telling("hourglass", "Reminded", f"{_owed(event).capitalize()} is due by {_time(event)}.")


@describes(Kind.PROMISE_BROKEN)
def broken(event: Event) -> Telling:
    what = "Nothing was done or planned" if event.body.get("clock") == Clock.NEXT_STEP else "Nobody had answered"
    return Telling("octagon-alert", "Promise broken", f"{what} by {_time(event)}. {event.body.get('why', '')}".strip())


@describes(Kind.PROMISE_ESCALATED)
def escalated(event: Event) -> Telling:
    missed = int(event.body.get("windows", 1))
    return Telling("flag", "The manager was told", "" if missed < 2 else f"{missed} windows missed.")


@describes(Kind.PROMISE_PAUSED)
def paused(event: Event) -> Telling:
    until = _moment(event.body["until"])
    return Telling("hourglass", f"Waits for the customer until {until} at the latest", event.body.get("reason", ""))


@describes(Kind.PROMISE_RESUMED)
def resumed(event: Event) -> Telling:
    return Telling("clock", "The clock runs again")


@describes(Kind.LEAD_ACCEPTED)
def accepted(event: Event) -> Telling:
    return Telling("check", f"{event.body['member']} took it")


@describes(Kind.LEAD_DECLINED)
def declined(event: Event) -> Telling:
    to = f"To {event.body['to']}." if event.body.get("to") else "Nobody else could take it."
    because = Reason(event.body["reason"]).label.lower()
    return Telling(
        "shuffle", f"{event.body['member']} passed it on: {because}", f"{event.body.get('note', '')} {to}".strip()
    )


@describes(Kind.BREACH_SETTLED)
def settled(event: Event) -> Telling:
    how = Settled(event.body["how"]).label.lower()
    return Telling("circle-check", f"Escalation settled: {how}", event.body.get("reason", ""))


def _time(event: Event) -> str:
    return _moment(event.body["due_at"])


def _moment(text: str) -> str:
    """`Tue 17 Mar, 09:46` in the account's zone."""
    due = datetime.fromisoformat(text).astimezone(zone_named(current_account().time_zone))
    return f"{due:%a} {due.day} {due:%b}, {due:%H:%M}"


def _owed(event: Event) -> str:
    return OWED[event.body.get("clock", Clock.FIRST_RESPONSE)]
