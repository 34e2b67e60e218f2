"""Rules in force, made in one go."""

from __future__ import annotations

from typing import Any

from routing.models import Action, Pool, PoolMember, RoutingRule, RoutingVersion
from scoring.models import VersionState
from tenancy import clock

EVERY_LEAD: dict[str, Any] = {"all": []}


def publish(*rules: dict[str, Any], fallback: dict[str, Any] | None = None, **columns: Any) -> RoutingVersion:
    """A version more, whose rules come before the fallback: everybody in turn, unless told."""
    RoutingVersion.objects.filter(state=VersionState.PUBLISHED).update(state=VersionState.RETIRED)
    version: RoutingVersion = RoutingVersion.objects.create(
        number=RoutingVersion.objects.count() + 1, state=VersionState.PUBLISHED, published_at=clock.now(), **columns
    )
    last = fallback or {"label": "Everybody in turn", "action": Action.POOL, "pool": Pool.objects.get(everybody=True)}
    for position, said in enumerate([*rules, last], start=1):
        RoutingRule.objects.create(version=version, position=position, **said)
    return version


def to_pool(label: str, pool: Pool, condition: dict[str, Any] | None = None) -> dict[str, Any]:
    return {"label": label, "condition": condition or EVERY_LEAD, "action": Action.POOL, "pool": pool}


def a_pool(name: str, *members: Any, strategy: str = "round_robin", **columns: Any) -> Pool:
    """A pool with seats; a member, or a pair of a member and the seat's columns."""
    pool: Pool = Pool.objects.create(name=name, strategy=strategy, **columns)
    for one in members:
        member, seat = one if isinstance(one, tuple) else (one, {})
        PoolMember.objects.create(pool=pool, member=member, **seat)
    return pool
