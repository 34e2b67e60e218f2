"""A stored receipt as the panel "Why now" shows it, and its question as "What next" asks it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from scoring.model import Model
from scoring.tiers import Tier

EDGE = 100


def shown(body: Mapping[str, Any], model: Model) -> dict[str, Any]:
    """What <c-receipt> takes. `body` is a stored receipt, `model` the version that made it."""
    learned = body.get("learned")
    lines = sorted(body["contributions"], key=lambda line: -line["points"])
    most = max((abs(line["points"]) for line in lines), default=0) or 1
    low, high = body.get("low", max(body["score"] - body["band"], 0)), body.get("high", body["score"] + body["band"])
    high = min(high, EDGE)
    return {
        "score": body["score"],
        "band": body["band"],
        "band_from": low,
        "band_width": high - low,
        "tier": body["tier"],
        "thresholds": _thresholds(learned["tiers"] if learned else model.tiers),
        "reasons": [
            {
                "label": _label(line),
                "at": _when(line),
                "points": _amount(line),
                "share": max(line["points"], 0) / most,
            }
            for line in lines
        ],
        "unknown": [{"label": one["label"], "reach": max(one["up"], one["down"])} for one in body["unknown"]],
        "sum_text": _chance(lines, body) if learned else _sum(lines, body),
        "version": f"Learned model {learned['number']}" if learned else f"Model v{body['model']}",
    }


def _thresholds(tiers: Mapping[str, int]) -> list[dict[str, Any]]:
    """Where each tier begins on the scale of 0-100, and the middle of its stretch, for its name."""
    starts = [(Tier.LOW, 0), *((tier, tiers[tier]) for tier in (Tier.MEDIUM, Tier.HIGH, Tier.URGENT))]
    ends = [start for _, start in starts[1:]] + [EDGE]
    return [
        {"at": start, "name": tier.label, "middle": (start + end) / 2}
        for (tier, start), end in zip(starts, ends, strict=True)
    ]


def _label(line: Mapping[str, Any]) -> str:
    return f"{line['label']}: {line['detail']}" if line["detail"] else str(line["label"])


def _when(line: Mapping[str, Any]) -> datetime | None:
    """When it happened last; None of what is simply known, and of receipts from before they said so."""
    at = line.get("at")
    return datetime.fromisoformat(at) if at else None


def _amount(line: Mapping[str, Any]) -> Any:
    """Whole points, or log-odds with two digits."""
    points = line["points"]
    return points if isinstance(points, int) else round(points, 2)


def _chance(lines: list[Any], body: Mapping[str, Any]) -> str:
    """Log-odds of −0.47 + 1.20 = 0.73: a chance of 67 %."""
    words = " ".join(f"{'+' if line['points'] >= 0 else '−'} {abs(line['points']):.2f}" for line in lines)
    return f"Log-odds {words.removeprefix('+ ')} = {body['total']:.2f}: a chance of {body['score']} %"


def _sum(lines: list[Any], body: Mapping[str, Any]) -> str:
    """26 + 20 − 3 = 43, and what the clamp made of it."""
    if not lines:
        return "0"
    words = str(lines[0]["points"])
    for line in lines[1:]:
        words += f" {'+' if line['points'] >= 0 else '−'} {abs(line['points'])}"
    clamped = f", counts as {body['score']}" if body["total"] != body["score"] else ""
    return f"{words} = {body['total']}{clamped}"
