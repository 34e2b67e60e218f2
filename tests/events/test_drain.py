"""What is due is done: in batches, in turn, once, and not at all by those who lost their lease."""

import threading
from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

import psycopg
import pytest
from django.db import connection

from events import drain as due
from events.jobs import HANDLERS, Handler, Later, cancel, job, schedule
from events.kinds import Kind
from events.models import Event, Job, JobState
from events.record import SYSTEM, record
from tenancy import clock
from tenancy.ids import uuid7
from tenancy.models import Account
from tenancy.scope import scope
from tests.database import RoleSwitch
from tests.events.conftest import Notes


def happen(account: Account, count: int, kind: Kind = Kind.LEAD_CAPTURED) -> list[UUID]:
    """`count` leads captured: as many jobs."""
    leads = [uuid7() for _ in range(count)]
    with scope(account):
        for lead in leads:
            record(kind, lead, by=SYSTEM, lead_id=lead)
    return leads


def states(account: Account) -> list[str]:
    with scope(account):
        return list(Job.objects.order_by("created_at", "id").values_list("state", flat=True))


@pytest.fixture
def poisoned() -> set[UUID]:
    return set()


@pytest.fixture
def delicate(note: Handler, notes: Notes, poisoned: set[UUID]) -> Handler:
    """A handler that fails on poisoned subjects, in place of `note`."""

    def work(subject_ids: Sequence[UUID]) -> None:
        for subject_id in subject_ids:
            if subject_id in poisoned:
                raise ValueError("poison")
            record(Kind.LEAD_SCORED, subject_id, by=SYSTEM)

    HANDLERS[note.name] = Handler(note.name, "lead", 3, inside=work)
    return note


def test_due_jobs_are_handled_in_batches(acme: Account, note: Handler, notes: Notes) -> None:
    leads = happen(acme, 7)
    assert due.drain() == 7
    assert [len(batch) for batch in notes] == [3, 3, 1]
    assert {lead for batch in notes for lead in batch} == set(leads)
    assert set(states(acme)) == {JobState.DONE}


def test_equal_subjects_of_a_batch_are_handled_once(acme: Account, note: Handler, notes: Notes) -> None:
    lead = uuid7()
    with scope(acme):
        for _ in range(3):
            record(Kind.LEAD_CAPTURED, lead, by=SYSTEM, lead_id=lead)
    due.drain()
    assert notes == [(lead,)]
    assert states(acme) == [JobState.DONE] * 3


def test_accounts_take_turns(acme: Account, eves: Account, note: Handler, notes: Notes) -> None:
    happen(acme, 30)
    theirs = happen(eves, 1)
    due.drain()
    assert (theirs[0],) in notes[:2]


def test_a_timer_waits_for_its_time(acme: Account, note: Handler, notes: Notes) -> None:
    lead, now = uuid7(), clock.now()
    with scope(acme):
        schedule(note, lead, now + timedelta(minutes=5))
    assert due.drain() == 0
    with clock.at(now + timedelta(minutes=5)):
        assert due.drain() == 1
    assert notes == [(lead,)]


def test_rescheduling_cancels_the_timer_before(acme: Account, note: Handler, notes: Notes) -> None:
    lead, now = uuid7(), clock.now()
    with scope(acme):
        schedule(note, lead, now)
        schedule(note, lead, now + timedelta(hours=1))
        cancel(note, uuid7())
    due.drain()
    assert notes == []
    assert states(acme) == [JobState.CANCELLED, JobState.PENDING]


def test_cancelling_leaves_reactions_alone(acme: Account, note: Handler, notes: Notes) -> None:
    (lead,) = happen(acme, 1)
    with scope(acme):
        cancel(note, lead)
    due.drain()
    assert notes == [(lead,)]


def test_one_poisoned_subject_does_not_hold_up_its_batch(acme: Account, delicate: Handler, poisoned: set[UUID]) -> None:
    leads = happen(acme, 3)
    poisoned.add(leads[1])
    due.drain()
    assert sorted(states(acme)) == [JobState.DONE, JobState.DONE, JobState.PENDING]
    with scope(acme):
        assert set(Event.objects.filter(kind=Kind.LEAD_SCORED).values_list("subject_id", flat=True)) == {
            leads[0],
            leads[2],
        }


def test_a_job_that_keeps_failing_dies_visibly_and_can_be_retried(
    acme: Account, delicate: Handler, poisoned: set[UUID]
) -> None:
    poisoned.update(happen(acme, 1))
    now = clock.now()
    for hours in range(due.MAX_ATTEMPTS):
        with clock.at(now + timedelta(hours=hours)):
            due.drain()
    with scope(acme):
        dead = Job.objects.get()
        assert (dead.state, dead.attempts) == (JobState.DEAD, due.MAX_ATTEMPTS)
        assert "poison" in dead.last_error
        poisoned.clear()
        due.retry(dead)
    due.drain()
    assert states(acme) == [JobState.DONE]


def test_what_can_only_wait_is_tried_for_a_day(acme: Account, note: Handler) -> None:
    """A mail server that greylists for a quarter of an hour, or is away for the night, costs no mail."""

    def not_yet(subject_ids: Sequence[UUID]) -> None:
        raise Later("451 Greylisted")

    HANDLERS[note.name] = Handler(note.name, "lead", 1, inside=not_yet)
    happen(acme, 1)
    now = clock.now()
    for minutes in range(0, 15 * 12, 15):
        with clock.at(now + timedelta(minutes=minutes)):
            due.drain()
    with scope(acme):
        job = Job.objects.get()
        assert (job.state, job.attempts, job.last_error) == (JobState.PENDING, 12, "Later('451 Greylisted')")
        assert job.run_at - (now + timedelta(minutes=165)) <= timedelta(minutes=10)
        Job.objects.update(attempts=due.MAX_LATER - 1)
    with clock.at(now + timedelta(days=1)):
        due.drain()
    assert states(acme) == [JobState.DEAD]


def test_a_job_nobody_handles_is_dead_at_once(acme: Account) -> None:
    with scope(acme):
        Job.objects.create(kind="gone.handler", dedupe_key="1", subject_id=uuid7(), run_at=clock.now())
    due.drain()
    assert states(acme) == [JobState.DEAD]


def test_who_lost_the_lease_has_no_effect(acme: Account, delicate: Handler) -> None:
    happen(acme, 1)
    frozen = due.claim_batch(acme, clock.now())
    assert frozen
    later = clock.now() + due.LEASE + timedelta(seconds=1)
    assert due.sweep(acme, later) == 1
    with clock.at(later):
        due.drain()
        due.run(frozen)
    with scope(acme):
        assert Event.objects.filter(kind=Kind.LEAD_SCORED).count() == 1
    assert states(acme) == [JobState.DONE]


def test_a_running_lease_is_left_alone(acme: Account, note: Handler) -> None:
    happen(acme, 1)
    assert due.claim_batch(acme, clock.now())
    assert due.sweep(acme, clock.now()) == 0
    assert due.drain() == 0


def test_a_job_that_kills_its_worker_every_time_dies_too(acme: Account, note: Handler) -> None:
    happen(acme, 1)
    now = clock.now()
    for minutes in range(due.MAX_ATTEMPTS):
        moment = now + 2 * due.LEASE * minutes
        due.claim_batch(acme, moment)
        due.sweep(acme, moment + due.LEASE + timedelta(seconds=1))
    assert states(acme) == [JobState.DEAD]


def test_workers_side_by_side_do_everything_once(acme: Account, delicate: Handler) -> None:
    leads = happen(acme, 60)
    workers = [threading.Thread(target=drain_and_hang_up) for _ in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    with scope(acme):
        scored = list(Event.objects.filter(kind=Kind.LEAD_SCORED).values_list("subject_id", flat=True))
    assert sorted(scored) == sorted(leads)


def test_the_workers_role_can_drain(acme: Account, note: Handler, as_role: RoleSwitch) -> None:
    happen(acme, 1)
    with as_role("worker"):
        assert due.drain() == 1


def drain_and_hang_up() -> None:
    try:
        due.drain()
    finally:
        connection.close()


@pytest.fixture
def outside(note: Handler, monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """What a handler that works outside was given, with the slug and whether a transaction was open."""
    seen: list[Any] = []

    def send(account: Account, subject_id: UUID) -> None:
        seen.append((account.slug, subject_id, connection.in_atomic_block))

    HANDLERS[note.name] = Handler(note.name, "lead", 1, outside=send)
    monkeypatch.setattr("events.record.flow", lambda: {Kind.LEAD_CAPTURED: [HANDLERS[note.name]]})
    return seen


def test_outside_work_runs_alone_and_without_a_transaction(acme: Account, outside: list[Any]) -> None:
    leads = happen(acme, 2)
    assert due.drain_inside() == 0
    assert due.drain() == 2
    assert outside == [("acme", lead, False) for lead in leads]


def test_one_process_at_a_time_works_outside(acme: Account, outside: list[Any], role_urls: dict[str, str]) -> None:
    happen(acme, 1)
    with psycopg.connect(role_urls["worker"]) as other:
        other.execute("SELECT pg_advisory_lock(%s)", [due.OUTSIDE_LOCK])
        assert due.drain() == 0
        # By hand: a server lets go some time after its client has hung up.
        other.execute("SELECT pg_advisory_unlock(%s)", [due.OUTSIDE_LOCK])
        assert due.drain() == 1


def test_a_decorated_function_is_found_by_its_app_and_name(note: Handler) -> None:
    @job()
    def brand_new(subject_ids: Sequence[UUID]) -> None: ...

    assert HANDLERS.pop("tests.brand_new") is brand_new
