"""What must become of the promises of one lead, by counting minutes: an oracle that shares nothing with the product."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import NamedTuple

from tests.routing.minutes import MINUTE
from tests.routing.week import END, promise_minutes

LONGEST_PAUSE = 3 * 480 * MINUTE
USUAL = ((0.75, "reminded"), (1, "broken"), (1, "escalated"), (2, "escalated"), (2, "moved"), (3, "moved"))
LADDERS: dict[str, Sequence[tuple[float, str]]] = {
    "urgent": USUAL,
    "high": USUAL,
    "medium": ((0.5, "reminded"), (1, "broken"), (1, "escalated"), (1.5, "moved"), (2, "escalated")),
    "step": ((0.75, "reminded"), (1, "broken"), (1, "escalated"), (2, "escalated")),
}
LENGTHS = {"urgent": 5, "medium": 120, "step": 480}  # minutes; high: by the end of the working day
CLOCKS = {"first_response": ("urgent", "high"), "first_attempt": ("medium",)}


class Rung(NamedTuple):
    """Climbed once so much working time has passed."""

    at: timedelta
    windows: float
    what: str


class Said(NamedTuple):
    """What happened to a promise, and when; `windows` were missed by then."""

    what: str
    at: datetime
    windows: float


class Told(NamedTuple):
    """What happened to a lead: an act of the week, `deal` when one is opened, or the name of a new tier."""

    at: datetime
    what: str


@dataclass
class Ladder:
    """One clock of one lead."""

    ahead: list[Rung] = field(default_factory=list)
    behind: list[Rung] = field(default_factory=list)
    said: list[Said] = field(default_factory=list)
    paused: tuple[datetime, datetime] | None = None

    def begin(self, promise: str, start: datetime) -> None:
        self.ahead, self.behind, self.paused = list(rungs(promise, start)), [], None

    def climb(self, until: datetime) -> None:
        """Until a time, a pause that is over by then included."""
        if self.paused and until >= self.paused[1]:
            since, end = self.paused
            self.paused = None
            self.put_off(promise_minutes().passed(end) - promise_minutes().passed(since))
        while not self.paused and self.ahead and promise_minutes().when(self.ahead[0].at) <= until:
            rung = self.ahead.pop(0)
            self.behind.append(rung)
            self.said.append(Said(rung.what, promise_minutes().when(rung.at), rung.windows))

    def put_off(self, by: timedelta) -> None:
        self.ahead = [rung._replace(at=rung.at + by) for rung in self.ahead]

    def pause(self, since: datetime, resumed: datetime) -> None:
        oracle = promise_minutes()
        if self.ahead:
            self.paused = since, min(resumed, oracle.when(oracle.passed(since) + LONGEST_PAUSE))

    def give_time(self, now: datetime) -> None:
        """A person gave the lead to somebody else: a whole window from now, before it goes on by itself."""
        hop = next((rung.windows for rung in self.ahead if rung.what == "moved"), 0)
        opened = [rung.at for rung in self.behind if 1 <= rung.windows <= hop - 1]
        if opened and not self.paused:
            self.put_off(promise_minutes().passed(now) - max(opened))

    def hurry(self, promise: str, now: datetime) -> None:
        """A higher tier: due at min(old, now + new)."""
        due = next((rung.at for rung in self.ahead if rung.what == "broken"), None)
        new = next(rung.at for rung in rungs(promise, now) if rung.what == "broken")
        if not self.paused and not self.behind_due and (due is None or new < due):
            self.begin(promise, now)

    @property
    def behind_due(self) -> bool:
        return any(rung.what == "broken" for rung in self.behind)


def rungs(promise: str, start: datetime) -> Iterator[Rung]:
    """The whole ladder of a promise that begins at `start`, in positions of working time."""
    oracle, edges = promise_minutes(), [start]
    passed = [oracle.passed(start)]
    for _ in range(3):
        edges.append(oracle.end_of_day(edges[-1]))
        passed.append(oracle.passed(edges[-1]))
    if length := LENGTHS.get(promise):
        passed = [passed[0] + number * length * MINUTE for number in range(4)]
    for windows, what in LADDERS[promise]:
        whole, part = divmod(windows, 1)
        at = passed[int(whole)]
        yield Rung(at + part * (passed[int(whole) + 1] - at) if part else at, windows, what)


def answers(clock: str, told: Iterable[Told]) -> list[Said]:
    """What must be said of the first attempt, or the first response."""
    ladder, told = Ladder(), list(told)
    for at, what in told:
        ladder.climb(at)
        if what in ("speak", "disqualify") or (what == "try" and clock == "first_attempt"):
            return ladder.said
        if what in ("urgent", "high", "medium") and what in CLOCKS[clock]:
            ladder.hurry(what, at)
        if what in ("pass_on", "decline"):
            ladder.give_time(at)
        if what == "pause":
            ladder.pause(at, min((one.at for one in told if one.what == "resume" and one.at > at), default=END))
    ladder.climb(END)
    return ladder.said


def next_steps(told: Iterable[Told]) -> list[Said]:
    """What must be said of the next step: each deed of a person lets the clock run anew."""
    ladder, told = Ladder(), list(told)
    for at, what in told:
        ladder.climb(at)
        if what == "disqualify":
            return ladder.said
        if what in ("deal", "speak", "try"):
            ladder.begin("step", at)
        if what == "pause":
            ladder.pause(at, min((one.at for one in told if one.what == "resume" and one.at > at), default=END))
    ladder.climb(END)
    return ladder.said
