"""Whose turn is it? A pool's row is the lock under which turns are taken, so that no two leads see the same turn."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from uuid import UUID

from django.db.models import F, Max
from django.db.models.functions import Greatest

from accounts.models import Member
from accounts.roles import Role
from leads.removal import before_removal
from routing.models import Decision, Pool, PoolMember, Strategy
from routing.people import Person
from routing.pooling import Pool as PoolAtWork
from routing.turn_order import STRIDE, Seat, middle_of

COUNTED = ["turns", "last_turn", "passed", "credit"]


def locked(pool_ids: Iterable[UUID]) -> list[Pool]:
    """Lock pools until the transaction's end, in the order of their ids, so that two batches never wait for each other
    in a circle."""
    return list(Pool.objects.filter(pk__in=pool_ids).select_for_update(no_key=True).order_by("id"))


def at_work(
    pools: Iterable[Pool], seats: Iterable[PoolMember], people: Mapping[UUID, Person]
) -> dict[UUID, PoolAtWork]:
    """Pools ready to decide; seats of members who left are not there."""
    sitting: dict[UUID, list[Seat]] = {}
    for row in sorted(seats, key=_age):
        if person := people.get(row.member_id):
            sitting.setdefault(row.pool_id, []).append(_seat(row, person))
    return {pool.pk: PoolAtWork(pool.pk, pool.name, pool.strategy, sitting.get(pool.pk, ())) for pool in pools}


def _age(row: PoolMember) -> UUID:
    return row.pk


def _seat(row: PoolMember, person: Person) -> Seat:
    return Seat(
        row.pk,
        person,
        row.weight,
        row.capacity_open,
        row.capacity_day,
        row.capacity_minutes,
        row.paused_at is not None,
        row.turns,
        row.last_turn,
        row.passed,
        row.credit,
    )


def seat_everybody(pools: Sequence[Pool], seats: list[PoolMember], members: Sequence[Member]) -> list[PoolMember]:
    """In pools of everybody one seat for each rep, none for others. Their seats take any number of leads: there is
    nobody else to take them."""
    wanted = everybody(members)
    for pool in pools:
        if pool.everybody:
            seats = _seated(pool, seats, wanted)
    return seats


def _seated(pool: Pool, seats: list[PoolMember], wanted: set[UUID]) -> list[PoolMember]:
    own = [seat for seat in seats if seat.pool_id == pool.pk]
    gone = {seat.pk for seat in own if seat.member_id not in wanted}
    new = [
        PoolMember(pool=pool, member_id=member_id, capacity_open=None, passed=level_of(own))
        for member_id in sorted(wanted - {seat.member_id for seat in own})
    ]
    if gone:
        PoolMember.objects.filter(pk__in=gone).delete()
    if new:
        PoolMember.objects.bulk_create(new)
    return [seat for seat in seats if seat.pk not in gone] + new


def everybody(members: Iterable[Member]) -> set[UUID]:
    """All reps; until there is one, the first admin counts as one."""
    members = list(members)
    reps = {member.pk for member in members if member.role == Role.REP}
    admins = sorted(
        (member for member in members if member.role == Role.ADMIN), key=lambda one: (one.joined_at, one.pk)
    )
    return reps or {member.pk for member in admins[:1]}


def level_of(seats: Iterable[PoolMember]) -> int:
    """Where a pool stands by weight, for who joins it."""
    return middle_of([seat for seat in seats if seat.paused_at is None])  # type: ignore[misc]  # weight and passed do


def save(pools: Iterable[PoolAtWork]) -> None:
    """Keep the turns that were taken, in one statement."""
    rows = [
        PoolMember(pk=seat.id, **{name: getattr(seat, name) for name in COUNTED})
        for pool in pools
        for seat in pool.touched
    ]
    if rows:
        PoolMember.objects.bulk_update(rows, COUNTED)


@before_removal
def give_back(lead_ids: Sequence[UUID]) -> None:
    """Leads that should never have come took turns from members; they get them back. A seat among everybody that was
    only made for these leads goes."""
    routed = Decision.objects.filter(lead_id__in=lead_ids, member__isnull=False, pool_id__isnull=False)
    taken = Counter(routed.values_list("pool_id", "member_id"))
    pools = {pool.pk: pool for pool in locked({pool_id for pool_id, _ in taken})}
    for (pool_id, member_id), turns in taken.items():
        seats = PoolMember.objects.filter(pool_id=pool_id, member_id=member_id)
        others = Decision.objects.filter(pool_id=pool_id, member_id=member_id).exclude(lead_id__in=lead_ids)
        last = others.aggregate(last=Max("turn"))["last"] or 0
        seats.update(turns=Greatest(F("turns") - turns, 0), last_turn=last)
        if pool_id in pools and pools[pool_id].strategy == Strategy.WEIGHTED:
            seats.update(passed=F("passed") - turns * STRIDE / F("weight"))
    unused = PoolMember.objects.filter(pool__in=pools, pool__everybody=True, turns=0, paused_at=None)
    if pools:
        unused.filter(pk__gt=min(lead_ids)).delete()  # ids are in the order of time
