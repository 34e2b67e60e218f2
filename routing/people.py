"""A member as routing sees them: when they work, what they know, how much they hold. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from uuid import UUID

from routing.workingtime import Calendar

DAY = timedelta(days=1)


@dataclass
class Taken:
    """What a member was given on one local day: leads, and minutes of estimated work."""

    leads: int = 0
    minutes: int = 0


@dataclass(eq=False)
class Person:
    """What they hold changes as leads are given out; all else stays as it was read."""

    id: UUID
    name: str
    calendar: Calendar
    paused_until: datetime | None = None
    skills: frozenset[str] = frozenset()
    languages: frozenset[str] = frozenset()
    holds: int = 0  # open leads
    taken: dict[date, Taken] = field(default_factory=dict)
    counts_days: bool = True  # whether any capacity asks what they were given today
    _known: tuple[datetime, datetime, bool] | None = None

    def is_there(self, now: datetime) -> bool:
        """Whether they work at `now` (aware) and take leads."""
        return self._at(now)[2]

    def same_until(self, now: datetime) -> datetime:
        """Until when `is_there` answers as at `now`."""
        return self._at(now)[1]

    def _at(self, now: datetime) -> tuple[datetime, datetime, bool]:
        """Since when and until when it is known whether they are there, and whether they are."""
        if self._known is None or not self._known[0] <= now < self._known[1]:
            until, paused = self.calendar.holds_until(now), self.paused_until
            if paused and now < paused:
                self._known = (now, paused, False)
            else:
                self._known = (now, until, self.calendar.is_working(now))
        return self._known

    def back_at(self, now: datetime) -> datetime | None:
        """When they next work and take leads, `now` if they do; None when that is more than a year off."""
        return self.calendar.next_open(max(now, self.paused_until or now))

    def why_away(self, now: datetime) -> str:
        """Why they take no lead at `now`, and until when; "" when they do."""
        if self.is_there(now):
            return ""
        back, local = self.back_at(now), self.day_of(now)
        until = f", back {self.clock(back, now)}" if back else ""
        if self.paused_until and now < self.paused_until:
            return f"paused until {self.clock(self.paused_until, now)}"
        if self.calendar.is_on_leave(local):
            return f"on leave{until}"
        if day := self.calendar.free_day(local):
            return f"free today ({day}){until}"
        return f"out of hours{until}"

    def day_of(self, now: datetime) -> date:
        return now.astimezone(self.calendar.zone).date()

    def today(self, now: datetime) -> Taken:
        return self.taken.get(self.day_of(now)) or Taken()

    def take(self, now: datetime, minutes: int) -> None:
        """One lead more, of so many minutes of estimated work."""
        self.holds += 1
        if not self.counts_days:
            return
        today = self.taken.setdefault(self.day_of(now), Taken())
        today.leads, today.minutes = today.leads + 1, today.minutes + minutes

    def clock(self, moment: datetime, now: datetime) -> str:
        """`14:00`, with the weekday where it is not today, with the date where it is not within a week; their zone."""
        local, here = moment.astimezone(self.calendar.zone), now.astimezone(self.calendar.zone)
        days = (local.date() - here.date()).days
        if days == 0:
            return f"{local:%H:%M}"
        return f"{local:%a %H:%M}" if 0 < days < 7 else f"{local:%a} {local.day} {local:%b %H:%M}"
