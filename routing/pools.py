"""Changing pools: who sits in them, with what weight and capacity, and how turns are taken."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import QuerySet

from accounts.models import Member
from events.kinds import Kind
from events.record import By, record
from routing.models import Credit, Pool, PoolMember, RoutingRule, Strategy, Territory
from routing.turns import level_of, locked
from tenancy import clock

MOST_SEATS = 500
COLUMNS = ("weight", "capacity_open", "capacity_day", "capacity_minutes")


def every_pool() -> QuerySet[Pool]:
    """All pools by name, with their seats and members at hand."""
    found: QuerySet[Pool] = Pool.objects.prefetch_related("seats__member").order_by("name")
    return found


def add_pool(said: Mapping[str, Any], seats: Sequence[Mapping[str, Any]], *, by: By) -> Pool:
    """A pool with its seats: `{"member": Member, "weight", "capacity_open", ...}`. Raises ValidationError."""
    pool = Pool()
    return change_pool(pool, said, seats, by=by)


@transaction.atomic
def change_pool(
    pool: Pool, said: Mapping[str, Any], seats: Sequence[Mapping[str, Any]] | None = None, *, by: By
) -> Pool:
    """Set columns of a pool and, if `seats` are given, who sits in it: who is not named leaves it.

    A pool that goes over to weights counts them from then on. Raises ValidationError.
    """
    before = pool.strategy
    for name, value in said.items():
        setattr(pool, name, value)
    _check(pool)
    pool.save()
    locked([pool.pk])
    if before != pool.strategy and pool.strategy == Strategy.WEIGHTED:
        pool.seats.update(passed=0)
    if seats is not None:
        _seat(pool, seats)
    record(Kind.POOL_CHANGED, pool, by=by, name=pool.name, strategy=pool.strategy)
    return pool


def pause_seat(seat: PoolMember, *, paused: bool, by: By) -> None:
    """Let a seat take no turns, or take turns again, in its pool; a batch that is at it ends first."""
    locked([seat.pool_id])
    PoolMember.objects.filter(pk=seat.pk).update(paused_at=clock.now() if paused else None)
    record(Kind.POOL_CHANGED, seat.pool, by=by, name=seat.pool.name, member=seat.member.name, paused=paused)


def remove_pool(pool: Pool, *, by: By) -> None:
    """Remove a pool that no rule and no territory needs any more. Raises ValidationError with who does."""
    if pool.everybody:
        raise ValidationError("The pool of everybody stays: new accounts begin with it.")
    if needs := users_of(pool):
        raise ValidationError(f"{pool} is needed by {', '.join(needs)}.")
    record(Kind.POOL_CHANGED, pool, by=by, name=pool.name, removed=True)
    pool.delete()


def users_of(pool: Pool) -> list[str]:
    """The territories and rules that give leads to a pool; earlier versions too, for they can be live again."""
    rules = RoutingRule.objects.filter(pool=pool).select_related("version").order_by("version__number")
    territories = Territory.objects.filter(pool=pool).order_by("name")
    return [f"the territory {one}" for one in territories] + [f"“{rule}” of {rule.version}" for rule in rules[:5]]


def _check(pool: Pool) -> None:
    wrong: dict[str, str] = {}
    if not pool.name.strip():
        wrong["name"] = "A pool needs a name."
    if Pool.objects.filter(name=pool.name).exclude(pk=pool.pk).exists():
        wrong["name"] = "There is one with this name already. Choose another."
    if pool.strategy not in Strategy.values:
        wrong["strategy"] = f"Choose one of: {', '.join(Strategy.values)}."
    if not set(pool.credits) <= set(Credit.values):
        wrong["credits"] = f"Choose among: {', '.join(Credit.values)}."
    if wrong:
        raise ValidationError(wrong)


def _seat(pool: Pool, seats: Sequence[Mapping[str, Any]]) -> None:
    if pool.everybody:
        raise ValidationError({"members": "Everybody sits in this pool; make another for some."})
    _check_seats(seats)
    wanted: dict[Any, Mapping[str, Any]] = {one["member"].pk: one for one in seats}
    there = {row.member_id: row for row in PoolMember.objects.filter(pool=pool)}
    PoolMember.objects.filter(pk__in=[row.pk for key, row in there.items() if key not in wanted]).delete()
    level = level_of(there.values())
    for member_id, said in wanted.items():
        columns = {name: said[name] for name in COLUMNS if name in said}
        if member_id in there:
            PoolMember.objects.filter(pk=there[member_id].pk).update(**columns)
        else:
            PoolMember.objects.create(pool=pool, member_id=member_id, passed=level, **columns)


def _check_seats(seats: Sequence[Mapping[str, Any]]) -> None:
    members: list[Member] = [one["member"] for one in seats]
    if len(set(members)) < len(members):
        raise ValidationError({"members": "Somebody is named twice."})
    if len(members) > MOST_SEATS:
        raise ValidationError({"members": f"At most {MOST_SEATS} members fit into a pool."})
    if gone := [member.name for member in members if member.left_at]:
        raise ValidationError({"members": f"{gone[0]} has left."})
    if any(not 1 <= one.get("weight", 1) <= 100 for one in seats):
        raise ValidationError({"members": "A weight is 1 to 100."})
