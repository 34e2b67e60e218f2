"""How long a deal may stay in a stage, and how long it has, in working time of the account (a day has eight hours)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from pipeline.models import Stage
from routing.calendars import calendar_of
from routing.workingtime import Calendar
from tenancy.scope import current_account

WORKING_DAY = timedelta(hours=8)
AT_RISK = 0.75  # of the limit


@dataclass(frozen=True)
class Age:
    """`words` such as “4 of 7 d”, `share` of the limit used (0 without one), and what there is to say about it."""

    words: str
    share: float
    state: Literal["ok", "risk", "late"]
    note: str = ""  # “2 d to limit”, “5 d past limit”; empty while all is well


def limit_of(stage: Stage, entered: datetime) -> datetime | None:
    """When (aware) the limit of `stage` is over for a deal that entered it at `entered`; None without a limit."""
    if stage.limit_working_days is None:
        return None
    return calendar_of(current_account()).after(entered, stage.limit_working_days * WORKING_DAY.total_seconds() / 60)


def age_of(entered: datetime, limit_days: int | None, now: datetime, calendar: Calendar) -> Age:
    """How long it has stood in its stage, in working time, against the limit in working days."""
    spent = calendar.between(entered, now)
    if limit_days is None:
        return Age(_span(spent), 0, "ok")
    share = spent / (limit_days * WORKING_DAY) if limit_days else 1.0
    words = f"{_span(spent, unit=False)} of {limit_days} d"
    left = limit_days * WORKING_DAY - spent
    if left < timedelta():
        return Age(words, share, "late", f"{_span(-left)} past limit")
    if share >= AT_RISK:
        return Age(words, share, "risk", f"{_span(left)} to limit")
    return Age(words, share, "ok")


def _span(spent: timedelta, *, unit: bool = True) -> str:
    """4 min, 3 h, 4 d; days without their unit where one follows."""
    if spent < timedelta(hours=1):
        return f"{int(spent.total_seconds() // 60)} min"
    if spent < WORKING_DAY:
        return f"{int(spent.total_seconds() // 3600)} h"
    return f"{int(spent / WORKING_DAY)}{' d' if unit else ''}"
