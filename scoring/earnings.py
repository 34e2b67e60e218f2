"""What rules give for facts and signals: the points that a score adds up, and a receipt lists. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from operator import attrgetter
from typing import Any, NamedTuple

from scoring.model import Alike, Block, Model, Rule
from scoring.signals import Signals, ages_of, moment

Facts = Mapping[str, Any]


class Earned(NamedTuple):
    """The points of a rule, and the ages (decay) of what it gives them for: signals, or the last enquiry."""

    rule: Rule
    points: int
    ages: Sequence[int]
    block: Block | None = None


class Held(NamedTuple):
    """What rules about the same facts give: each that holds, and what they come to, by group, where nothing fades."""

    earned: list[Earned]
    steady: Mapping[str, int]


class Earnings:
    """A model at one moment (aware), for one lead after another: what leads have in common is worked out once."""

    def __init__(self, model: Model, now: datetime) -> None:
        self.model, self.now, self._moment = model, now, moment(now)
        self._before: list[tuple[Alike, dict[Any, Held]]] = [(alike, {}) for alike in model.alike]

    def at(self, now: datetime) -> Earnings:
        """The same at another moment; what holds whenever one looks is not worked out again."""
        other = Earnings(self.model, now)
        if not self.model.timed:
            other._before = self._before
        return other

    def points(self, facts: Facts, signals: Signals) -> int:
        """The score alone, as its receipt has it."""
        held, raw = self._held(facts), dict.fromkeys(self.model.caps, 0)
        for one in held:
            for group, points in one.steady.items():
                raw[group] += points
        for rule, points, _, _ in (*self._fading(held, facts), *self._of_signals(signals)):
            raw[rule.group] += points
        return self.model.score_of(raw)

    def of(self, facts: Facts, signals: Signals) -> list[Earned]:
        """What each rule that holds gives, in the model's order, conditions before signals."""
        held = self._held(facts)
        steady = [one for each in held for one in each.earned if not one.rule.half_life_hours]
        conditions = sorted((*steady, *self._fading(held, facts)), key=attrgetter("block.at"))
        return [*conditions, *self._of_signals(signals)]

    def asked(self, facts: Facts) -> int:
        """How long ago the lead asked last; what never fades need not know."""
        asked_at: datetime = facts.get("asked_at") or facts.get("captured_at") or self.now
        return max(self._moment - moment(asked_at), 0) if self.model.fades else 0

    def _fading(self, held: Sequence[Held], facts: Facts) -> list[Earned]:
        if not self.model.fades:
            return []
        ages = (self.asked(facts),)
        fading = [one for each in held for one in each.earned if one.rule.half_life_hours]
        return [one._replace(points=one.rule.worth(ages), ages=ages) for one in fading]

    def _of_signals(self, signals: Signals) -> list[Earned]:
        ages = ages_of(signals, self._moment)
        seen = [(rule, ages[rule.signal]) for rule in self.model.signal_rules if rule.signal in ages]
        return [Earned(rule, rule.worth(of_rule), of_rule) for rule, of_rule in seen]

    def _held(self, facts: Facts) -> list[Held]:
        """What each kind of blocks gives; facts that were seen before are not looked at again."""
        found = []
        for alike, before in self._before:
            key = alike.key(facts)
            try:
                held = before.get(key)
                if held is None:
                    held = before[key] = self._hold(alike, facts)
            except TypeError:  # a list, say
                held = self._hold(alike, facts)
            found.append(held)
        return found

    def _hold(self, alike: Alike, facts: Facts) -> Held:
        holding = [(rule, block) for block in alike.blocks if (rule := block.holding(facts, self.now))]
        earned = [Earned(rule, rule.worth((0,)), (0,), block) for rule, block in holding]
        steady: dict[str, int] = {}
        for rule, points, _, _ in earned:
            if not rule.half_life_hours:
                steady[rule.group] = steady.get(rule.group, 0) + points
        return Held(earned, steady)
