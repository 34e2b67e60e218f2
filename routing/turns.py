"""Whose turn is it? A pool's row is the lock under which turns are taken, so that no two leads see the same turn."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from uuid import UUID

from django.db.models import Case, F, When
from django.db.models.functions import Greatest

from accounts.models import Member
from accounts.roles import Role
from leads.removal import before_removal
from routing import choice
from routing.models import Decision, Pool, PoolMember


def lock(pool_ids: Sequence[UUID], members: Iterable[Member]) -> dict[UUID, choice.Pool]:
    """Lock pools until the transaction's end, in the order of their ids, so that two batches never wait for each other.

    `members` are the account's active ones. Returns the pools with their seats as of now.
    """
    pools = locked(pool_ids)
    seats: dict[UUID, list[PoolMember]] = {pool.pk: [] for pool in pools}
    for seat in PoolMember.objects.filter(pool_id__in=list(seats)):
        seats[seat.pool_id].append(seat)
    here = {member.pk: member for member in members}
    for pool in pools:
        if pool.everybody:
            seats[pool.pk] = seat_everybody(pool, seats[pool.pk], here.values())
    return {
        pool.pk: choice.Pool(pool.pk, pool.name, tuple(_seat(row, here) for row in sorted(seats[pool.pk], key=_age)))
        for pool in pools
    }


def locked(pool_ids: Sequence[UUID]) -> list[Pool]:
    return list(Pool.objects.filter(pk__in=pool_ids).select_for_update(no_key=True).order_by("id"))


def seat_everybody(pool: Pool, seats: list[PoolMember], members: Iterable[Member]) -> list[PoolMember]:
    """One seat for each rep, none for others; a newcomer starts with the fewest turns there are: nobody is flooded."""
    wanted = everybody(members)
    gone = [seat for seat in seats if seat.member_id not in wanted]
    new = sorted(wanted - {seat.member_id for seat in seats})
    if gone:
        PoolMember.objects.filter(pk__in=[seat.pk for seat in gone]).delete()
        seats = [seat for seat in seats if seat.member_id in wanted]
    if not new:
        return seats
    fewest = min((seat.turns for seat in seats if seat.paused_at is None), default=0)
    newcomers = [PoolMember(pool=pool, member_id=member_id, turns=fewest) for member_id in new]
    PoolMember.objects.bulk_create(newcomers)
    return seats + newcomers


def everybody(members: Iterable[Member]) -> set[UUID]:
    """All reps; until there is one, the first admin counts as one."""
    members = list(members)
    reps = {member.pk for member in members if member.role == Role.REP}
    admins = sorted(
        (member for member in members if member.role == Role.ADMIN), key=lambda one: (one.joined_at, one.pk)
    )
    return reps or {member.pk for member in admins[:1]}


def taken(pool: choice.Pool, seat: choice.Seat) -> choice.Pool:
    """The pool after `seat` had its turn."""
    return replace(
        pool, seats=tuple(replace(one, turns=one.turns + 1) if one.id == seat.id else one for one in pool.seats)
    )


def save(turns: Mapping[UUID, int]) -> None:
    """Add the turns taken, by seat, in one statement."""
    if turns:
        PoolMember.objects.filter(pk__in=list(turns)).update(
            turns=F("turns") + Case(*(When(pk=seat, then=count) for seat, count in Counter(turns).items()))
        )


@before_removal
def give_back(lead_ids: Sequence[UUID]) -> None:
    """Leads that should never have come took turns from members; they get them back."""
    routed = Decision.objects.filter(lead_id__in=lead_ids, member__isnull=False, rule__pool__isnull=False)
    taken = Counter(routed.values_list("rule__pool_id", "member_id"))
    for (pool_id, member_id), turns in taken.items():
        seats = PoolMember.objects.filter(pool_id=pool_id, member_id=member_id)
        seats.update(turns=Greatest(F("turns") - turns, 0))


def _age(row: PoolMember) -> UUID:
    return row.pk


def _seat(row: PoolMember, here: Mapping[UUID, Member]) -> choice.Seat:
    member = here.get(row.member_id)
    out = "no longer here" if member is None else "paused" if row.paused_at else ""
    return choice.Seat(row.pk, row.member_id, member.name if member else "A former member", row.turns, out)
