"""How promises sound on a lead's timeline."""

from datetime import datetime

from events.kinds import Kind
from events.models import Event
from leads.timeline import Telling, describes
from routing.workingtime import zone_named
from tenancy.scope import current_account


@describes(Kind.PROMISE_MADE)
def made(event: Event) -> Telling:
    return Telling("clock", f"Promised: an answer by {_time(event)}", event.body.get("policy", ""))


@describes(Kind.PROMISE_KEPT)
def kept(event: Event) -> Telling:
    return Telling("circle-check", "Promise kept", f"Answered before {_time(event)}.")


@describes(Kind.PROMISE_BROKEN)
def broken(event: Event) -> Telling:
    return Telling("octagon-alert", "Promise broken", f"Nobody had answered by {_time(event)}. The manager was told.")


def _time(event: Event) -> str:
    """`Tue 17 Mar, 09:46` in the account's zone."""
    due = datetime.fromisoformat(event.body["due_at"]).astimezone(zone_named(current_account().time_zone))
    return f"{due:%a} {due.day} {due:%b}, {due:%H:%M}"
