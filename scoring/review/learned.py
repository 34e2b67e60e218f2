"""Learned models in a review: whether they keep their word, and whether leads are still those they learned from."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from scoring.learned.drift import ENOUGH, moved
from scoring.learned.encoding import MISSING, OTHER, Plan
from scoring.learned.explaining import label_of
from scoring.learned.past import Past
from scoring.learned.since import as_plain, since
from scoring.learned.values import Kind
from scoring.learned.weights import Weights
from scoring.models import LearnedModel, ModelState
from scoring.review.groups import Told, compare


def how_models_did(history: Sequence[Past]) -> list[dict[str, Any]]:
    """The models at work in the account in scope, the one that scores leads first, as plain data.

    `broken`: sentences on what they no longer keep; `moved`: fields of which other values come than those they learned
    from; `groups`: leads by their fields of which chance alone does not explain how many were won.
    """
    at_work = sorted(LearnedModel.objects.at_work(), key=lambda one: one.state != ModelState.PROMOTED)
    return [_how(one, one.trained_at, Weights.from_json(one.weights), history) for one in at_work]


def _how(model: LearnedModel, trained_at: datetime, weights: Weights, history: Sequence[Past]) -> dict[str, Any]:
    plans = [term.plan for term in weights.terms if not term.plan.parts]
    before = [one for one in history if one.life.closed_at <= trained_at]
    later = [one for one in history if one.life.closed_at > trained_at]
    found = as_plain(since(model), model)
    told = Told([one.won for one in later], [weights.chance(one.facts) for one in later])
    words: dict[str, Callable[[Past], str]] = {one.field: _word_by(one) for one in plans}
    groups = compare(words, later, told, before, [one.won for one in before])
    return {
        "number": model.number,
        "id": model.public_id,
        "promoted": model.state == ModelState.PROMOTED,
        "since": found,
        "moved": _moved(plans, before, later),
        "groups": [asdict(one) | {"label": label_of(one.field)} for one in groups if one.is_far],
    }


def _moved(plans: Sequence[Plan], before: Sequence[Past], later: Sequence[Past]) -> list[dict[str, Any]]:
    if min(len(before), len(later)) < ENOUGH:
        return []
    found = moved(plans, [one.facts for one in before], [one.facts for one in later])
    return [{"label": label_of(one.field), "index": one.index} for one in found if one.is_far]


def _word_by(plan: Plan) -> Callable[[Past], str]:
    return lambda one: _band_words(plan, plan.band(one.facts))


def _band_words(plan: Plan, band: str) -> str:
    """A band as people read it: a value, or for numbers `20 to 180`."""
    if band == MISSING:
        return "Unknown"
    if band == OTHER or plan.kind != Kind.NUMBER:
        return "Others" if band == OTHER else band.capitalize()
    edges, at = [f"{bend:,.0f}" for bend in plan.bends], int(band)
    if not edges:
        return "Known"
    if at == 0:
        return f"Up to {edges[0]}"
    return f"Above {edges[-1]}" if at == len(edges) else f"{edges[at - 1]} to {edges[at]}"
