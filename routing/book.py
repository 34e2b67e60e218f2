"""The published rules, compiled once per version and process: what is published never changes."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from uuid import UUID

from leads.catalogue import Catalogue, catalogue
from routing.choice import Rule, parts_of
from routing.models import Action, RoutingRule, RoutingVersion
from scoring.models import VersionState
from tenancy.scope import current_account


@dataclass(frozen=True)
class Book:
    """One version of an account's rules, in order."""

    version_id: UUID
    number: int
    rules: tuple[Rule, ...]

    @property
    def pool_ids(self) -> list[UUID]:
        return sorted({rule.pool_id for rule in self.rules if rule.pool_id})

    @property
    def asks_company(self) -> bool:
        return any(rule.action == Action.COMPANY_OWNER for rule in self.rules)


def published() -> Book | None:
    """The rules in force in the account in scope; None before any were published."""
    version = RoutingVersion.objects.filter(state=VersionState.PUBLISHED).first()
    return _compiled(version.account_id, version.pk, version.number) if version else None


@lru_cache(maxsize=1024)
def _compiled(account_id: UUID, version_id: UUID, number: int) -> Book:
    rows = RoutingRule.objects.filter(account_id=account_id, version_id=version_id).order_by("position")
    known = catalogue(current_account())
    return Book(version_id, number, tuple(_rule(row, known) for row in rows))


def _rule(row: RoutingRule, known: Catalogue) -> Rule:
    parts = parts_of(row.condition, known)
    return Rule(row.pk, row.position, row.label, row.action, row.condition, row.pool_id, row.member_id, parts)
