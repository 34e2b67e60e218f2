"""Which promise does a lead have? For each clock the first policy in order whose condition it meets."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Max

from events.kinds import Kind
from events.record import By, record
from leads.conditions import asks_about, matches
from leads.facts import facts_asked
from leads.models import Lead
from routing.models import SlaPolicy
from tenancy import clock

LONGEST_MINUTES = 30 * 8 * 60  # of working time; with the longest ladder less than a working year
LONGEST_PAUSE = 30  # working days


@dataclass(frozen=True)
class Policies:
    """The policies of an account, in order, at one moment (aware)."""

    rows: Sequence[SlaPolicy]
    now: datetime
    _facts: dict[UUID, dict[str, Any]] = field(default_factory=dict)

    def have(self, wanted: str) -> bool:
        """Whether anything is promised by the clock `wanted`."""
        return any(row.clock == wanted for row in self.rows)

    def of(self, lead: Lead, wanted: str) -> SlaPolicy | None:
        """The policy that counts for `lead`; None where nothing is promised."""
        return next((row for row in self.rows if row.clock == wanted and self._holds(row, lead)), None)

    def _holds(self, policy: SlaPolicy, lead: Lead) -> bool:
        return policy.condition is None or matches(policy.condition, self._facts_of(lead), self.now)

    def _facts_of(self, lead: Lead) -> dict[str, Any]:
        if lead.pk not in self._facts:
            asked = {name for row in self.rows if row.condition for name in asks_about(row.condition)}
            self._facts[lead.pk] = facts_asked(lead, asked)
        return self._facts[lead.pk]


def policies() -> Policies:
    """The policies in force in the account in scope."""
    return Policies(list(in_order()), clock.now())


def in_order() -> Any:
    return SlaPolicy.objects.filter(retired_at=None).order_by("position", "id")


def retired() -> Any:
    """Those that promise no more, the latest first."""
    return SlaPolicy.objects.exclude(retired_at=None).order_by("-retired_at")


def usual_name(policy: SlaPolicy) -> str:
    """“First response within 30 minutes”, “Next step by the end of the working day”."""
    return f"{policy.get_clock_display()} {due_words(policy.due_minutes)}"


def due_words(minutes: int | None) -> str:
    """`within 5 minutes`, `within 2 working days`, `by the end of the working day`."""
    if minutes is None:
        return "by the end of the working day"
    for unit, length in (("working day", 480), ("working hour", 60)):
        if minutes >= length and minutes % length == 0:
            return f"within {minutes // length} {unit}{'s' if minutes > length else ''}"
    return f"within {minutes} minute{'s' if minutes > 1 else ''}"


def put(policy: SlaPolicy, *, by: By) -> SlaPolicy:
    """Save a policy, a new one behind the others. It holds for promises that are made from now on."""
    is_new = policy._state.adding
    if is_new:
        policy.position = (in_order().aggregate(last=Max("position"))["last"] or 0) + 1
    policy.save()
    record(Kind.PROMISES_CHANGED, policy, by=by, name=policy.name, change="added" if is_new else "changed")
    return policy


def retire(policy: SlaPolicy, *, by: By) -> None:
    """Promise it to nobody else; what was promised by it runs on."""
    if SlaPolicy.objects.filter(pk=policy.pk, retired_at=None).update(retired_at=clock.now()):
        record(Kind.PROMISES_CHANGED, policy, by=by, name=policy.name, change="retired")


def bring_back(policy: SlaPolicy, *, by: By) -> None:
    """Promise it again, in its old place."""
    if SlaPolicy.objects.filter(pk=policy.pk).exclude(retired_at=None).update(retired_at=None):
        record(Kind.PROMISES_CHANGED, policy, by=by, name=policy.name, change="brought back")


def put_at(policy: SlaPolicy, position: int, *, by: By) -> None:
    """Let a policy be asked as number `position` (1 is the first); the others keep their order."""
    with transaction.atomic():
        others = [one for one in in_order().select_for_update() if one.pk != policy.pk]
        others.insert(max(0, position - 1), policy)
        for number, one in enumerate(others, 1):
            one.position = number
        SlaPolicy.objects.bulk_update(others, ["position"])
    record(Kind.PROMISES_CHANGED, policy, by=by, name=policy.name, change="moved", position=position)
