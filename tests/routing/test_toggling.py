"""Many at once while reps come and go: one owner each, fair shares, no capacity exceeded, nobody who is away.

Eight threads with 250 leads each: ROUTING_RACE=8x250 bin/test tests/routing/test_toggling.py
"""

from __future__ import annotations

import os
import threading
from collections import Counter
from collections.abc import Callable
from datetime import datetime
from itertools import groupby
from random import Random
from types import SimpleNamespace
from uuid import UUID

import pytest

from events.record import SYSTEM
from leads.models import Lead
from routing import assignment, pools
from routing.models import Action, Decision, Pool, PoolMember, Roster
from tenancy import clock
from tenancy.models import Account
from tenancy.scope import scope
from tests.factories import a_lead, a_member
from tests.routing.published import a_pool, publish, to_pool
from tests.routing.test_race import together

pytestmark = pytest.mark.django_db(transaction=True)

THREADS, EACH = (int(number) for number in os.environ.get("ROUTING_RACE", "4x25").split("x"))
REPS = ("Rita", "Raj", "Jun", "Kim", "Ola")
ALWAYS: list[list[list[int]]] = [[[0, 1440]]] * 7
Away = list[tuple[UUID, datetime, datetime]]


@pytest.fixture(autouse=True)
def working_hours() -> None:
    """The real time: threads know no other. All of them work around the clock."""


@pytest.fixture
def five(account: Account, rules: SimpleNamespace) -> list[PoolMember]:
    """Five reps who are always there; not seated yet."""
    with scope(account):
        members = [rules.rita, rules.raj, *(a_member(name) for name in REPS[2:])]
        for member in members:
            Roster.objects.create(member=member, week=ALWAYS, holidays="none")
    return members


def leads_of(account: Account) -> list[list[UUID]]:
    with scope(account):
        return [[a_lead().pk for _ in range(EACH)] for _ in range(THREADS)]


def routing(account: Account, lead_ids: list[UUID]) -> Callable[[], None]:
    def work() -> None:
        for lead_id in lead_ids:
            with scope(account):
                assignment.route([lead_id], by=SYSTEM)

    return work


def toggling(account: Account, pool: Pool, over: threading.Event, away: Away) -> Callable[[], None]:
    """Pauses one seat after the other, never two at a time; `away` notes from when to when each surely was."""

    def work() -> None:
        chance = Random(7)
        with scope(account):
            seats = list(PoolMember.objects.filter(pool=pool).select_related("member", "pool"))
        while not over.is_set():
            seat = chance.choice(seats)
            with scope(account):
                pools.pause_seat(seat, paused=True, by=SYSTEM)
            since = clock.now()
            over.wait(0.05)
            until = clock.now()
            with scope(account):
                pools.pause_seat(seat, paused=False, by=SYSTEM)
            away.append((seat.member_id, since, until))

    return work


def race(account: Account, pool: Pool) -> Away:
    """Route everything at once while seats are paused and resumed. Gives the surely paused stretches."""
    batches, over, away = leads_of(account), threading.Event(), list[tuple[UUID, datetime, datetime]]()
    toggler = threading.Thread(target=together, args=[toggling(account, pool, over, away)])
    toggler.start()
    try:
        together(*(routing(account, lead_ids) for lead_ids in batches))
    finally:
        over.set()
        toggler.join()
    assert away
    return away


def turns_of(pool: Pool) -> list[Decision]:
    return list(Decision.objects.filter(pool_id=pool.pk, reason="routed").order_by("turn"))


def there(decision: Decision) -> frozenset[str]:
    return frozenset(one["name"] for one in decision.body["candidates"] if one["available"])


def test_in_turn_while_reps_toggle(account: Account, five: list[PoolMember]) -> None:
    with scope(account):
        desk = a_pool("Desk", *((one, {"capacity_open": None}) for one in five))
        publish(to_pool("Desk", desk))
    away = race(account, desk)
    with scope(account):
        made = turns_of(desk)
        assert len(made) == len({one.lead_id for one in made}) == THREADS * EACH
        assert not Lead.objects.filter(owner=None).exists()
        assert [one.turn for one in made] == list(range(1, THREADS * EACH + 1))  # nobody saw another's turn
        for names, stretch in groupby(made, there):
            shares = Counter(one.body["member"] for one in stretch)
            assert set(shares) <= names
            assert max(shares.values()) - min(shares.get(name, 0) for name in names) <= 1
        for member_id, since, until in away:
            assert not [one for one in made if one.member_id == member_id and since < one.decided_at < until]


def test_weights_and_capacities_hold(account: Account, five: list[PoolMember]) -> None:
    weights, room = (5, 3, 2, 1, 1), THREADS * EACH // 4
    with scope(account):
        seats = [(one, {"weight": weight, "capacity_open": room}) for one, weight in zip(five, weights, strict=True)]
        desk = a_pool("Desk", *seats, strategy="weighted")
        publish(to_pool("Desk", desk), fallback={"label": "Rest", "action": Action.QUEUE})
    together(*(routing(account, lead_ids) for lead_ids in leads_of(account)))
    with scope(account):
        held = Counter(Lead.objects.exclude(owner=None).values_list("owner__name", flat=True))
        assert max(held.values()) <= room
        got: Counter[str] = Counter()
        for number, one in enumerate(turns_of(desk), start=1):
            if len(there(one)) < len(REPS):
                break  # somebody is full: the others' shares are of what is left
            got[one.body["member"]] += 1
            for name, weight in zip(REPS, weights, strict=True):
                assert abs(got[name] - number * weight / sum(weights)) <= 1
        assert got.total() > 0
