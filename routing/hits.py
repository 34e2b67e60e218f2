"""How often each rule decided lately, and how often its choice stayed."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db.models import Count

from routing.models import Decision, RoutingRule, RoutingVersion
from tenancy import clock

DAYS = 30


@dataclass(frozen=True)
class Hits:
    """`leads` that a rule decided about in the last days, `corrected`: those passed on since because the rule erred."""

    leads: int = 0
    corrected: int = 0

    @property
    def stayed(self) -> int:
        """The share that stayed, in per cent."""
        return 100 if not self.leads else round(100 * max(self.leads - self.corrected, 0) / self.leads)


def hits_of(version: RoutingVersion) -> dict[UUID, Hits]:
    """Of each rule, by its key, in the version it has now and in earlier ones; three statements."""
    keys = [rule.key for rule in version.rules.all()]
    key_of = dict(RoutingRule.objects.filter(key__in=keys).values_list("pk", "key"))
    since = clock.now() - timedelta(days=DAYS)
    recent = Decision.objects.filter(rule_id__in=list(key_of), decided_at__gte=since).order_by()
    decided = _by_key(recent.exclude(reason="reassigned"), key_of)
    corrected = _by_key(recent.filter(reason="reassigned", body__corrective=True), key_of)
    return {key: Hits(decided[key], corrected[key]) for key in keys}


def _by_key(decisions: Any, key_of: dict[UUID, UUID]) -> Counter[UUID]:
    found: Counter[UUID] = Counter()
    for rule_id, count in decisions.values_list("rule_id").annotate(Count("id")):
        found[key_of[rule_id]] += count
    return found
