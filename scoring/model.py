"""A scoring model as plain data, compiled for many leads. Rows of one version become one Model."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from leads.conditions import asks_about
from scoring.questions import Question, is_askable, questions_for

SOURCE = "source"  # the one group that is not a sub-score of its own


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


@dataclass(frozen=True)
class Criterion:
    """One question of the qualification gate, answered by data through `condition`, else by a person."""

    key: str
    label: str
    condition: Mapping[str, Any] | None = None


@dataclass(frozen=True)
class Block:
    """Rules of which at most one counts (or a single rule), and the facts they look at."""

    rules: tuple[Rule, ...]
    asks: frozenset[str]

    @property
    def group(self) -> str:
        return self.rules[0].group


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

    @cached_property
    def blocks(self) -> tuple[Block, ...]:
        """The condition rules, those that exclude one another together, in the model's order."""
        together: dict[str, list[Rule]] = {}
        for rule in self.rules:
            if rule.condition is not None:
                together.setdefault(f"{rule.group} {rule.exclusive}" if rule.exclusive else rule.id, []).append(rule)
        return tuple(Block(tuple(rules), _asks(rules)) for rules in together.values())

    @cached_property
    def signal_rules(self) -> tuple[Rule, ...]:
        return tuple(rule for rule in self.rules if rule.signal)

    @cached_property
    def questions(self) -> dict[str, Question]:
        """What could be asked about the facts the rules and criteria look at, by fact, the easiest first."""
        asked = frozenset().union(*(block.asks for block in self.blocks), _criteria_ask(self.criteria))
        return questions_for(sorted(filter(is_askable, asked)), self.profile)


def _asks(rules: Sequence[Rule]) -> frozenset[str]:
    return frozenset().union(*(asks_about(rule.condition) for rule in rules if rule.condition is not None))


def _criteria_ask(criteria: Sequence[Criterion]) -> frozenset[str]:
    return frozenset().union(*(asks_about(one.condition) for one in criteria if one.condition is not None))
