"""The score: points by rule, capped by group, with what is unknown. Pure: the same for real leads and for previews."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from leads.catalogue import find
from leads.conditions import is_known, next_moment
from scoring import decay, questioning
from scoring.earnings import Earned, Earnings
from scoring.model import SOURCE, Block, Model
from scoring.outcomes import capped, outcomes
from scoring.questions import is_askable
from scoring.receipt import Contribution, GroupTotal, Receipt
from scoring.signals import Signals
from scoring.tiers import tier_of

Facts = Mapping[str, Any]
TELLING = frozenset({"industry", "headcount", "country", "tech_stack", "timeline_days"})  # worth saying beside a rule


def score(model: Model, facts: Facts, signals: Signals, now: datetime, **said: Any) -> Receipt:
    """Score `facts` (by catalogue name) and `signals` at `now` (aware); `said` as `receipt` takes it.

    Points of conditions fade from `facts["asked_at"]` on, the last enquiry, or `captured_at`.
    """
    return receipt(Earnings(model, now), facts, signals, **said)


def receipt(
    earnings: Earnings,
    facts: Facts,
    signals: Signals,
    *,
    answers: Mapping[str, bool] | None = None,
    declined: frozenset[str] = frozenset(),
) -> Receipt:
    """The same for one lead of many. `answers` and `declined` say which criteria and facts need not be asked about any
    more."""
    model, now, asked = earnings.model, earnings.now, earnings.asked(facts)
    earned = [one for one in earnings.of(facts, signals) if one.points]
    raw = {group: sum(one.points for one in earned if one.rule.group == group) for group in model.caps}
    lines = [*(_line(one, facts, now) for one in earned), *_caps(model, raw)]
    total, value = sum(line.points for line in lines), model.score_of(raw)
    missing = [fact for fact in model.questions if not _known(fact, facts)]
    # Where everything that could be asked is known, a block is worth what it is.
    open_blocks = [block for block in model.blocks if not block.asks.isdisjoint(missing)]
    reach = capped(model, raw, [outcomes(block, facts, asked, now, is_askable) for block in open_blocks])
    groups = {group: _group(min(raw[group], cap), cap) for group, cap in model.caps.items()}
    fresh = {**facts, **{group: total.score for group, total in groups.items() if group != SOURCE}}
    state = questioning.State(model, fresh, raw, value, now, asked, answers or {}, declined, missing)
    unknown = questioning.unknown(state)
    return Receipt(
        score=value,
        tier=tier_of(value, model.tiers),
        band=max(reach.best - value, value - reach.worst),
        low=reach.worst,
        high=reach.best,
        total=total,
        groups=groups,
        contributions=lines,
        unknown=unknown,
        question=questioning.best(state, unknown),
        model=model.number,
        as_of=now,
        next_change_at=_next_change(model, fresh, now, earned),
    )


def points(model: Model, facts: Facts, signals: Signals, now: datetime) -> int:
    """The score alone, the same as `score` gives; many leads are compared with the same `Earnings`."""
    return Earnings(model, now).points(facts, signals)


def _next_change(model: Model, facts: Facts, now: datetime, earned: Iterable[Earned]) -> datetime | None:
    """When points fade next, or a date that a rule or criterion looks at passes."""
    fading = [decay.next_change(one.rule.points, one.ages, one.rule.half_life_hours, one.rule.cap) for one in earned]
    passing = [next_moment(condition, facts, now) for condition in model.timed]
    moments = [*(now + wait for wait in fading if wait), *(when for when in passing if when)]
    return min(moments, default=None)


def _line(one: Earned, facts: Facts, now: datetime) -> Contribution:
    rule = one.rule
    if one.block:
        detail = rule.evidence or _detail(one.block, facts)
    else:
        detail = f"{len(one.ages)} times" if len(one.ages) > 1 else ""
    # What is simply known has no time; what was done, or was said in an enquiry that fades, has its latest.
    at = now - timedelta(microseconds=min(one.ages)) if rule.signal or rule.half_life_hours else None
    return Contribution(rule.group, rule.label, one.points, rule.id, detail, at.isoformat() if at else None)


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
