"""Closed leads to learn from: real ones, which are not in the repository, and generated ones."""

from __future__ import annotations

import csv
import random
from math import exp
from typing import Any

from tests.shared_data import shared

Row = dict[str, Any]
# Filled by sales after the fact, by the description that lies beside the data; and numbers that only count rows.
FILLED_BY_SALES = {"Tags", "Lead Quality", "Lead Profile", "Last Notable Activity"}
NUMBERING = {"Prospect ID", "Lead Number"}


def real_leads() -> tuple[list[Row], list[bool]]:
    """The facts of 4,620 leads, and which were won; for tests marked `shared_data`."""
    with shared("leads_train.csv").open(newline="") as file:
        rows = [{name: _read(text) for name, text in row.items()} for row in csv.DictReader(file)]
    return rows, [row.pop("Converted") == 1 for row in rows]


def honest_fields(rows: list[Row]) -> list[str]:
    return [name for name in rows[0] if name not in FILLED_BY_SALES | NUMBERING and not name.startswith("Asymmetrique")]


def _read(text: str) -> Any:
    if text in ("", "Select"):
        return None
    try:
        return float(text)
    except ValueError:
        return text


def generated(count: int = 2000, seed: int = 7) -> tuple[list[Row], list[bool]]:
    """Leads whose chance we know: size, industry and country tell something, the colour nothing."""
    dice = random.Random(seed)
    rows, won = [], []
    for _ in range(count):
        row: Row = {
            "size": dice.choice([None, *range(1, 400)]),
            "industry": dice.choice(["retail", "logistics", "media", None]),
            "country": dice.choice(["DE", "GB", "FR"]),
            "colour": dice.choice(["red", "blue"]),
            "stack": dice.sample(["sap", "azure", "aws"], dice.randint(0, 2)),
        }
        rows.append(row)
        won.append(dice.random() < true_chance(row))
    return rows, won


def true_chance(row: Row) -> float:
    log_odds = -1.0 + (row["size"] or 100) / 150
    log_odds += {"logistics": 1.2, "media": -0.8}.get(row["industry"], 0.0) + (row["country"] == "DE") * 0.6
    return 1 / (1 + exp(-(log_odds + 0.7 * ("sap" in row["stack"]))))
