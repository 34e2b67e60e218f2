"""A review as its page shows it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from scoring.models import Group, Review
from scoring.review.findings import FIELDS
from scoring.review.groups import FEWEST, OTHERS


def shown(review: Review) -> dict[str, Any]:
    """Panels of groups, weights and models, in per cent and in words."""
    found = review.findings
    weights = [_weight(one) for one in found["weights"]["weights"]]
    return {
        "n": found["n"],
        "won": found["won"],
        "all": found["n"] + found["before_n"],
        "since": datetime.fromisoformat(found["since"]),
        "level": found["level"],
        "panels": [_panel(name, found["groups"]) for name in FIELDS],
        "far": sum(one["is_far"] for one in found["groups"]),
        "judged": sum(one["n"] >= FEWEST for one in found["groups"]),
        "refusal": found["weights"]["refusal"],
        "proposed": [one for one in weights if one["proposed"] is not None],
        "others": [one for one in weights if one["proposed"] is None],
        "models": [_model(one) for one in found["models"]],
    }


def _panel(name: str, groups: list[Mapping[str, Any]]) -> dict[str, Any]:
    return {"key": name, "label": FIELDS[name][0], "rows": [_row(one) for one in groups if one["field"] == name]}


def _row(group: Mapping[str, Any]) -> dict[str, Any]:
    """One group: shares in per cent, and what they mean."""
    share, promised = group["share"], 100 * group["promised"]
    few, more = group["n"] < FEWEST, share["value"] > group["promised"]
    words = "Too few to judge" if few else "As promised"
    if group["is_far"]:
        words = "More than promised" if more else "Less than promised"
    return {
        "value": "Others" if group["value"] == OTHERS else group["value"],
        "n": group["n"],
        "won": round(100 * share["value"]),
        "low": round(100 * share["low"]),
        "high": round(100 * share["high"]),
        "span": round(100 * share["high"]) - round(100 * share["low"]),
        "promised": round(promised),
        "before": round(100 * group["before_won"] / group["before_n"]) if group["before_n"] else None,
        "before_n": group["before_n"],
        "few": few,
        "is_far": group["is_far"],
        "words": words,
    }


def _weight(one: Mapping[str, Any]) -> dict[str, Any]:
    """A rule: its points, what is proposed, and on how many leads that stands."""
    known, points = one["worth"] is not None, one["points"]
    # A weight keeps its sign, so that one which should be nothing is proposed as 1: taking it out is a person's to do.
    is_idle = known and (one["high"] < 1 if points > 0 else one["low"] > -1)
    return {
        **one,
        "group": Group(one["group"]).label if one["group"] in Group.values else one["group"],
        "with": _percent(one["won"], one["n"]),
        "without": _percent(one["rest_won"], one["rest_n"]),
        "range": f"{_whole(one['low'])} to {_whole(one['high'])}" if known else "",
        "is_idle": is_idle,
    }


def _percent(won: int, n: int) -> int | None:
    return round(100 * won / n) if n else None


def _whole(points: float) -> str:
    return str(round(points)).replace("-", "−")


def _model(one: Mapping[str, Any]) -> dict[str, Any]:
    return {**one, "groups": [_row(group) | {"label": group["label"]} for group in one["groups"]]}
