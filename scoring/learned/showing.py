"""Learned models as the settings show them: fields to choose from, and the trial's plot."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

from scoring.learned.encoding import plan
from scoring.learned.explaining import label_of
from scoring.learned.learning import warn
from scoring.learned.past import learnable, past
from scoring.learned.since import as_plain, since
from scoring.learned.values import is_missing
from scoring.models import LearnedModel, ModelState
from scoring.tiers import Tier

SAMPLE = 600  # closed leads that the list of fields is judged by; training looks at all of them
SIDE = 200  # of the plot, in its own units


@dataclass(frozen=True)
class Choice:
    """A field to learn from: on how many closed leads it is filled, in per cent, and what speaks against it."""

    name: str
    label: str
    filled: int
    warning: str
    chosen: bool


def choices() -> list[Choice]:
    """The fields that the last closed leads say something in, the fullest first; without those that know the outcome
    or are hardly ever filled, unless the newest model was trained with them."""
    history, fields = past(SAMPLE), learnable()
    usable = [name for name in fields if plan(name, [one.facts.get(name) for one in history])]
    warnings = {leak.field: leak.sentence for leak in warn(history, usable)}
    newest = newest_model()
    found = []
    for name in usable:
        filled = round(100 * sum(not is_missing(one.facts.get(name)) for one in history) / len(history))
        chosen = name in newest.fields if newest else name not in warnings
        found.append(Choice(name, fields[name].label, filled, warnings.get(name, ""), chosen))
    return sorted(found, key=lambda one: (-one.filled, one.label))


def newest_model() -> LearnedModel | None:
    found: LearnedModel | None = LearnedModel.objects.newest_first().first()
    return found


def models() -> Sequence[LearnedModel]:
    """The trainings of the account in scope, the newest first."""
    return list(LearnedModel.objects.newest_first()[:20])


def every_model() -> QuerySet[LearnedModel]:
    found: QuerySet[LearnedModel] = LearnedModel.objects.newest_first()
    return found


def trial_shown(model: LearnedModel) -> dict[str, Any] | None:
    """The trial of a model as its page shows it; None while there is none."""
    trial = model.evaluation
    if not trial:
        return None
    sides = [("Learned model", trial["model"]), *([("Rules", trial["rules"])] if trial["rules"] else [])]
    return {
        **trial,
        "sides": [{"name": name, **marks, "points": _points(marks["bins"])} for name, marks in sides],
        "tiers": _tiers(trial),
        "left_out": [label_of(name) for name in trial["left_out"]],
        "verdict": _verdict(trial),
    }


def weights_shown(model: LearnedModel) -> list[dict[str, Any]]:
    """Which fields sway a score most: the range of what each adds to the log-odds."""
    found: list[dict[str, Any]] = []
    for term in (model.weights or {}).get("terms", []):
        known = term["weights"].values()
        span = max(known, default=0) - min(known, default=0)
        parts = term["plan"]["parts"] or [term["plan"]]
        found.append({"label": " and ".join(label_of(part["field"]) for part in parts), "span": span})
    widest = max((one["span"] for one in found), default=0) or 1
    return [{**one, "share": one["span"] / widest} for one in sorted(found, key=lambda one: -one["span"])]


def leaks_shown(model: LearnedModel) -> list[dict[str, str]]:
    return [{**leak, "label": label_of(leak["field"])} for leak in model.leaks]


def since_shown(model: LearnedModel) -> dict[str, Any] | None:
    """How a model at work did with the leads closed since it was trained; None of one that is not."""
    at_work = model.state in (ModelState.PROMOTED, ModelState.SHADOW)
    return as_plain(since(model), model) if at_work else None


def can_promote(model: LearnedModel) -> bool:
    return model.weights is not None and model.state in (ModelState.SHADOW, ModelState.RETIRED)


def _points(bins: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Places in the plot: promised to the right, won upwards."""
    return [
        {
            "x": round(SIDE * one["promised"], 1),
            "y": round(SIDE * (1 - one["won"]["value"]), 1),
            "top": round(SIDE * (1 - one["won"]["high"]), 1),
            "bottom": round(SIDE * (1 - one["won"]["low"]), 1),
        }
        for one in bins
    ]


def _tiers(trial: Mapping[str, Any]) -> list[dict[str, Any]]:
    by_rules = trial["rules"]["tiers"] if trial["rules"] else [None] * len(Tier)
    return [
        {"label": Tier(model["tier"]).label, "sides": [_side(model), _side(rules)]}
        for model, rules in zip(trial["model"]["tiers"], by_rules, strict=True)
    ]


def _side(tier: Mapping[str, Any] | None) -> dict[str, Any]:
    return {"n": "", **(tier or {}), "percent": round(100 * tier["won"]["value"]) if tier else ""}


def _verdict(trial: Mapping[str, Any]) -> str:
    if not trial["rules"]:
        return "There are no rules to compare it with."
    ours, theirs = trial["model"]["auc"], trial["rules"]["auc"]
    if ours["low"] > theirs["high"]:
        return "It tells buyers from others better than the rules; chance alone would not do that."
    if ours["high"] < theirs["low"]:
        return "The rules tell buyers from others better. Leave it in the shadow."
    if ours["value"] > theirs["value"]:
        return "It seems to tell buyers from others better than the rules, but that could be chance."
    return "It is no better than the rules. Leave it in the shadow."
