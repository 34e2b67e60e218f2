"""What would be wrong with a version of the routing rules, in sentences."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from leads.catalogue import Catalogue
from routing.models import Action, RoutingRule
from scoring.checking import AFTERWARDS, SUB_SCORES, condition_flaws

MOST_RULES = 200
EVERY_LEAD: dict[str, Any] = {"all": []}  # the condition of a rule for all that get so far
# A lead has its score before it is routed, and everything else that is worked out only afterwards.
KNOWN_BEFORE = SUB_SCORES | {"score", "tier", "points", "track", "status"}
TARGETS = {Action.MEMBER: "member", Action.POOL: "pool"}


def routable(known: Catalogue) -> Catalogue:
    """The facts that rules may look at."""
    return {name: field for name, field in known.items() if name not in AFTERWARDS - KNOWN_BEFORE}


def flaws_of(rules: Sequence[RoutingRule], known: Catalogue) -> list[str]:
    """Why these rules, in order, cannot be published; empty when they can."""
    if not 1 <= len(rules) <= MOST_RULES:
        return [f"There are 1 to {MOST_RULES} rules."]
    found = [f"{rule.label or 'A rule'}: {flaw}" for rule in rules for flaw in rule_flaws(rule, known)]
    if [rule.is_fallback for rule in rules] != [False] * (len(rules) - 1) + [True]:
        found.append("The last rule, and no other, is the fallback: it asks for nothing.")
    return found


def rule_flaws(rule: RoutingRule, known: Catalogue) -> Iterator[str]:
    """Why one rule cannot be."""
    if not rule.label.strip():
        yield "It needs a name: decisions show it."
    if rule.action not in Action.values:
        yield "Choose who gets the lead."
    elif (name := TARGETS.get(Action(rule.action))) and getattr(rule, f"{name}_id") is None:
        yield f"Choose a {name}."
    if rule.member_id and rule.member and rule.member.left_at:
        yield f"{rule.member} has left. Choose somebody who is here."
    if rule.pool_id and rule.pool and not rule.pool.everybody and not rule.pool.seats.exists():
        yield f"{rule.pool} has no members yet."
    if rule.stage_id and not rule.pipeline_id:
        yield "A stage needs its pipeline."
    if rule.condition not in (None, EVERY_LEAD):
        yield from condition_flaws(rule.condition, routable(known))
