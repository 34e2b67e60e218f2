"""When a promise is due, and when each rung of its ladder comes. Pure: policy, calendar and start in, times out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from routing.ladder import climbed
from routing.workingtime import Calendar

MINUTE = timedelta(minutes=1)


@dataclass(frozen=True)
class Rung:
    """One step of the ladder: at `at` (aware), `windows` after the start, `act` is done."""

    at: datetime
    act: str
    windows: float

    def as_json(self) -> dict[str, Any]:
        return {"at": self.at.isoformat(), "do": self.act, "windows": self.windows}

    @classmethod
    def read(cls, kept: dict[str, Any]) -> Rung:
        return cls(datetime.fromisoformat(kept["at"]), kept["do"], kept["windows"])


@dataclass(frozen=True)
class Deadline:
    """A promise as it will run; all times aware, `minutes` of working time from start to due."""

    policy_id: UUID
    policy: str
    started_at: datetime
    risk_at: datetime
    due_at: datetime
    minutes: float
    rungs: tuple[Rung, ...]


def deadline(policy: Any, calendar: Calendar, start: datetime) -> Deadline:
    """The promise of `policy` for a clock that starts at `start` (aware), at risk after `warn_at` of its time.

    Raises ValueError where the calendar has not enough working time within a year.
    """
    windows = Windows(policy.due_minutes, calendar, start)
    due = windows.at(1)
    return Deadline(
        policy.pk,
        policy.name,
        start,
        windows.at(policy.warn_at),
        due,
        calendar.between(start, due) / MINUTE,
        tuple(Rung(windows.at(at), act, at) for at, act in climbed(policy.ladder)),
    )


@dataclass(frozen=True)
class Windows:
    """The time of a promise and as much again, and again: so many minutes each, or (None) a working day each."""

    minutes: int | None
    calendar: Calendar
    start: datetime

    def at(self, share: float) -> datetime:
        """The moment at which `share` windows have passed."""
        whole, part = divmod(share, 1)
        opens = self._edge(int(whole))
        if not part:
            return opens
        return self.calendar.after(opens, part * self.calendar.between(opens, self._edge(int(whole) + 1)) / MINUTE)

    def _edge(self, number: int) -> datetime:
        """The end of so many whole windows; the end of a working day falls into the day that begins next."""
        if number == 0:
            return self.start
        if self.minutes is not None:
            return self.calendar.after(self.start, number * self.minutes)
        end = self.start
        for _ in range(number):
            end = self.calendar.end_of_day(end)
        return end


def put_off(rungs: Sequence[Rung], calendar: Calendar, since: datetime, until: datetime) -> list[Rung]:
    """The rungs after the clock stood still from `since` until `until`: each keeps the working time it had left."""
    return [Rung(later(rung.at, calendar, since, until), rung.act, rung.windows) for rung in rungs]


def later(moment: datetime, calendar: Calendar, since: datetime, until: datetime) -> datetime:
    """`moment`, put off by what lies between `since` and `until`; one that was over at `since` stays."""
    return moment if moment <= since else calendar.after(until, calendar.between(since, moment) / MINUTE)
