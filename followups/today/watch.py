"""Whose day it is: the member's own leads, or the team's for those who lead others and have none themselves."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import Q

from accounts.models import Member
from accounts.roles import Function, Role
from leads.models import Lead
from routing.calendars import calendar_of
from routing.workingtime import Calendar, zone_named
from tenancy.scope import current_account


@dataclass(frozen=True)
class Watch:
    """The member who looks at Today, at one moment (aware)."""

    member: Member
    now: datetime
    whose: str = ""  # mine, team; else what the member usually looks at

    @cached_property
    def zone(self) -> ZoneInfo:
        return zone_named(self.member.time_zone or current_account().time_zone)

    @cached_property
    def local(self) -> datetime:
        return self.now.astimezone(self.zone)

    @cached_property
    def calendar(self) -> Calendar:
        return calendar_of(current_account())

    @cached_property
    def is_team(self) -> bool:
        """Reps see their own; the others see the team's, unless they work leads themselves or ask for the other."""
        if self.may_lead and self.whose in ("mine", "team"):
            return self.whose == "team"
        return self.member.role != Role.REP and not Lead.objects.open().filter(owner=self.member).exists()

    @property
    def may_work(self) -> bool:
        return self.member.may(Function.WORK_LEADS)

    @property
    def may_lead(self) -> bool:
        return self.member.may(Function.REASSIGN)

    @property
    def team_id(self) -> UUID | None:
        """The team a manager looks after; None: everybody."""
        return self.member.team_id if self.member.role == Role.MANAGER else None

    def owned(self, path: str = "") -> Q:
        """The condition that a row's lead (at `path`) belongs to this day: `owned("lead__")`."""
        if not self.is_team:
            return Q(**{f"{path}owner_id": self.member.pk})
        if self.team_id:
            return Q(**{f"{path}owner__team_id": self.team_id})
        return Q(**{f"{path}owner_id__isnull": False})

    def clock(self, moment: datetime) -> str:
        """`09:46`; with the weekday, or the date, where it is not today."""
        local = moment.astimezone(self.zone)
        days = (local.date() - self.local.date()).days
        names = {-1: "yesterday ", 0: "", 1: "tomorrow "}
        day = names.get(days, f"{local:%a} {local.day} {local:%b}, ")
        return f"{day}{local:%H:%M}"

    @property
    def day(self) -> tuple[datetime, datetime]:
        """The local day as [from, to), aware."""
        start = self.local.replace(hour=0, minute=0, second=0, microsecond=0)
        return start, start.replace(hour=23, minute=59, second=59)


def rows_of(queryset: Any, limit: int) -> tuple[list[Any], int]:
    """The first rows, and how many there are in all; the count costs a query only when there are more."""
    rows = list(queryset[: limit + 1])
    return rows[:limit], len(rows) if len(rows) <= limit else queryset.count()
