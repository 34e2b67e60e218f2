"""The rules, the criteria and the preview as pages show them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from leads.catalogue import Catalogue
from leads.conditions import sentence
from scoring.models import Group, ScoringRule, ScoringVersion
from scoring.preview import Preview
from scoring.sets import CriteriaSet, sets_for
from scoring.versions import rules_of
from workspace.settings.scoring_forms import KINDS, Numbers

Row = dict[str, Any]


def groups_of(version: ScoringVersion, known: Catalogue, form: Numbers | None = None) -> list[Row]:
    """Each group with its cap and its rules in sentences; with the inputs of `form`, if there is one."""
    rules = rules_of(version)
    return [
        {
            "key": key,
            "label": label,
            "cap": version.caps.get(key),
            "rules": [_rule(rule, known, form) for rule in rules if rule.group == key],
        }
        for key, label in Group.choices
    ]


def _rule(rule: ScoringRule, known: Catalogue, form: Numbers | None) -> Row:
    name = f"points-{rule.public_id}"
    return {"rule": rule, "when": when(rule, known), "input": form[name] if form and name in form.fields else None}


def when(rule: ScoringRule, known: Catalogue) -> str:
    """What a rule gives points for, in one sentence."""
    words = sentence(rule.condition, known) if rule.condition else f"Each time: {dict(KINDS)[rule.signal].lower()}"
    if rule.cap is not None:
        words += f", {rule.cap} at most"
    if rule.half_life_hours:
        words += f"; after 48 hours half of it every {_span(rule.half_life_hours)}"
    return words


def _span(hours: int) -> str:
    if hours % 168 == 0:
        return "week" if hours == 168 else f"{hours // 168} weeks"
    if hours % 24 == 0:
        return "day" if hours == 24 else f"{hours // 24} days"
    return "hour" if hours == 1 else f"{hours} hours"


def criteria_words(version: ScoringVersion, known: Catalogue) -> list[Row]:
    """The criteria, each with what answers it."""
    return [
        one | {"words": sentence(one["condition"], known) if one.get("condition") else "A person answers."}
        for one in version.criteria
    ]


def sets_offered(version: ScoringVersion) -> Sequence[CriteriaSet]:
    return list(sets_for(version.profile).values())


def preview_words(found: Preview) -> Row:
    """A preview with the widths of its bars, 0-100 of the longest."""
    most = max((max(before, after) for _, before, after in found.stretches), default=0) or 1
    bars = [
        {"from": at, "to": 100 if at == 90 else at + 9, "before": before, "after": after, "most": most}
        for at, before, after in found.stretches
    ]
    return {"found": found, "bars": bars}
