"""How far the score could still go: the best and the worst that unknown facts may turn out to be."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from scoring.model import Block, Model


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
    block: Block, facts: Mapping[str, Any], asked: int, now: datetime, askable: Callable[[str], bool]
) -> Outcomes:
    """What `block` is worth, and may be worth once the facts that are `askable` and unknown are known.

    `asked`: how long before `now` (aware) the lead asked last, an age as decay has it.
    """
    possible = []
    for rule in block.rules:
        answer = rule.test.settled(facts, now, askable) if rule.test else None
        if answer is not False:
            possible.append(rule.worth([asked]))
        if answer:
            break
    else:
        possible.append(0)
    return Outcomes(block.group, block.worth(facts, asked, now), max(possible), min(possible))


def capped(model: Model, raw: Mapping[str, int], blocks: Iterable[Outcomes]) -> Reach:
    """The highest and lowest score when `blocks` turn out best or worst, with `raw` points by group now."""
    up, down = dict(raw), dict(raw)
    for block in blocks:
        if block.group in up:
            up[block.group] += block.best - block.present
            down[block.group] += block.worst - block.present
    return Reach(model.score_of(up), model.score_of(down))
