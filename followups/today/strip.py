"""The day as a line: working hours, now, promises, tasks and meetings. Pure geometry, drawn by the server."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

WIDTH = 1160
OPENS, CLOSES = time(9), time(17)
APART = 64  # labels nearer than this would touch
MARGIN = 8


@dataclass(frozen=True)
class Mark:
    """A dot at `x`; `kind` is ok, risk, breach or task."""

    x: int
    kind: str
    label: str = ""


@dataclass(frozen=True)
class Block:
    x: int
    width: int
    label: str


@dataclass(frozen=True)
class Strip:
    hours: list[tuple[int, str]]
    marks: list[Mark]
    blocks: list[Block]
    now_x: int | None
    words: str


@dataclass(frozen=True)
class Thing:
    """What stands on the line: an aware time, a name, its kind, and for meetings how long."""

    at: datetime
    name: str
    kind: str
    minutes: int = 0


def strip(things: Iterable[Thing], now: datetime, zone: ZoneInfo) -> Strip:
    """The line of the local day of `now`. It reaches from nine to five, and further if something lies outside."""
    local = now.astimezone(zone)
    today = sorted((thing for thing in things if thing.at.astimezone(zone).date() == local.date()), key=lambda t: t.at)
    start, end = _reach([thing.at.astimezone(zone) for thing in today], local)

    def x(moment: datetime) -> int:
        share = (moment.astimezone(zone) - start) / (end - start)
        return round(MARGIN + min(max(share, 0), 1) * (WIDTH - 2 * MARGIN))

    hours = [start + timedelta(hours=number) for number in range(int((end - start).total_seconds() // 3600))]
    return Strip(
        hours=[(x(hour), f"{hour:%H:%M}") for hour in hours],
        marks=_labelled([Mark(x(thing.at), thing.kind, thing.name) for thing in today if not thing.minutes]),
        blocks=[_block(thing, x) for thing in today if thing.minutes],
        now_x=x(now) if start <= local <= end else None,
        words=_words(today, zone),
    )


def _reach(moments: Sequence[datetime], local: datetime) -> tuple[datetime, datetime]:
    """Whole hours around the working day and everything on it."""
    opens = datetime.combine(local.date(), OPENS, local.tzinfo)
    closes = datetime.combine(local.date(), CLOSES, local.tzinfo)
    start = min([opens, *moments]).replace(minute=0, second=0, microsecond=0)
    last = max([closes, *moments])
    end = last.replace(minute=0, second=0, microsecond=0)
    return start, end if end == last else end + timedelta(hours=1)


def _labelled(marks: Sequence[Mark]) -> list[Mark]:
    """The same marks; a label only where it does not touch the one before."""
    kept, last = [], -APART
    for mark in marks:
        fits = mark.x - last >= APART + 3 * len(mark.label)
        kept.append(Mark(mark.x, mark.kind, mark.label if fits else ""))
        last = mark.x + 3 * len(mark.label) if fits else last
    return kept


def _block(thing: Thing, x: object) -> Block:
    assert callable(x)
    left = x(thing.at)
    width = max(x(thing.at + timedelta(minutes=thing.minutes)) - left, 12)
    return Block(left, width, thing.name if width > 7 * len(thing.name) else "")


def _words(today: Sequence[Thing], zone: ZoneInfo) -> str:
    if not today:
        return "Nothing is due today."
    parts = [
        f"{thing.name} {thing.at.astimezone(zone):%H:%M}{' overdue' if thing.kind == 'breach' else ''}"
        for thing in today[:12]
    ]
    return f"Due today: {', '.join(parts)}{' and more' if len(today) > 12 else ''}."
