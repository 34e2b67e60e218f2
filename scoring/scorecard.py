"""The score: points by rule, capped by group, with what is unknown. Pure: the same for real leads and for previews."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from leads.catalogue import find
from leads.conditions import is_known, matches
from scoring import decay, questioning
from scoring.model import SOURCE, Block, Model, Rule
from scoring.outcomes import capped, outcomes
from scoring.questions import is_askable
from scoring.receipt import Contribution, GroupTotal, Receipt
from scoring.signals import Seen, by_kind
from scoring.tiers import tier_of

Facts = Mapping[str, Any]
TELLING = frozenset({"industry", "headcount", "country", "tech_stack", "timeline_days"})  # worth saying beside a rule


def score(
    model: Model,
    facts: Facts,
    signals: Iterable[Seen],
    now: datetime,
    *,
    answers: Mapping[str, bool] | None = None,
    declined: frozenset[str] = frozenset(),
) -> Receipt:
    """Score `facts` (by catalogue name) and `signals` at `now` (aware).

    Points of conditions fade from `facts["asked_at"]` on, the last enquiry, or `captured_at`. `answers` and `declined`
    say which criteria and facts need not be asked about any more.
    """
    times = by_kind(signals, now)
    asked_at = min(facts.get("asked_at") or facts.get("captured_at") or now, now)
    found = [_of_block(block, facts, asked_at, now) for block in model.blocks]
    found += [_of_signal(rule, times.get(rule.signal, []), now) for rule in model.signal_rules]
    earned = [line for line, _ in found if line]
    raw = {group: sum(line.points for line in earned if line.group == group) for group in model.caps}
    lines = earned + _caps(model, raw)
    total = sum(line.points for line in lines)
    reach = capped(model, raw, [outcomes(block, facts, asked_at, now, is_askable) for block in model.blocks])
    value = min(max(total, 0), 100)
    groups = {group: _group(min(raw[group], cap), cap) for group, cap in model.caps.items()}
    fresh = {**facts, **{group: total.score for group, total in groups.items() if group != SOURCE}}
    missing = [fact for fact in model.questions if not _known(fact, facts)]
    state = questioning.State(model, fresh, raw, value, now, asked_at, answers or {}, declined, missing)
    return Receipt(
        score=value,
        tier=tier_of(value, model.tiers),
        band=max(reach.best - value, value - reach.worst),
        total=total,
        groups=groups,
        contributions=lines,
        unknown=questioning.unknown(state),
        question=questioning.best(state),
        model=model.number,
        as_of=now,
        next_change_at=min((when for _, when in found if when), default=None),
    )


Earned = tuple[Contribution | None, datetime | None]


def _of_block(block: Block, facts: Facts, asked_at: datetime, now: datetime) -> Earned:
    for rule in block.rules:
        if rule.condition is not None and matches(rule.condition, facts, now):
            return _line(rule, [asked_at], now, _detail(block, facts))
    return None, None


def _of_signal(rule: Rule, times: Sequence[datetime], now: datetime) -> Earned:
    detail = f"{len(times)} times" if len(times) > 1 else ""
    return _line(rule, times, now, detail) if times else (None, None)


def _line(rule: Rule, times: Sequence[datetime], now: datetime, detail: str) -> Earned:
    what = (rule.points, times, rule.half_life_hours, rule.cap)
    points = decay.worth(*what, now)
    if not points:
        return None, None
    return Contribution(rule.group, rule.label, points, rule.id, detail), decay.next_change(*what, now)


def _detail(block: Block, facts: Facts) -> str:
    """The fact behind a rule, where it is one and short."""
    [name] = block.asks if len(block.asks) == 1 else [""]
    value, field = facts.get(name), find(name)
    if name not in TELLING or field is None or value is None:
        return ""
    if isinstance(value, list):
        return ", ".join(map(str, value))[:80]
    said = dict(field.choices).get(str(value), str(value))
    return said.replace("_", " ").capitalize()[:80] if name == "industry" else said[:80]


def _caps(model: Model, raw: Mapping[str, int]) -> list[Contribution]:
    return [
        Contribution(group, f"{group.capitalize()} counts for {cap} at most", cap - raw[group])
        for group, cap in model.caps.items()
        if raw[group] > cap
    ]


def _group(points: int, cap: int) -> GroupTotal:
    return GroupTotal(points, cap, round(100 * max(points, 0) / cap) if cap else 0)


def _known(fact: str, facts: Facts) -> bool:
    field = find(fact)
    return field is not None and is_known(field, facts)
