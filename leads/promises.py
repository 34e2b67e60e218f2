"""The state of a promise at one moment, in the words of a chip."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

State = Literal["ok", "risk", "breach", "none"]
HOUR = timedelta(hours=1)


@dataclass(frozen=True)
class Promise:
    """`due` is ISO 8601, empty without a promise; the browser counts down from it."""

    state: State
    words: str = ""
    due: str = ""

    def __bool__(self) -> bool:
        """Whether there is a promise at all, and so something to show."""
        return self.state != "none"


NONE = Promise("none")


def promise(due_at: datetime | None, risk_at: datetime | None, answered_at: datetime | None, now: datetime) -> Promise:
    """Where a first-response promise stands at `now` (all aware): none once it was answered, or if none was made."""
    if due_at is None or answered_at is not None:
        return NONE
    due = due_at.isoformat()
    if now >= due_at:
        return Promise("breach", f"{words(now - due_at)} over", due)
    state: State = "risk" if risk_at is not None and now >= risk_at else "ok"
    return Promise(state, f"{words(due_at - now)} left", due)


def promise_of(lead: Any, now: datetime) -> Promise:
    """The promise that runs for a lead, from the lead's own columns; none on a lead that is closed."""
    if lead.status != "open":
        return NONE
    return promise(lead.first_response_due_at, lead.first_response_risk_at, lead.first_response_at, now)


def words(span: timedelta) -> str:
    """A time span as people say it: 3:42, 2 h 10, 5 h, 3 d. static/js/countdown.js says the same."""
    minutes, seconds = divmod(int(span.total_seconds()), 60)
    if span < HOUR:
        return f"{minutes}:{seconds:02d}"
    hours, minutes = divmod(minutes, 60)
    if hours < 24:
        return f"{hours} h {minutes:02d}" if minutes else f"{hours} h"
    return f"{hours // 24} d"
