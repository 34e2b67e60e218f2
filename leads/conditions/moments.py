"""When an answer may change by itself: "in the last 30 days" stops being true without anybody doing anything. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from leads.catalogue import find
from leads.conditions.operators import OPERATORS, Operand
from leads.conditions.values import seen_text

Tree = Mapping[str, Any]
JUST_AFTER = timedelta(microseconds=1)


def next_moment(tree: Tree, facts: Mapping[str, Any], now: datetime) -> datetime | None:
    """The first moment after `now` (aware) at which a leaf of a validated tree may answer otherwise for the same facts;
    None if time alone never changes it."""
    return min((moment for moment in _moments(tree, facts) if moment > now), default=None)


def _moments(tree: Tree, facts: Mapping[str, Any]) -> Iterator[datetime]:
    for group in ("all", "any", "none"):
        for branch in tree.get(group, ()):
            yield from _moments(branch, facts)
    if "field" in tree and OPERATORS[tree["operator"]].operand == Operand.DAYS:
        yield from _edges(tree, facts)


def _edges(leaf: Tree, facts: Mapping[str, Any]) -> Iterator[datetime]:
    field = find(leaf["field"])
    value, days = facts.get(field.name) if field else None, timedelta(days=leaf["value"])
    if isinstance(value, datetime):
        # A moment of the future is not in the last days yet: it comes, and goes.
        yield from (value, value + days + JUST_AFTER)
    elif day := _day(seen_text(value)):
        start = datetime.combine(day, time(), UTC)
        yield from (start, start + days + timedelta(days=1))


def _day(text: str | None) -> date | None:
    try:
        return date.fromisoformat(text or "")
    except ValueError:
        return None
