"""How far the score could still go: the best and the worst that unknown facts may turn out to be."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from leads.conditions import matches, settled
from scoring import decay
from scoring.model import Block, Model, Rule


@dataclass(frozen=True)
class Outcomes:
    """A block's points now, and the best and the worst they may become."""

    group: str
    present: int
    best: int
    worst: int


@dataclass(frozen=True)
class Reach:
    best: int
    worst: int


def outcomes(
    block: Block, facts: Mapping[str, Any], asked_at: datetime, now: datetime, askable: Callable[[str], bool]
) -> Outcomes:
    """What `block` is worth, and may be worth once the facts that are `askable` and unknown are known."""
    present, possible = None, []
    for rule in block.rules:
        answer = None if rule.condition is None else settled(rule.condition, facts, now, askable)
        if present is None and rule.condition is not None and matches(rule.condition, facts, now):
            present = _worth(rule, asked_at, now)
        if answer is not False:
            possible.append(_worth(rule, asked_at, now))
        if answer:
            break
    else:
        possible.append(0)
    return Outcomes(block.group, present or 0, max(possible), min(possible))


def capped(model: Model, raw: Mapping[str, int], blocks: Iterable[Outcomes]) -> Reach:
    """The highest and lowest score when `blocks` turn out best or worst, with `raw` points by group now."""
    up, down = dict(raw), dict(raw)
    for block in blocks:
        if block.group in up:
            up[block.group] += block.best - block.present
            down[block.group] += block.worst - block.present
    return Reach(_total(model, up), _total(model, down))


def _total(model: Model, raw: Mapping[str, int]) -> int:
    return min(max(sum(min(raw[group], cap) for group, cap in model.caps.items()), 0), 100)


def _worth(rule: Rule, asked_at: datetime, now: datetime) -> int:
    return decay.worth(rule.points, [asked_at], rule.half_life_hours, rule.cap, now)
