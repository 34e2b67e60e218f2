"""Rules as rows become rules to decide with: compiled once per version and process where nothing can change them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any
from uuid import UUID

from leads.catalogue import Catalogue, catalogue
from leads.conditions import asks_about, compiled, sentence
from routing import places, turn_order
from routing.models import RoutingRule, RoutingVersion
from routing.rulebook import Book, Part, Rule
from routing.sieve import sieve_of
from scoring.models import VersionState

ALWAYS = frozenset({"tier", "score"})  # what the record says of every lead


def published() -> Book | None:
    """The rules in force in the account in scope; None before any were published."""
    version = RoutingVersion.objects.filter(state=VersionState.PUBLISHED).first()
    return _kept(version.account_id, version.pk) if version else None


@lru_cache(maxsize=1024)
def _kept(account_id: UUID, version_id: UUID) -> Book:
    return book_of(RoutingVersion.objects.get(account_id=account_id, pk=version_id))


def book_of(version: RoutingVersion, rows: Iterable[RoutingRule] | None = None) -> Book:
    """A version, a draft too, ready to decide; `rows` instead of the rules it has."""
    rows = sorted(version.rules.all() if rows is None else rows, key=lambda row: row.position)
    known = catalogue()
    asked = [asks_about(row.condition) for row in rows if row.condition]
    rules = tuple(_rule(row, known) for row in rows)
    return Book(
        version_id=version.pk,
        number=version.number,
        rules=rules,
        rules_for=sieve_of(rules, [row.condition for row in rows]).rules_for,
        closed=version.closed,
        effort=version.effort,
        asks=frozenset(ALWAYS | places.ASKED | turn_order.ASKED).union(*asked),
    )


def _rule(row: RoutingRule, known: Catalogue) -> Rule:
    asks = {} if row.condition is None else {"holds": compiled(row.condition).matches}
    return Rule(
        id=row.pk,
        key=row.key,
        position=row.position,
        label=row.label,
        action=row.action,
        is_fallback=row.is_fallback,
        parts=parts_of(row.condition, known),
        member_id=row.member_id,
        pool_id=row.pool_id,
        territory_id=row.territory_id,
        pipeline_id=row.pipeline_id,
        stage_id=row.stage_id,
        **asks,
    )


def parts_of(condition: Mapping[str, Any] | None, known: Catalogue | None = None) -> tuple[Part, ...]:
    """The clauses of a condition: the branches of its outermost `all` or `any`, else the condition itself."""
    if condition is None:
        return ()
    branches = next((condition[group] for group in ("all", "any") if group in condition), [condition])
    return tuple(Part(sentence(branch, known), compiled(branch).matches) for branch in branches)
