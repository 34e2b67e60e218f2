"""What a broken promise is charged to: system, calendar, capacity or person. Pure: plain data in, a cause out."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import asdict, dataclass
from typing import Any, Literal

Cause = Literal["system", "calendar", "capacity", "person"]
Out = Literal["full", "away"]
FAIR_SHARE, FAIR_MINUTES = 0.5, 30  # of the promised time, or so many minutes, make a fair chance to answer


@dataclass(frozen=True)
class Wait:
    """How a lead waited until its promise was due. Minutes: `promised` and `owned` of the account's working time,
    `on_shift` of the owner's own, while it was theirs.

    `outs` says why those whom the rules looked at could not take it when it had to be given to somebody.
    """

    promised: float
    owner: str = ""
    owned: float = 0.0
    on_shift: float = 0.0
    routed: bool = True
    outs: Collection[Out] = ()

    @property
    def fair(self) -> float:
        return min(self.promised * FAIR_SHARE, FAIR_MINUTES)

    def as_json(self) -> dict[str, Any]:
        return asdict(self) | {"outs": sorted(self.outs)}


@dataclass(frozen=True)
class Verdict:
    cause: Cause
    sentence: str


def blame(wait: Wait) -> Verdict:
    """Who had it, for long enough, and was there? What fails first is the cause."""
    if not wait.owner:
        return _nobodys(wait)
    if wait.owned < wait.fair:
        return _late(wait)
    if wait.on_shift < wait.fair:
        return _away(wait)
    return Verdict("person", f"{wait.owner} was on shift for {_minutes(wait.on_shift)} of it.")


def _nobodys(wait: Wait) -> Verdict:
    if not wait.routed:
        return Verdict("system", "It was not routed before the promise was due.")
    if "full" in wait.outs:
        return Verdict("capacity", "Nobody owned it: everybody on shift was full.")
    if wait.outs:
        return Verdict("calendar", "Nobody owned it: nobody was on shift.")
    return Verdict("system", "The rules gave it to nobody.")


def _late(wait: Wait) -> Verdict:
    late = f"{wait.owner} had it for {_minutes(wait.owned)} of {_minutes(wait.promised)}"
    if "full" in wait.outs:
        return Verdict("capacity", f"{late}: before, everybody on shift was full.")
    if wait.outs:
        return Verdict("calendar", f"{late}: before, nobody was on shift.")
    return Verdict("system", f"{late}: it was routed late.")


def _away(wait: Wait) -> Verdict:
    there = f"was on shift for {_minutes(wait.on_shift)} of it" if wait.on_shift else "was off shift"
    if "full" in wait.outs:
        return Verdict("capacity", f"{wait.owner} {there}; everybody else was full.")
    if wait.outs and not wait.on_shift:
        return Verdict("calendar", "Nobody was on shift while it waited.")
    return Verdict("calendar", f"{wait.owner} {there}.")


def _minutes(minutes: float) -> str:
    """`5 min`, `2 h`, `2 h 10`."""
    whole = round(minutes)
    if whole < 60:
        return f"{whole} min"
    hours, rest = divmod(whole, 60)
    return f"{hours} h {rest:02d}" if rest else f"{hours} h"
