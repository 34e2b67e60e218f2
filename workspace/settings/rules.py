"""The published rules, in sentences."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse

from accounts.permissions import allow
from accounts.roles import Function
from leads.catalogue import catalogue
from leads.conditions import sentence
from routing.models import Action, RoutingRule, RoutingVersion, SlaPolicy
from scoring.models import Group, ScoringRule, ScoringVersion, VersionState
from workspace.settings.shell import show

TO = {
    Action.COMPANY_OWNER: "the owner of the same company",
    Action.QUEUE: "the intake queue",
    Action.NURTURE: "nurture",
}


@allow(Function.MANAGE_ACCOUNT)
def scoring(request: Any) -> HttpResponse:
    """What earns points, group by group, and where tiers begin."""
    version, rules = published_scoring()
    known = catalogue(request.account)
    groups = [
        (label, version.caps.get(key), [(rule, _when(rule, known)) for rule in rules if rule.group == key])
        for key, label in Group.choices
        if version
    ]
    return show(request, "scoring.html", {"version": version, "groups": groups})


def published_scoring() -> tuple[ScoringVersion | None, list[ScoringRule]]:
    version = ScoringVersion.objects.filter(state=VersionState.PUBLISHED).first()
    return version, list(ScoringRule.objects.filter(version=version).order_by("position")) if version else []


def _when(rule: ScoringRule, known: Any) -> str:
    if rule.condition:
        return sentence(rule.condition, known)
    fades = f", fades by half in {rule.half_life_hours} h" if rule.half_life_hours else ""
    return f"Each {rule.signal.replace('_', ' ')}{fades}" if rule.signal else "Always"


@allow(Function.MANAGE_ACCOUNT)
def routing(request: Any) -> HttpResponse:
    """Who gets which lead, in order; and what is promised."""
    version, rules = published_routing()
    known = catalogue(request.account)
    lines = [
        (rule, sentence(rule.condition, known) if rule.condition else "Everything else", _to(rule)) for rule in rules
    ]
    context = {"version": version, "rules": lines, "policies": promises()}
    return show(request, "routing.html", context)


def published_routing() -> tuple[RoutingVersion | None, list[RoutingRule]]:
    version = RoutingVersion.objects.filter(state=VersionState.PUBLISHED).first()
    rules = RoutingRule.objects.filter(version=version).select_related("member", "pool").order_by("position")
    return version, list(rules)


def promises() -> Any:
    """What is promised to the leads of each tier, the strictest first."""
    return SlaPolicy.objects.order_by("due_minutes")


def _to(rule: RoutingRule) -> str:
    return str(rule.member or rule.pool or TO.get(Action(rule.action), rule.action))
