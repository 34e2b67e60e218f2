"""Closed leads whose true chances we know, to be reviewed."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from typing import Any

from scoring.review.closed import Closed

NOW = datetime(2026, 6, 1, 9, 0, tzinfo=UTC)
POINTS = {"industry": 10, "size": 10, "role": 5}


def closed_leads(
    count: int, worth: dict[str, float], *, seed: int = 1, base: float = -1.5, facts: dict[str, Any] | None = None
) -> list[Closed]:
    """Leads of which each rule counts on every second; `worth`: the log-odds that a rule in truth adds."""
    dice = random.Random(seed)
    found = []
    for at in range(count):
        counted = {name: points for name, points in POINTS.items() if dice.random() < 0.5}
        log_odds = base + sum(worth[name] for name in counted)
        won = dice.random() < 1 / (1 + 2.718281828**-log_odds)
        told = {
            "source": dice.choice(["Website", "Fair"]),
            "industry": dice.choice(["retail", "logistics"]),
            **(facts or {}),
        }
        closed_at = NOW - timedelta(days=360 * (count - at) / count)
        found.append(Closed(closed_at, won, sum(counted.values()), counted, told))
    return found
