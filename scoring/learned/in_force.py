"""The learned models at work in an account, each compiled once per process: a trained model never changes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any
from uuid import UUID

from scoring.learned import attention
from scoring.learned.values import Facts
from scoring.learned.weights import Weights
from scoring.models import LearnedModel, LearnedScore, ModelState
from scoring.signals import Signals
from tenancy.scope import current_account

_compiled: dict[tuple[UUID, UUID], Active] = {}
KEPT = 500


@dataclass(frozen=True)
class Active:
    """A trained model, ready to score."""

    id: UUID
    number: int
    weights: Weights
    tiers: Mapping[str, int]


@dataclass(frozen=True)
class AtWork:
    """The model that scores leads, if any, and the one in its or the rules' shadow."""

    promoted: Active | None = None
    shadow: Active | None = None

    @cached_property
    def asks(self) -> frozenset[str]:
        """The facts they look at."""
        models = [model for model in (self.promoted, self.shadow) if model]
        return frozenset(name for model in models for term in model.weights.terms for name in term.plan.fields)

    @cached_property
    def counts(self) -> frozenset[str]:
        """The kinds of signals they look at."""
        return frozenset(attention.COUNTED if any(map(attention.is_attention, self.asks)) else ())

    @property
    def memory(self) -> timedelta:
        """How far back signals matter to them."""
        return attention.SPAN if self.counts else timedelta()

    @property
    def fades(self) -> bool:
        return False

    def attention(self, signals: Signals, now: datetime) -> Attention:
        """What they learn from engagement; nothing where none of them looks at it."""
        if not self.counts:
            return Attention()
        return Attention(attention.attention(signals, now), attention.next_change(signals, now))


@dataclass(frozen=True)
class Attention:
    """Engagement as facts, and when (aware) time alone will change them."""

    facts: Mapping[str, Any] = field(default_factory=dict)
    changes_at: datetime | None = None


def at_work() -> AtWork:
    """The models of the account in scope; one statement."""
    rows = LearnedModel.objects.at_work().values_list("state", "pk")
    found = {state: _active(pk) for state, pk in rows}
    return AtWork(found.get(ModelState.PROMOTED), found.get(ModelState.SHADOW))


def _active(model_id: UUID) -> Active:
    key = (current_account().pk, model_id)
    if key not in _compiled:
        if len(_compiled) >= KEPT:
            _compiled.clear()
        row = LearnedModel.objects.get(pk=model_id)
        _compiled[key] = Active(row.pk, row.number, Weights.from_json(row.weights), row.tiers)
    return _compiled[key]


@dataclass(frozen=True)
class Seen:
    """A lead's facts as scoring saw them, and its score by the rules."""

    lead_id: UUID
    facts: Facts
    rules: int


def keep_scores(models: AtWork, seen: Sequence[Seen], now: datetime) -> None:
    """Note what the models at work say of leads, in place of what they said before; one statement, none without."""
    rows: list[Any] = [
        LearnedScore(
            model_id=model.id,
            lead_id=one.lead_id,
            chance=round(10_000 * model.weights.chance(one.facts)),
            rules=one.rules,
            scored_at=now,
        )
        for model in (models.promoted, models.shadow)
        if model
        for one in seen
    ]
    if rows:
        LearnedScore.objects.bulk_create(
            rows,
            update_conflicts=True,
            unique_fields=["account", "model", "lead"],
            update_fields=["chance", "rules", "scored_at"],
        )
