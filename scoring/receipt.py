"""Why this score: every point, what is not known, and what to ask next. Plain data, and JSON both ways."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any


@dataclass(frozen=True)
class Contribution:
    """Points of one rule, or (negative, rule empty) what a group's cap took back. `detail` is the evidence: the
    fact, or how often it was seen; `at` (ISO, aware) when, of what happened rather than is known."""

    group: str
    label: str
    points: Any  # whole points of a rule; of a learned model log-odds
    rule: str = ""
    detail: str = ""
    at: str | None = None


@dataclass(frozen=True)
class GroupTotal:
    """A group's points after its cap, and as a sub-score of 0-100."""

    points: int
    cap: int
    score: int


@dataclass(frozen=True)
class Unknown:
    """A fact nobody knows yet, and how far the score could rise or fall when it becomes known."""

    fact: str
    label: str
    up: int
    down: int


@dataclass(frozen=True)
class Answer:
    """A usual answer to a question: what it would do to the score, and the tier it leads to."""

    label: str
    value: Any
    points: int
    tier: str


@dataclass(frozen=True)
class NextQuestion:
    """The best next question: about a fact, or about a criterion (answered yes or no) when `fact` is empty."""

    text: str
    why: str
    fact: str = ""
    criterion: str = ""
    options: list[Answer] = field(default_factory=list)


@dataclass(frozen=True)
class Receipt:
    """A score of 0-100 as of a moment. It always equals the sum of its contributions, clamped to 0-100; where a
    `learned` model ({"number", "tiers"}) made it, the logistic of that sum, in per cent.

    `band` is the most by which unknown facts could still change it; they leave it between `low` and `high`.
    `next_change_at` (aware): when time alone, by fading points or a passing date, makes it another number.
    """

    score: int
    tier: str
    band: int
    low: int
    high: int
    total: float
    groups: Mapping[str, GroupTotal]
    contributions: list[Contribution]
    unknown: list[Unknown]
    question: NextQuestion | None
    model: int
    as_of: datetime
    next_change_at: datetime | None = None
    learned: Mapping[str, Any] | None = None

    def sub_score(self, group: str) -> int:
        return self.groups[group].score if group in self.groups else 0

    def as_json(self) -> dict[str, Any]:
        """The receipt as it is stored and as the API answers it."""
        when, question = self.next_change_at, self.question
        # By hand, several times faster than asdict(): millions are written.
        return {
            **vars(self),
            "groups": {name: {**vars(total)} for name, total in self.groups.items()},
            "contributions": [{**vars(line)} for line in self.contributions],
            "unknown": [{**vars(one)} for one in self.unknown],
            "question": {**vars(question), "options": [{**vars(one)} for one in question.options]}
            if question
            else None,
            "as_of": self.as_of.isoformat(),
            "next_change_at": when.isoformat() if when else None,
            "sub_scores": {name: total.score for name, total in self.groups.items() if name != "source"},
        }
