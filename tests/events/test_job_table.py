"""The job table as a state machine: whatever workers, sweepers and people do in whatever order, nothing is lost,
nothing is done twice, nothing is early."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from django.db import connection
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from events import drain as due
from events.drain import LEASE, MAX_ATTEMPTS, Claim
from events.jobs import HANDLERS, Handler, cancel, job, schedule
from events.kinds import Kind
from events.models import Job, JobState, Notification
from events.record import SYSTEM, record
from tenancy import clock
from tenancy.ids import uuid7
from tenancy.scope import scope
from tests.factories import an_account

BEGIN = datetime(2026, 3, 2, 9, tzinfo=UTC)
OVER = {JobState.DONE, JobState.CANCELLED}
poisoned: set[UUID] = set()


@pytest.fixture
def handlers(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A reaction and a timer, each of which leaves one row per subject and run: its effect, with its time."""

    def leave_a_row(subject_ids: Sequence[UUID]) -> None:
        for subject_id in subject_ids:
            Notification.objects.create(member_id=subject_id, text="effect", created_at=clock.now())
            if subject_id in poisoned:
                raise ValueError("poison")

    @job(batch=3)
    def react(subject_ids: Sequence[UUID]) -> None:
        leave_a_row(subject_ids)

    @job(batch=2)
    def fire(subject_ids: Sequence[UUID]) -> None:
        leave_a_row(subject_ids)

    # A failed job looks after the connection; the one that holds the test's own transaction must stay.
    monkeypatch.setattr(connection, "close_if_unusable_or_obsolete", lambda: None)
    monkeypatch.setattr("events.record.flow", lambda: {Kind.LEAD_CAPTURED: [react]})
    yield
    poisoned.clear()
    del HANDLERS[react.name], HANDLERS[fire.name]


def timer() -> Handler:
    return HANDLERS["tests.fire"]


class JobTable(RuleBasedStateMachine):
    """Workers hold claims; some crash with them, some wake up long after their lease."""

    def __init__(self) -> None:
        super().__init__()
        self.account = an_account(f"a{uuid7().hex[-12:]}")
        self.now = BEGIN
        self.claims: list[Claim] = []
        self.reactions: list[UUID] = []
        self.timers: dict[UUID, datetime] = {}  # the earliest time at which a subject's timers may fire
        self.final: dict[UUID, str] = {}

    # What happens

    @rule(count=st.integers(1, 4))
    def something_happens(self, count: int) -> None:
        with clock.at(self.now), scope(self.account):
            for _ in range(count):
                self.reactions.append(uuid7())
                record(Kind.LEAD_CAPTURED, self.reactions[-1], by=SYSTEM, lead_id=self.reactions[-1])

    @rule(minutes=st.integers(0, 10), again=st.booleans())
    def a_timer_is_set(self, minutes: int, again: bool) -> None:
        subject, at = (
            next(iter(self.timers)) if again and self.timers else uuid7(),
            self.now + timedelta(minutes=minutes),
        )
        self.timers[subject] = min(at, self.timers.get(subject, at))
        with clock.at(self.now), scope(self.account):
            schedule(timer(), subject, at)

    @precondition(lambda self: self.timers)
    @rule()
    def a_timer_is_cancelled(self) -> None:
        with clock.at(self.now), scope(self.account):
            cancel(timer(), next(iter(self.timers)))

    @rule(seconds=st.sampled_from([1, 30, 61, 700]))
    def time_passes(self, seconds: int) -> None:
        self.now += timedelta(seconds=seconds)

    @rule(what=st.integers(0))
    def one_is_poisoned(self, what: int) -> None:
        subjects = [*self.reactions, *self.timers]
        if subjects:
            poisoned.add(subjects[what % len(subjects)])

    # Who works

    @rule()
    def a_worker_claims(self) -> None:
        with clock.at(self.now):
            claim = due.claim_batch(self.account, self.now)
        self.claims += [claim] if claim else []

    @precondition(lambda self: self.claims)
    @rule(which=st.integers(0))
    def a_worker_finishes(self, which: int) -> None:
        claim = self.claims.pop(which % len(self.claims))
        with clock.at(self.now):
            due.run(claim)

    @precondition(lambda self: self.claims)
    @rule()
    def a_worker_dies(self) -> None:
        self.claims.pop()

    @rule()
    def leases_are_swept(self) -> None:
        due.sweep(self.account, self.now)

    @precondition(lambda self: self.claims)
    @rule(which=st.integers(0))
    def a_frozen_worker_wakes_up_too_late(self, which: int) -> None:
        frozen = self.claims.pop(which % len(self.claims))
        self.now += LEASE + timedelta(minutes=1)
        due.sweep(self.account, self.now)
        with clock.at(self.now):
            while due.work_once(self.account):
                pass
            due.run(frozen)

    @rule()
    def a_person_retries(self) -> None:
        with clock.at(self.now), scope(self.account):
            for dead in Job.objects.filter(state=JobState.DEAD):
                due.retry(dead)

    # What always holds

    @invariant()
    def what_always_holds(self) -> None:
        with scope(self.account):
            jobs = list(Job.objects.all())
            effects = list(Notification.objects.values_list("member_id", "created_at"))
        self.check_effects(effects, [row.subject_id for row in jobs if row.state == JobState.DONE])
        self.check_jobs(jobs)

    def check_effects(self, effects: list[tuple[UUID, datetime]], done: list[UUID]) -> None:
        """An effect for each job that is done, and for no other; none before its time."""
        of_subject = Counter(subject for subject, _ in effects)
        assert set(of_subject) == set(done)
        assert all(of_subject[subject] <= 1 for subject in self.reactions)
        # Timers of one subject that fall due together are one piece of work.
        assert all(number <= done.count(subject) for subject, number in of_subject.items())
        assert all(at >= self.timers.get(subject, BEGIN) for subject, at in effects)

    def check_jobs(self, jobs: list[Job]) -> None:
        """None is lost, what is over stays over, and only who works holds a lease."""
        assert {row.subject_id for row in jobs} == {*self.reactions, *self.timers}
        assert all(self.final.get(row.pk, row.state) == row.state for row in jobs)
        assert all(row.attempts <= MAX_ATTEMPTS for row in jobs)
        waiting = {JobState.PENDING, *OVER}
        assert all((row.lease_token is None) == (row.state in waiting) for row in jobs if row.state != JobState.DEAD)
        self.final = {row.pk: row.state for row in jobs if row.state in OVER}

    def teardown(self) -> None:
        """The poison is found and everything that was left behind is done: all of it, once."""
        poisoned.clear()
        for _ in range(3):  # leases end, batches scatter, the dead are retried
            self.now += LEASE + timedelta(minutes=11)
            self.leases_are_swept()
            self.a_person_retries()
            with clock.at(self.now):
                while due.work_once(self.account):
                    pass
        self.what_always_holds()
        with scope(self.account):
            assert set(Job.objects.values_list("state", flat=True)) <= OVER
            reacted = Job.objects.filter(kind="tests.react")
            assert set(reacted.values_list("state", flat=True)) <= {JobState.DONE}
            assert sorted(reacted.values_list("subject_id", flat=True)) == sorted(self.reactions)


@pytest.mark.django_db
@pytest.mark.usefixtures("handlers")
def test_nothing_is_lost_nothing_is_done_twice_nothing_is_early() -> None:
    run_state_machine_as_test(JobTable, settings=settings(max_examples=12, stateful_step_count=20))
