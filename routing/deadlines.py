"""When a first response is due. Pure: policy, calendar and start in, times out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from routing.workingtime import Calendar

STRONG = 60
SUB_SCORES = ("fit", "intent", "authority", "timing")
MINUTE = timedelta(minutes=1)


@dataclass(frozen=True)
class Deadline:
    """A promise as it will run; all times aware."""

    policy_id: UUID
    policy: str
    started_at: datetime
    risk_at: datetime
    due_at: datetime


def deadline(policy: Any, calendar: Calendar, start: datetime) -> Deadline:
    """The promise of `policy` for a clock that starts at `start`, at risk after `warn_at` of its working time."""
    if policy.due_minutes is None:
        due = calendar.end_of_day(start)
        time = calendar.between(start, due)
    else:
        time = timedelta(minutes=policy.due_minutes)
        due = calendar.after(start, policy.due_minutes)
    risk = calendar.after(start, time * policy.warn_at / MINUTE)
    return Deadline(policy.pk, policy.name, start, risk, due)


def tier_promised(lead: Any) -> str:
    """The tier whose promise a lead has: its own, and at least high when all four sub-scores are strong."""
    strong = all((getattr(lead, name) or 0) >= STRONG for name in SUB_SCORES)
    return "high" if strong and lead.tier != "urgent" else str(lead.tier)
