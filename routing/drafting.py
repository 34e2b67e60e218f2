"""Changing the draft: its rules, their order, its policy. What is live is never touched here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F

from leads.catalogue import Catalogue
from routing.checking import MOST_RULES, rule_flaws
from routing.models import Action, Closed, RoutingRule, RoutingVersion
from scoring.models import VersionState

BEYOND = 10_000  # positions while an order changes: no two rules may share one
MOST_MINUTES = 480
SAYS_WHICH = {Action.MEMBER: "member", Action.POOL: "pool", Action.TERRITORY: "territory"}


def put_rule(draft: RoutingVersion, rule: RoutingRule, columns: Mapping[str, Any], known: Catalogue) -> RoutingRule:
    """Store a rule of the draft, a new one last but for the fallback. What its action does not need is left out.

    Raises ValidationError for one that makes no sense; the fallback stays without a condition, others have one.
    """
    was_fallback = not rule._state.adding and rule.is_fallback
    for name, value in columns.items():
        setattr(rule, name, value)
    for action, name in SAYS_WHICH.items():
        if rule.action != action:
            setattr(rule, name, None)
    if was_fallback != rule.is_fallback:
        raise ValidationError("The fallback asks for nothing." if was_fallback else "Say which leads it is for.")
    if flaws := list(rule_flaws(rule, known)):
        raise ValidationError(flaws)
    if not rule._state.adding:
        rule.save()
        return rule
    order = rules_of(draft)
    if len(order) >= MOST_RULES:
        raise ValidationError(f"There are at most {MOST_RULES} rules.")
    rule.version, rule.position = draft, BEYOND * 2
    with transaction.atomic():
        rule.save()
        _number([*order[:-1], rule, *order[-1:]])
    return rule


def move_rule(draft: RoutingVersion, rule: RoutingRule, position: int) -> None:
    """Put a rule of the draft at `position`, 1 for the first. The fallback stays last, and nothing goes behind it."""
    order = rules_of(draft)
    if rule.is_fallback or all(one.pk != rule.pk for one in order):
        raise ValidationError("The fallback stays last.")
    others = [one for one in order if one.pk != rule.pk]
    at = min(max(position - 1, 0), len(others) - 1)
    _number([*others[:at], rule, *others[at:]])


def remove_rule(rule: RoutingRule) -> None:
    """Take a rule out of the draft. Raises ValidationError for the fallback, and for a rule of a published version."""
    if rule.is_fallback:
        raise ValidationError("The fallback stays: some lead may fit nothing else.")
    if not RoutingRule.objects.filter(pk=rule.pk, version__state=VersionState.DRAFT).delete()[0]:
        raise ValidationError("What is published does not change.")
    _number(list(RoutingRule.objects.filter(version_id=rule.version_id).order_by("position")))


def change_policy(draft: RoutingVersion, *, closed: str, effort: Mapping[str, int]) -> None:
    """Set what happens while nobody works, and how many minutes a lead of each tier is estimated at."""
    if closed not in Closed.values:
        raise ValidationError({"closed": f"Choose one of: {', '.join(Closed.values)}."})
    if unknown := set(effort) - set(draft.effort):
        raise ValidationError({"effort": f"There is no tier called {', '.join(sorted(unknown))}."})
    if not all(0 <= minutes <= MOST_MINUTES for minutes in effort.values()):
        raise ValidationError({"effort": f"A lead takes 0 to {MOST_MINUTES} minutes."})
    draft.closed, draft.effort = closed, {**draft.effort, **effort}
    draft.save(update_fields=["closed", "effort"])


def rules_of(draft: RoutingVersion) -> list[RoutingRule]:
    return list(RoutingRule.objects.filter(version=draft).order_by("position"))


def _number(order: Sequence[RoutingRule]) -> None:
    """Number the rules from 1 in this order."""
    wanted = {rule.pk: at for at, rule in enumerate(order, start=1)}
    moved = [rule for rule in order if rule.position != wanted[rule.pk]]
    if not moved:
        return
    RoutingRule.objects.filter(pk__in=[rule.pk for rule in moved]).update(position=F("position") + BEYOND)
    for rule in moved:
        rule.position = wanted[rule.pk]
    RoutingRule.objects.bulk_update(moved, ["position"])
