"""Models that tests score with."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from scoring.defaults import CAPS, default_criteria, default_rules
from scoring.model import Criterion, Model, Rule
from scoring.signals import Signals, moment
from scoring.tiers import THRESHOLDS

PROFILE = {"industries": ["Logistics", "Manufacturing"], "countries": ["DE", "GB"]}


def default_model(profile: dict[str, Any] = PROFILE) -> Model:
    """The default model, as it is published, without a database."""
    columns = [{**row, "group": str(row["group"])} for row in default_rules(profile)]
    return a_model(*(Rule(id=f"r{at}", **row) for at, row in enumerate(columns)), profile=profile)


def seen(*signals: tuple[str, datetime]) -> Signals:
    """Signals as scoring reads them, from kinds and times."""
    found: dict[str, list[int]] = {}
    for kind, at in signals:
        found.setdefault(kind, []).append(moment(at))
    return found


def a_model(*rules: Rule, profile: dict[str, Any] | None = None, **fields: Any) -> Model:
    criteria = tuple(Criterion(**one) for one in default_criteria(profile or {}))
    fields = {"caps": CAPS, "tiers": THRESHOLDS, "criteria": criteria, "profile": profile or {}} | fields
    return Model(number=1, rules=rules, **fields)
