"""Leads that were won or lost, as the rules in force would have seen them a moment before."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from leads.labels import fact_words
from scoring.known import known_of
from scoring.learned.past import CHUNK, Past
from scoring.learned.values import is_missing
from scoring.model import Model
from scoring.scorecard import score

UNKNOWN = "Unknown"
SIZES = ((9, "1 to 9"), (49, "10 to 49"), (249, "50 to 249"), (1000, "250 to 1,000"), (5000, "1,001 to 5,000"))
LARGER = "More than 5,000"


@dataclass(frozen=True)
class Closed:
    """A closed lead: its score by the rules, the points of each by its id, and the facts behind them."""

    closed_at: datetime
    won: bool
    score: int
    points: Mapping[str, int]
    facts: Mapping[str, Any]

    @property
    def source(self) -> str:
        return _word(self.facts.get("source"))

    @property
    def industry(self) -> str:
        return _word(self.facts.get("industry")).replace("_", " ").replace("-", " ").capitalize()

    @property
    def size(self) -> str:
        headcount = self.facts.get("headcount")
        if not headcount:
            return UNKNOWN
        return next((word for most, word in SIZES if headcount <= most), LARGER)


def by_rules(model: Model, history: Sequence[Past]) -> Iterator[Closed]:
    """Each lead scored by `model` as of its closing, in the order of `history`; three statements for a thousand."""
    for start in range(0, len(history), CHUNK):
        part = history[start : start + CHUNK]
        told = {one.lead_id: one.facts for one in part}
        known = known_of(list(told), [model], min(one.captured_at for one in part), facts=told)
        for one in part:
            receipt = score(model, known[one.lead_id].facts, known[one.lead_id].signals, one.life.closed_at)
            points = {line.rule: line.points for line in receipt.contributions if line.rule}
            yield Closed(one.life.closed_at, one.won, receipt.score, points, one.facts)


def _word(value: Any) -> str:
    return UNKNOWN if is_missing(value) else fact_words(value)[:80]
