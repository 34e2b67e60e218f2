"""A scoring model as plain data, compiled for many leads. Rows of one version become one Model."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any

from leads.conditions import Condition, asks_about, compiled, limits, place
from scoring import decay
from scoring.questions import Question, is_askable, questions_for
from scoring.signals import kinds_behind

SOURCE = "source"  # the one group that is not a sub-score of its own
HALVINGS = 14


@dataclass(frozen=True)
class Rule:
    """Points of a group for a condition, or for each signal of a kind.

    Of rules that share an `exclusive` word only the first that holds counts. `cap` limits one rule's points.
    With `half_life_hours` points fade: of signals from their own time on, of conditions from the last enquiry on.
    """

    id: str
    group: str
    label: str
    points: int
    condition: Mapping[str, Any] | None = None
    signal: str = ""
    cap: int | None = None
    half_life_hours: int | None = None
    exclusive: str = ""
    evidence: str = ""  # said beside the label, where the rule itself was learned from something

    @cached_property
    def test(self) -> Condition | None:
        return None if self.condition is None else compiled(self.condition)

    def worth(self, ages: Sequence[int]) -> int:
        """Its points for signals, or for one enquiry, of these ages (decay)."""
        return decay.worth(self.points, ages, self.half_life_hours, self.cap)


@dataclass(frozen=True)
class Criterion:
    """One question of the qualification gate, answered by data through `condition`, else by a person."""

    key: str
    label: str
    condition: Mapping[str, Any] | None = None

    @cached_property
    def test(self) -> Condition | None:
        return None if self.condition is None else compiled(self.condition)


@dataclass(frozen=True)
class Block:
    """Rules of which at most one counts (or a single rule), and the facts they look at."""

    rules: tuple[Rule, ...]
    asks: frozenset[str]
    at: int  # its place in the model

    @property
    def group(self) -> str:
        return self.rules[0].group

    def holding(self, facts: Mapping[str, Any], now: datetime) -> Rule | None:
        """The first of its rules that holds at `now` (aware)."""
        for rule in self.rules:
            if rule.test and rule.test.matches(facts, now):
                return rule
        return None

    def worth(self, facts: Mapping[str, Any], asked: int, now: datetime) -> int:
        """Its points at `now`, for a lead that asked last so long before (an age)."""
        rule = self.holding(facts, now)
        return rule.worth([asked]) if rule else 0


@dataclass(frozen=True)
class Alike:
    """Blocks that look at the same facts; of numbers only where they lie among the limits of `asks` matters to them."""

    blocks: Sequence[Block]
    asks: Mapping[str, Sequence[Any]]

    @classmethod
    def of(cls, blocks: Sequence[Block], asks: Iterable[str]) -> Alike:
        trees = [rule.condition for block in blocks for rule in block.rules if rule.condition is not None]
        return cls(blocks, {name: limits(trees, name) for name in asks})

    def key(self, facts: Mapping[str, Any]) -> Any:
        """What of `facts` matters: those with the same key are worth the same points."""
        return tuple([place(facts.get(name), among) for name, among in self.asks.items()])


@dataclass(frozen=True)
class Model:
    """One version of the rules, the tiers and the qualification gate."""

    number: int
    caps: Mapping[str, int]
    tiers: Mapping[str, int]
    rules: tuple[Rule, ...]
    criteria: tuple[Criterion, ...] = ()
    threshold: int = 3
    profile: Mapping[str, Any] = field(default_factory=dict)
    version_id: Any = None

    def score_of(self, points: Mapping[str, int]) -> int:
        """The score of 0-100 that points by group come to: each group up to its cap."""
        return min(max(sum([min(points[group], cap) for group, cap in self.caps.items()]), 0), 100)

    @cached_property
    def blocks(self) -> tuple[Block, ...]:
        """The condition rules, those that exclude one another together, in the model's order."""
        together: dict[str, list[Rule]] = {}
        for rule in self.rules:
            if rule.condition is not None:
                together.setdefault(f"{rule.group} {rule.exclusive}" if rule.exclusive else rule.id, []).append(rule)
        return tuple(Block(tuple(rules), _asks(rules), at) for at, rules in enumerate(together.values()))

    @cached_property
    def alike(self) -> tuple[Alike, ...]:
        """The same, those together that look at the same facts."""
        together: dict[frozenset[str], list[Block]] = {}
        for block in self.blocks:
            together.setdefault(block.asks, []).append(block)
        return tuple(Alike.of(blocks, asks) for asks, blocks in together.items())

    @cached_property
    def signal_rules(self) -> tuple[Rule, ...]:
        return tuple(rule for rule in self.rules if rule.signal)

    @cached_property
    def asks(self) -> frozenset[str]:
        """The facts that decide about points."""
        dates = {"captured_at"} if self.fades else set()
        return frozenset(dates).union(*(block.asks for block in self.blocks))

    @cached_property
    def looks_at(self) -> frozenset[str]:
        """The facts that decide about points or the qualification gate."""
        return self.asks | _criteria_ask(self.criteria)

    @cached_property
    def fades(self) -> bool:
        """Whether points of conditions fade, so that it matters when the lead asked last."""
        return any(rule.half_life_hours for rule in self.rules if rule.condition is not None)

    @cached_property
    def timed(self) -> tuple[Mapping[str, Any], ...]:
        """The conditions whose answer may change by time alone."""
        conditions = [*(rule.condition for rule in self.rules), *(one.condition for one in self.criteria)]
        return tuple(condition for condition in conditions if condition and '_days"' in json.dumps(condition))

    @cached_property
    def counts(self) -> frozenset[str]:
        """The kinds of signals to be read for its rules."""
        return kinds_behind(frozenset(rule.signal for rule in self.signal_rules))

    @cached_property
    def memory(self) -> timedelta | None:
        """How far back signals matter; None for ever, as those without a half-life never fade."""
        lives = [rule.half_life_hours for rule in self.signal_rules]
        if not all(lives):
            return None
        # After so many halvings a thousand signals of eight points are worth less than half a point together.
        longest = max((life for life in lives if life), default=0)
        return timedelta(microseconds=decay.IN_FULL, hours=HALVINGS * longest)

    @cached_property
    def questions(self) -> dict[str, Question]:
        """What could be asked about the facts the rules and criteria look at, by fact, the easiest first."""
        return questions_for(sorted(filter(is_askable, self.looks_at)), self.profile)


def _asks(rules: Sequence[Rule]) -> frozenset[str]:
    return frozenset().union(*(asks_about(rule.condition) for rule in rules if rule.condition is not None))


def _criteria_ask(criteria: Sequence[Criterion]) -> frozenset[str]:
    return frozenset().union(*(asks_about(one.condition) for one in criteria if one.condition is not None))
