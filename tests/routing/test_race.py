"""Eight at once, real transactions: shares differ by at most one, one owner each, nobody twice."""

import threading
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from types import SimpleNamespace
from typing import Any
from uuid import UUID

import pytest
from django.db import connection

from events import drain
from events.kinds import Kind
from events.models import Event, Job, JobState
from events.record import PROSPECT, SYSTEM
from leads.capture import capture
from leads.models import Lead, Source
from routing import assignment, turns
from routing.models import Decision, Pool, PoolMember
from scoring.defaults import publish_default_model
from tenancy.models import Account
from tenancy.scope import scope
from tests.factories import a_lead, a_member, a_source

pytestmark = pytest.mark.django_db(transaction=True)

THREADS, EACH = 8, 250
REPS = ("Rita", "Raj", "Jun", "Kim")


@pytest.fixture(autouse=True)
def working_hours() -> None:
    """The real time: threads know no other. At night all four are back in the same hour, and take turns as by day."""


@pytest.fixture
def four(account: Account, rules: SimpleNamespace) -> Source:
    """Rita, Raj and two more; gives the source that everything comes through."""
    with scope(account):
        publish_default_model(account)
        for name in REPS[2:]:
            a_member(name)
        return a_source()


def together(*works: Callable[[], None]) -> None:
    """Run all at once, each with a connection of its own; an error in one fails the test."""
    errors: list[BaseException] = []

    def run(work: Callable[[], None]) -> None:
        try:
            work()
        except BaseException as error:
            errors.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=[work]) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []


def captures(account: Account, source: Source, number: int, each: int) -> Callable[[], None]:
    def work() -> None:
        for index in range(each):
            with scope(account):
                facts = {"name": f"Person {number} {index}", "email": f"p{index}@firm{number}.example"}
                capture(facts, source=source, channel="api", by=PROSPECT)

    return work


@contextmanager
def draining(threads: int) -> Iterator[None]:
    """Workers that drain all the while, and at the end until nothing is due."""
    over = threading.Event()

    def work() -> None:
        while not over.wait(0.01):
            drain.drain()

    workers = threading.Thread(target=together, args=[work] * threads)
    workers.start()
    try:
        yield
    finally:
        over.set()
        workers.join()
    drain.drain(seconds=600)


def shares(account: Account) -> Counter[str]:
    with scope(account):
        return Counter(Lead.objects.values_list("owner__name", flat=True))


def test_two_thousand_captures_of_eight_threads_are_shared_evenly(account: Account, four: Source) -> None:
    with draining(3):
        together(*(captures(account, four, number, EACH) for number in range(THREADS)))
    found = shares(account)
    assert found.total() == THREADS * EACH
    assert set(found) == set(REPS)
    assert max(found.values()) - min(found.values()) <= 1
    with scope(account):
        assigned = Counter(Event.objects.filter(kind=Kind.LEAD_ASSIGNED).values_list("lead_id", flat=True))
        assert set(assigned.values()) == {1}
        assert Decision.objects.count() == len(assigned) == THREADS * EACH
        assert sum(PoolMember.objects.values_list("turns", flat=True)) == THREADS * EACH
        assert not Job.objects.filter(state__in=[JobState.PENDING, JobState.LEASED, JobState.DEAD]).filter(
            kind="routing.route_unrouted_leads"
        )


def test_without_the_pools_lock_the_shares_drift(
    account: Account, four: Source, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control: it is the lock that keeps the promise. Without it all four look before any of them takes a turn."""
    with scope(account):
        leads = [a_lead(source=four).pk for _ in REPS]
        assignment.route([a_lead(source=four).pk], by=SYSTEM)  # everybody has a seat
    looked = threading.Barrier(len(REPS), timeout=20)

    def unlocked(pool_ids: Sequence[UUID]) -> list[Pool]:
        return list(Pool.objects.filter(pk__in=pool_ids))

    def seated(*args: Any) -> list[PoolMember]:
        looked.wait()
        seats: list[PoolMember] = args[1]
        return seats

    def route(lead_id: UUID) -> Callable[[], None]:
        def work() -> None:
            with scope(account):
                assignment.route([lead_id], by=SYSTEM)

        return work

    monkeypatch.setattr(turns, "locked", unlocked)
    monkeypatch.setattr(turns, "seat_everybody", seated)
    together(*(route(lead_id) for lead_id in leads))
    found = shares(account)
    assert max(found[name] for name in REPS) - min(found[name] for name in REPS) > 1
