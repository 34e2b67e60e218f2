"""Sets of qualification criteria to begin with. Each is a list of criteria that an account changes as it likes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from scoring.defaults import default_criteria

Tree = dict[str, Any]
DECIDES: Tree = {"field": "seniority", "operator": "is_any_of", "value": ["owner", "c_level", "head"]}
SOON: Tree = {"field": "timeline_days", "operator": "at_most", "value": 90}
PROBLEM: Tree = {
    "any": [
        {"field": "business_problem", "operator": "is_set"},
        {"field": "message_length", "operator": "at_least", "value": 40},
    ]
}
BUDGET: Tree = {
    "any": [{"field": "budget", "operator": "is_set"}, {"field": "value", "operator": "greater_than", "value": 0}]
}


@dataclass(frozen=True)
class CriteriaSet:
    """`threshold` of `criteria` make a lead active."""

    key: str
    name: str
    threshold: int
    criteria: list[Tree]


def sets_for(profile: Mapping[str, Any]) -> dict[str, CriteriaSet]:
    """The sets there are, by key; `profile` says which industries and countries fit."""
    found = (
        CriteriaSet("fiat", "Fit, intent, authority, timing", 3, default_criteria(profile)),
        CriteriaSet("bant", "BANT", 3, _bant()),
        CriteriaSet("meddic", "MEDDIC", 4, _meddic()),
        CriteriaSet("icp", "ICP four", 3, _icp(profile)),
    )
    return {one.key: one for one in found}


def _bant() -> list[Tree]:
    return [
        _one("budget", "There is a budget", BUDGET),
        _one("authority", "Our contact can decide", DECIDES),
        _one("need", "They have a problem we solve", PROBLEM),
        _one("timing", "They need it within 90 days", SOON),
    ]


def _meddic() -> list[Tree]:
    """What only a conversation brings to light is answered by a person: those have no condition."""
    return [
        _one(
            "metrics",
            "What it is worth to them is a number",
            {"field": "value", "operator": "greater_than", "value": 0},
        ),
        _one("economic_buyer", "The economic buyer is known", DECIDES),
        _one("decision_criteria", "What they decide by is known"),
        _one("decision_process", "How they decide is known"),
        _one("identify_pain", "Their pain is named", PROBLEM),
        _one("champion", "Somebody there speaks for us"),
    ]


def _icp(profile: Mapping[str, Any]) -> list[Tree]:
    industries = list(profile.get("industries") or [])
    fits: Tree = {"field": "industry", "operator": "is_any_of", "value": industries}
    return [
        _one("size", "Company size fits", {"field": "headcount", "operator": "between", "value": [50, 1000]}),
        _one("industry", "Industry fits", fits if industries else {"field": "industry", "operator": "is_set"}),
        _one("budget", "There is a sign of a budget", BUDGET),
        _one("decision_maker", "We speak with a decision-maker", DECIDES),
    ]


def _one(key: str, label: str, condition: Tree | None = None) -> Tree:
    return {"key": key, "label": label, "condition": condition}
