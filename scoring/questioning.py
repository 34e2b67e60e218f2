"""The best next question: the smallest fact that could change the tier."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from leads.labels import fact_label
from scoring.model import Block, Criterion, Model
from scoring.outcomes import Reach, capped, outcomes
from scoring.qualification import qualify
from scoring.questions import Option, Question
from scoring.receipt import Answer, NextQuestion, Unknown
from scoring.tiers import Tier, tier_of


@dataclass(frozen=True)
class State:
    """Where scoring stands: points by group before their caps, the score, and the askable facts that are missing."""

    model: Model
    facts: Mapping[str, Any]
    raw: Mapping[str, int]
    score: int
    now: datetime
    asked: int  # the age of the last enquiry
    answers: Mapping[str, bool]
    declined: frozenset[str]
    missing: list[str]


def unknown(state: State) -> list[Unknown]:
    """The missing facts that could move the score, the weightiest first."""
    found = []
    for fact in state.missing:
        reach = _reach(state, fact)
        if reach.best != state.score or reach.worst != state.score:
            found.append(Unknown(fact, fact_label(fact), reach.best - state.score, state.score - reach.worst))
    return sorted(found, key=lambda one: -max(one.up, one.down))


def best(state: State, unknown: list[Unknown]) -> NextQuestion | None:
    """The open question with the smallest effect that still changes the tier; else the one with the largest effect;
    else one about a criterion of the qualification gate that nobody has answered. `unknown`, the weightiest first."""
    open_facts = [one for one in unknown if one.fact not in state.declined]
    decisive = [one for one in open_facts if _tiers_within_reach(state, one)]
    chosen = min(decisive, key=_effect, default=None) or next(iter(open_facts), None)
    if chosen:
        return _about_fact(state, state.model.questions[chosen.fact], chosen)
    return _about_criterion(state)


def _effect(one: Unknown) -> int:
    return max(one.up, one.down)


def _reach(state: State, fact: str) -> Reach:
    blocks = [block for block in state.model.blocks if fact in block.asks]
    alone = [outcomes(block, state.facts, state.asked, state.now, lambda name: name == fact) for block in blocks]
    return capped(state.model, state.raw, alone)


def _tiers_within_reach(state: State, one: Unknown) -> bool:
    present = tier_of(state.score, state.model.tiers)
    return any(tier_of(score, state.model.tiers) != present for score in (state.score + one.up, state.score - one.down))


def _about_fact(state: State, question: Question, effect: Unknown) -> NextQuestion:
    asking = [block for block in state.model.blocks if question.fact in block.asks]
    present = [(block, block.worth(state.facts, state.asked, state.now)) for block in asking]
    options = [_answer(state, present, question.fact, option) for option in question.options]
    return NextQuestion(question.text, _why(state, options, effect), question.fact, options=options)


def _answer(state: State, present: Sequence[tuple[Block, int]], fact: str, option: Option) -> Answer:
    facts, raw = {**state.facts, fact: option.value}, dict(state.raw)
    for block, before in present:
        raw[block.group] += block.worth(facts, state.asked, state.now) - before
    score = state.model.score_of(raw)
    return Answer(option.label, option.value, score - state.score, tier_of(score, state.model.tiers))


def _why(state: State, options: list[Answer], effect: Unknown) -> str:
    present = tier_of(state.score, state.model.tiers)
    telling = next((one for one in options if one.tier != present), None)
    if telling is None:
        strongest = max(options, key=lambda one: abs(one.points), default=None)
        if strongest and strongest.points:
            return f"“{strongest.label}” {_moves(strongest.points)}."
        return f"The answer {_moves(effect.up or -effect.down)}."
    return f"“{telling.label}” {_moves(telling.points)} and makes it {Tier(telling.tier).label}."


def _moves(points: int) -> str:
    return f"adds {points}" if points >= 0 else f"takes {-points} off"


def _about_criterion(state: State) -> NextQuestion | None:
    result = qualify(state.model.criteria, state.facts, state.answers, state.now, state.model.threshold)
    waiting = {item.key for item in result.items if item.met is None} - state.declined
    criterion = next((one for one in state.model.criteria if one.key in waiting), None)
    return _yes_or_no(criterion, result.points, state.model.threshold) if criterion else None


def _yes_or_no(criterion: Criterion, points: int, threshold: int) -> NextQuestion:
    why = f"{points} of {threshold} criteria are met so far."
    return NextQuestion(f"{criterion.label}?", why, criterion=criterion.key)
