"""The qualification gate: one point per criterion met; enough of them, and the lead is worked actively."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from leads.models import Track
from scoring.questions import is_askable

if TYPE_CHECKING:
    from scoring.model import Criterion

TIMING = "timing"
BY_DATA, BY_PERSON = "data", "person"


@dataclass(frozen=True)
class Item:
    """A criterion and its answer: met, not met, or None while nobody knows. `by` is data or person."""

    key: str
    label: str
    met: bool | None
    by: str = ""


@dataclass(frozen=True)
class Qualification:
    """`points` of `of` criteria are met, `threshold` are needed; `track` is what follows."""

    points: int
    of: int
    threshold: int
    track: str
    items: list[Item]

    def as_json(self) -> dict[str, Any]:
        return {**vars(self), "items": [{**vars(item)} for item in self.items]}


def qualify(
    criteria: Sequence[Criterion],
    facts: Mapping[str, Any],
    answers: Mapping[str, bool],
    now: datetime,
    threshold: int = 3,
) -> Qualification:
    """Answer each criterion from a person's `answers`, else from `facts`, and say the track.

    Active from `threshold` points on. Nurture when timing is known to be too late, or when the threshold can no longer
    be reached. Otherwise ask.
    """
    items = [_item(criterion, facts, answers, now) for criterion in criteria]
    met = sum(item.met is True for item in items)
    open_ones = sum(item.met is None for item in items)
    too_late = any(item.key == TIMING and item.met is False for item in items)
    if too_late or met + open_ones < threshold:
        track = Track.NURTURE
    else:
        track = Track.ACTIVE if met >= threshold else Track.ASK
    return Qualification(met, len(items), threshold, track.value, items)


def _item(criterion: Criterion, facts: Mapping[str, Any], answers: Mapping[str, bool], now: datetime) -> Item:
    if criterion.key in answers:
        return Item(criterion.key, criterion.label, answers[criterion.key], BY_PERSON)
    met = criterion.test.settled(facts, now, _could_be_learned) if criterion.test else None
    return Item(criterion.key, criterion.label, met, "" if met is None else BY_DATA)


def _could_be_learned(fact: str) -> bool:
    return is_askable(fact) or fact in ("message", "message_length")
