"""Changing the draft: its numbers, its rules, its qualification criteria. What is live is never touched here."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Max
from django.utils.text import slugify

from leads.catalogue import Catalogue
from scoring.checking import MOST_CRITERIA, MOST_RULES, condition_flaws, rule_flaws, scorable
from scoring.models import ScoringRule, ScoringVersion, VersionState
from scoring.sets import sets_for
from scoring.versions import begin_draft


def change_numbers(
    draft: ScoringVersion,
    *,
    caps: Mapping[str, int],
    tiers: Mapping[str, int],
    threshold: int,
    points: Mapping[str, int],
) -> None:
    """Set groups' caps, where tiers begin, the criteria needed, and rules' `points` by public id."""
    draft.caps, draft.tiers, draft.threshold = {**draft.caps, **caps}, {**draft.tiers, **tiers}, threshold
    draft.save(update_fields=["caps", "tiers", "threshold"])
    rules = [rule for rule in draft.rules.all() if rule.public_id in points]
    for rule in rules:
        rule.points = points[rule.public_id]
    ScoringRule.objects.bulk_update(rules, ["points"])


def put_rule(draft: ScoringVersion, rule: ScoringRule, columns: Mapping[str, Any], known: Catalogue) -> ScoringRule:
    """Store a rule of the draft, a new one at its end. Raises ValidationError for one that makes no sense."""
    for name, value in columns.items():
        setattr(rule, name, value)
    if flaws := list(rule_flaws(rule, known)):
        raise ValidationError(flaws)
    if rule._state.adding:
        if draft.rules.count() >= MOST_RULES:
            raise ValidationError(f"A model has at most {MOST_RULES} rules.")
        # After all there ever were: a position stays one rule's own, from version to version.
        last = ScoringRule.objects.aggregate(last=Max("position"))["last"]
        rule.version, rule.position = draft, (last or 0) + 1
    rule.save()
    return rule


def in_draft(rule: ScoringRule) -> ScoringRule:
    """The rule itself if it is in the draft, else the copy there of a live one; begins a draft if there is none.

    Raises ValidationError for a rule that was live once, and for one that the draft has no more.
    """
    if rule.version.state == VersionState.RETIRED:
        raise ValidationError("What was live once does not change.")
    copy = ScoringRule.objects.filter(version=begin_draft(), position=rule.position).select_related("version").first()
    if copy is None:
        raise ValidationError("The draft has this rule no more.")
    found: ScoringRule = copy
    return found


def remove_rule(rule: ScoringRule) -> None:
    """Take a rule out of the draft. Raises ValidationError for a rule of a published version."""
    if not ScoringRule.objects.filter(pk=rule.pk, version__state=VersionState.DRAFT).delete()[0]:
        raise ValidationError("What is published does not change.")


def choose_set(draft: ScoringVersion, key: str) -> None:
    """Begin qualification anew with one of the sets. Raises ValidationError for a set there is not."""
    chosen = sets_for(draft.profile).get(key)
    if chosen is None:
        raise ValidationError("There is no such set of criteria.")
    draft.criteria, draft.threshold = chosen.criteria, chosen.threshold
    draft.save(update_fields=["criteria", "threshold"])


def put_criterion(draft: ScoringVersion, key: str, label: str, condition: Any, known: Catalogue) -> None:
    """Change the criterion `key`, or add one. Without a condition a person answers it. Raises ValidationError."""
    if not label.strip():
        raise ValidationError("A criterion needs a name: the checklist shows it.")
    flaws = condition_flaws(condition, scorable(known, for_criteria=True)) if condition is not None else []
    if flaws:
        raise ValidationError(list(flaws))
    keys = [one["key"] for one in draft.criteria]
    if key not in keys:
        if len(keys) >= MOST_CRITERIA:
            raise ValidationError(f"At most {MOST_CRITERIA} criteria.")
        key = _free_key(label, keys)
    changed = {"key": key, "label": label.strip()[:120], "condition": condition}
    kept = [changed if one["key"] == key else one for one in draft.criteria]
    draft.criteria = kept if key in keys else [*kept, changed]
    draft.save(update_fields=["criteria"])


def remove_criterion(draft: ScoringVersion, key: str) -> None:
    draft.criteria = [one for one in draft.criteria if one["key"] != key]
    draft.threshold = max(1, min(draft.threshold, len(draft.criteria)))
    draft.save(update_fields=["criteria", "threshold"])


def _free_key(label: str, taken: list[str]) -> str:
    start = slugify(label).replace("-", "_")[:40] or "criterion"
    return next(key for number in range(1, 99) if (key := start if number == 1 else f"{start}_{number}") not in taken)
