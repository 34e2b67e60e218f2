"""The books as they stand: who is here and works, what they hold, whose turn it is. Read once for a batch."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Count

from accounts.models import Member
from leads.facts import facts_asked
from leads.models import Lead
from routing import turns
from routing.calendars import calendar_from, leaves_of, rosters_of
from routing.models import Decision, Pool, PoolMember, Strategy, Territory
from routing.people import Person, Taken
from routing.places import Place
from routing.regions import countries_of
from routing.rulebook import Book, Books
from tenancy import clock

BY_LOAD = (Strategy.LEAST_LOADED, Strategy.BEST_FIT)
TWO_DAYS = timedelta(days=2)  # a local day of any zone began less than that ago


@dataclass(frozen=True)
class Rows:
    """What was read of pools."""

    pools: Sequence[Pool]
    seats: Sequence[PoolMember]

    @property
    def counts_open(self) -> bool:
        """Whether anything depends on how many open leads somebody has."""
        by_load = any(pool.strategy in BY_LOAD for pool in self.pools)
        return by_load or any(seat.capacity_open is not None for seat in self.seats)

    @property
    def counts_days(self) -> bool:
        return any(seat.capacity_day is not None or seat.capacity_minutes is not None for seat in self.seats)


def books_for(book: Book, leads: Iterable[Lead], *, lock: bool) -> tuple[Books, datetime]:
    """What `book` needs to decide about `leads`, and the moment (aware) at which it is so; about ten statements.

    With `lock` its pools, and those of territories, are locked until the transaction ends, and the pool of everybody
    gets its seats. Without, nothing is written.
    """
    places = territories()
    members = list(Member.objects.active())
    rows = pools_of(book.pool_ids | {place.pool_id for place in places if place.pool_id}, members, lock=lock)
    now = clock.now()  # only once the lock is ours: while we waited for it somebody may have come or gone
    people = people_of(members, now)
    add_loads(people, rows, now)
    owners = company_owners(leads) if book.asks_company else {}
    return Books(people, turns.at_work(rows.pools, rows.seats, people), places, owners), now


def pools_of(pool_ids: set[UUID], members: Sequence[Member], *, lock: bool) -> Rows:
    pools = turns.locked(pool_ids) if lock else list(Pool.objects.filter(pk__in=pool_ids).order_by("id"))
    seats = list(PoolMember.objects.filter(pool_id__in=pool_ids))
    seated = turns.seat_everybody if lock else _as_if_seated
    return Rows(pools, seated(pools, seats, members))


def _as_if_seated(pools: Sequence[Pool], seats: list[PoolMember], members: Sequence[Member]) -> list[PoolMember]:
    """The seats that pools of everybody would have."""
    wanted, found = turns.everybody(members), []
    for pool in pools:
        own = [seat for seat in seats if seat.pool_id == pool.pk]
        if pool.everybody:
            missing = sorted(wanted - {seat.member_id for seat in own})
            own = [seat for seat in own if seat.member_id in wanted]
            own += [PoolMember(pool=pool, member_id=one, capacity_open=None) for one in missing]
        found += own
    return found


def people_of(members: Sequence[Member], now: datetime, since: date | None = None) -> dict[UUID, Person]:
    """Members as routing sees them, without what they hold; with leave that ends from `since` (yesterday) on."""
    rosters, leaves = rosters_of(members), leaves_of(members, since or (now - TWO_DAYS).date())
    found = {}
    for member in members:
        roster = rosters.get(member.pk)
        found[member.pk] = Person(
            member.pk,
            member.name,
            calendar_from(member, roster, leaves.get(member.pk, ())),
            roster.paused_until if roster else None,
            frozenset(roster.skills if roster else ()),
            frozenset(roster.languages if roster else ()),
        )
    return found


def add_loads(people: Mapping[UUID, Person], rows: Rows, now: datetime, *, all_of_them: bool = False) -> None:
    """What the people in `rows` hold, where anything depends on it, or in any case."""
    seated = {seat.member_id for seat in rows.seats} & people.keys()
    if rows.counts_open or all_of_them:
        held = Lead.objects.open().filter(owner_id__in=seated).values_list("owner_id").annotate(Count("id")).order_by()
        for member_id, count in held:
            people[member_id].holds = count
    for member_id in seated:
        people[member_id].counts_days = rows.counts_days
    if rows.counts_days:
        given = Decision.objects.filter(member_id__in=seated, reason="routed", decided_at__gte=now - TWO_DAYS)
        for member_id, at, minutes in given.values_list("member_id", "decided_at", "minutes"):
            today = people[member_id].taken.setdefault(people[member_id].day_of(at), Taken())
            today.leads, today.minutes = today.leads + 1, today.minutes + minutes


def company_owners(leads: Iterable[Lead]) -> dict[UUID, UUID]:
    """Who owns the newest assigned lead of each of the leads' companies."""
    companies = {lead.company_id for lead in leads if lead.company_id}
    owned = Lead.objects.filter(company_id__in=companies).exclude(owner=None)
    return dict(owned.order_by("assigned_at").values_list("company_id", "owner_id"))


def territories() -> list[Place]:
    """The account's territories, in order."""
    return [place_of(row) for row in Territory.objects.order_by("position", "id")]


def place_of(row: Territory) -> Place:
    return Place(
        id=row.pk,
        name=row.name,
        countries=frozenset(row.countries) | countries_of(row.regions),
        postal_prefixes=tuple(row.postal_prefixes),
        industries=frozenset(row.industries),
        headcount_from=row.headcount_from,
        headcount_to=row.headcount_to,
        accounts=frozenset(row.accounts),
        member_id=row.member_id,
        pool_id=row.pool_id,
    )


def facts_for(book: Book, lead: Any) -> dict[str, Any]:
    """Of a lead's facts, those that deciding looks at."""
    return facts_asked(lead, book.asks) | {"company_id": lead.company_id}
