"""What would be wrong with a version of the rules, in sentences. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from leads.catalogue import Catalogue
from leads.conditions import InvalidCondition, validate
from scoring.models import Group, ScoringRule, ScoringVersion

MOST_RULES, MOST_CRITERIA = 200, 20
LONGEST_HALF_LIFE = 12 * 7 * 24
# What becomes of a lead is no reason for its score: it would explain itself, and change whenever it is worked out.
AFTERWARDS = frozenset(
    "score tier fit intent authority timing points track updated_at status owner pipeline stage stage_number "
    "outcome disqualified_reason assigned_at first_attempt_at first_response_at first_response_due_at next_step_at "
    "closed_at recycle_on".split()
)
SUB_SCORES = frozenset({"fit", "intent", "authority", "timing"})  # worked out before the criteria look


def scorable(known: Catalogue, *, for_criteria: bool = False) -> Catalogue:
    """The facts that rules (or criteria) may look at."""
    hidden = AFTERWARDS - SUB_SCORES if for_criteria else AFTERWARDS
    return {name: field for name, field in known.items() if name not in hidden}


def flaws_of(version: ScoringVersion, rules: Sequence[ScoringRule], known: Catalogue) -> list[str]:
    """Why `version` cannot be published; empty when it can."""
    found = [*_tiers(version), *_caps(version), *_criteria(version, known)]
    if not 1 <= len(rules) <= MOST_RULES:
        found.append(f"A model has 1 to {MOST_RULES} rules.")
    return found + [f"{rule.label or 'A rule'}: {flaw}" for rule in rules for flaw in rule_flaws(rule, known)]


def rule_flaws(rule: ScoringRule, known: Catalogue) -> Iterator[str]:
    """Why one rule cannot be."""
    if rule.group not in Group.values:
        yield "It belongs to no group."
    if not rule.label.strip():
        yield "It needs a name: receipts show it."
    if not -100 <= rule.points <= 100 or not rule.points:
        yield "It gives or takes 1 to 100 points."
    if (rule.condition is None) == (not rule.signal):
        yield "It looks either at facts or at one kind of signal."
    if rule.half_life_hours and rule.half_life_hours > LONGEST_HALF_LIFE:
        yield "A half-life is twelve weeks at most."
    if rule.cap is not None and rule.cap < 0:
        yield "“At most” is a number of points, not below 0."
    if rule.condition is not None:
        yield from condition_flaws(rule.condition, scorable(known))


def condition_flaws(tree: object, known: Catalogue) -> Iterable[str]:
    """Why `tree` is no condition over the facts `known`."""
    try:
        validate(tree, known)
    except InvalidCondition as refusal:
        return [flaw["detail"] for flaw in refusal.flaws]
    return []


def _tiers(version: ScoringVersion) -> Iterator[str]:
    tiers = [version.tiers.get(name, 0) for name in ("medium", "high", "urgent")]
    if not 1 <= tiers[0] < tiers[1] < tiers[2] <= 100:
        yield "Tiers begin in this order, between 1 and 100: Medium, High, Urgent."


def _caps(version: ScoringVersion) -> Iterator[str]:
    caps = [version.caps.get(name, -1) for name in Group.values]
    if not all(0 <= cap <= 100 for cap in caps):
        yield "A group counts for 0 to 100 points."
    elif sum(caps) < version.tiers.get("urgent", 0):
        yield f"All groups together reach {sum(caps)} points: nobody could become Urgent."


def _criteria(version: ScoringVersion, known: Catalogue) -> Iterator[str]:
    criteria = version.criteria
    if not 1 <= len(criteria) <= MOST_CRITERIA:
        yield f"Qualification has 1 to {MOST_CRITERIA} criteria."
    if not 1 <= version.threshold <= max(len(criteria), 1):
        yield f"{version.threshold} of {len(criteria)} criteria can never be met."
    if len({one["key"] for one in criteria}) < len(criteria):
        yield "Two criteria share a name."
    for one in criteria:
        tree = one.get("condition")
        flaws = condition_flaws(tree, scorable(known, for_criteria=True)) if tree is not None else []
        yield from (f"{one['label']}: {flaw}" for flaw in flaws)
