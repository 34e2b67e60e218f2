"""How a pool stands now: who is free, what they hold, whose turn is next; and what its turns came to. Reads only."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Count, Q

from accounts.models import Member
from routing import turns
from routing.calendars import calendars_of
from routing.models import Decision, Leave, Pool, PoolMember
from routing.pooling import Pool as PoolAtWork
from routing.state import add_loads, people_of, pools_of
from routing.turn_order import Seat, held
from tenancy import clock

DAYS = 30
FAR = 100  # turns to look ahead


@dataclass(frozen=True)
class Standing:
    """One seat: why its member takes no lead now, what they hold, how many others come first (None: not in sight)."""

    seat: PoolMember
    out: str
    holds: str
    before: int | None

    @property
    def turn(self) -> str:
        if self.before is None:
            return ""
        return "next" if self.before == 0 else f"after {self.before} other{'s' if self.before > 1 else ''}"


def standing_of(pools: Sequence[Pool]) -> dict[Any, list[Standing]]:
    """Every seat of these pools as of now, by pool; seats of everybody too, whether they have been taken or not."""
    now, members = clock.now(), list(Member.objects.active())
    rows = pools_of({pool.pk for pool in pools}, members, lock=False)
    people = people_of(members, now)
    add_loads(people, rows, now, all_of_them=True)
    seats = {row.pk: row for row in rows.seats}
    named = {member.pk: member for member in members}
    for row in rows.seats:
        row.member = named.get(row.member_id) or row.member
    found = {}
    for pool in turns.at_work(rows.pools, rows.seats, people).values():
        told = [(seat, pool.why_out(seat, now), held(seat)) for seat in pool.seats]
        ahead = _ahead(pool, now)  # takes turns on paper
        found[pool.id] = [Standing(seats[seat.id], out, holds, ahead.get(seat)) for seat, out, holds in told]
    return found


def _ahead(pool: PoolAtWork, now: datetime) -> dict[Seat, int]:
    """How many turns of others come before each seat's own, as far as can be told without knowing the leads."""
    found: dict[Seat, int] = {}
    for number in range(FAR):
        free = pool.free(now)
        if not free or len(found) == len(free):
            break
        seat = pool.next(free, {}).seat
        found.setdefault(seat, number)
        pool.take(seat, now)
        seat.person.take(now, 0)
        if seat.why_full(now):
            pool.forget()
    return found


@dataclass(frozen=True)
class Ledger:
    """A member's turns in one pool in the last days: `mine` of `all`, what would be `fair`, what leave did."""

    pool: Pool
    standing: Standing
    mine: int
    all: int
    fair: float
    away: int  # leads of the pool that went to others on days of leave


def ledgers_of(member: Member) -> list[Ledger]:
    """What a member got from each of their pools, and why."""
    sits = PoolMember.objects.filter(member=member).values("pool")
    pools = list(Pool.objects.filter(Q(everybody=True) | Q(pk__in=sits)).order_by("name"))
    standing = standing_of(pools)
    since = clock.now() - timedelta(days=DAYS)
    given = Decision.objects.filter(reason="routed", decided_at__gte=since, pool_id__in=[pool.pk for pool in pools])
    shares = given.order_by().values_list("pool_id", "member_id").annotate(Count("id"))
    counts, away = {(pool, who): n for pool, who, n in shares}, _away(member, given)
    return [
        _ledger(pool, member, standing[pool.pk], counts, away[pool.pk])
        for pool in pools
        if any(one.seat.member_id == member.pk for one in standing[pool.pk])
    ]


def _ledger(pool: Pool, member: Member, seats: list[Standing], counts: dict[Any, int], away: int) -> Ledger:
    own = next(one for one in seats if one.seat.member_id == member.pk)
    whole = sum(one.seat.weight for one in seats)
    total = sum(count for (pool_id, _), count in counts.items() if pool_id == pool.pk)
    weight = own.seat.weight if pool.strategy == "weighted" else 1
    share = weight / (whole if pool.strategy == "weighted" else len(seats))
    return Ledger(pool, own, counts.get((pool.pk, member.pk), 0), total, round(total * share, 1), away)


def _away(member: Member, given: Any) -> Counter[UUID]:
    """How many leads each pool gave to others while the member was on leave."""
    since = (clock.now() - timedelta(days=DAYS)).date()
    if not Leave.objects.filter(member=member, last_day__gte=since).exists():
        return Counter()
    calendar = calendars_of([member], since)[member.pk]
    others = given.exclude(member=member).values_list("pool_id", "decided_at")
    return Counter(pool for pool, at in others if calendar.is_on_leave(at.astimezone(calendar.zone).date()))
