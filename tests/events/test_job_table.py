"""The job table as a state machine: whatever workers, sweepers and people do in whatever order, nothing is lost,
nothing is done twice, nothing is early."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from django.db import connection
from hypothesis import strategies as st
from hypothesis.stateful import invariant

from events import drain as due
from events.drain import LEASE, MAX_ATTEMPTS, Claim
from events.jobs import HANDLERS, Handler, cancel, job, schedule
from events.kinds import Kind
from events.models import Job, JobState, Notification
from events.record import Happening, record_all
from tenancy import clock
from tenancy.ids import uuid7
from tests.factories import an_account
from tests.machine import Machine, play, step

BEGIN = datetime(2026, 3, 2, 9, tzinfo=UTC)
OVER = {JobState.DONE, JobState.SKIPPED, JobState.CANCELLED}
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
    monkeypatch.setattr("events.record.TOGETHER", 3)
    yield
    poisoned.clear()
    del HANDLERS[react.name], HANDLERS[fire.name]


def timer() -> Handler:
    return HANDLERS["tests.fire"]


class JobTable(Machine):
    """Workers hold claims; some die with them, some wake up long after their lease."""

    def __init__(self) -> None:
        super().__init__()
        self.now = BEGIN
        self.claims: list[tuple[Claim, datetime]] = []  # with the end of the lease
        self.reactions: list[UUID] = []
        self.timers: dict[UUID, datetime] = {}  # the earliest time at which a subject's timers may fire
        self.final: dict[UUID, str] = {}

    # What happens

    @step(count=st.integers(1, 8), together=st.booleans())
    def something_happens(self, count: int, together: bool) -> None:
        new = [Happening(Kind.LEAD_CAPTURED, subject, subject) for subject in (uuid7() for _ in range(count))]
        self.reactions += [one.subject_id for one in new]
        with clock.at(self.now):
            for some in [new] if together else [[one] for one in new]:
                record_all(some)

    @step(minutes=st.integers(0, 10), again=st.booleans(), cancelled=st.booleans())
    def a_timer_is_set(self, minutes: int, again: bool, cancelled: bool) -> None:
        subject, at = (
            next(iter(self.timers)) if again and self.timers else uuid7(),
            self.now + timedelta(minutes=minutes),
        )
        self.timers[subject] = min(at, self.timers.get(subject, at))
        with clock.at(self.now):
            schedule(timer(), subject, at)
            if cancelled:
                cancel(timer(), subject)

    @step(seconds=st.sampled_from([1, 30, 61, 700]), swept=st.booleans(), retried=st.booleans())
    def time_passes(self, seconds: int, swept: bool, retried: bool) -> None:
        self.now += timedelta(seconds=seconds)
        if swept:
            self.leases_are_swept()
        if retried:
            self.a_person_retries()

    @step(what=st.integers(0))
    def one_is_poisoned(self, what: int) -> None:
        subjects = [*self.reactions, *self.timers]
        if subjects:
            poisoned.add(subjects[what % len(subjects)])

    # Who works

    @step(often=3, fate=st.sampled_from(["works on", "finishes", "dies", "freezes", "freezes, sick"]))
    def a_worker_claims(self, fate: str) -> None:
        with clock.at(self.now):
            claim = due.claim_batch(self.account, self.now)
        if claim is None or fate == "dies":
            return
        if fate == "works on":
            self.claims.append((claim, self.now + LEASE))
            self.leases_are_swept()  # which takes nothing from who works
        elif fate == "finishes":
            self.finish(claim, self.now + LEASE)
        else:
            self.wake_too_late(claim, is_sick=fate != "freezes")

    @step(which=st.integers(0), late=st.booleans())
    def a_worker_comes_to_its_end(self, which: int, late: bool) -> None:
        if not self.claims:
            return
        claim, until = self.claims.pop(which % len(self.claims))
        if late:
            self.wake_too_late(claim, is_sick=False)
        else:
            self.finish(claim, until)

    def finish(self, claim: Claim, until: datetime) -> None:
        """Who is in time has done all but the poisoned."""
        with clock.at(self.now):
            due.run(claim)
        healthy = Job.objects.filter(pk__in=claim.job_ids).exclude(subject_id__in=poisoned)
        assert self.now >= until or set(healthy.values_list("state", flat=True)) <= {JobState.DONE, JobState.SKIPPED}

    def wake_too_late(self, frozen: Claim, *, is_sick: bool) -> None:
        self.now += LEASE + timedelta(minutes=1)
        self.leases_are_swept()
        before = set(poisoned)
        with clock.at(self.now):
            while due.work_once(self.account):
                pass
            poisoned.update(frozen.subject_ids if is_sick else ())  # it can't do it, and says so to everybody
            due.run(frozen)
        poisoned.intersection_update(before)

    def leases_are_swept(self) -> None:
        due.sweep(self.account, self.now)

    def a_person_retries(self) -> None:
        with clock.at(self.now):
            for dead in Job.objects.filter(state=JobState.DEAD):
                due.retry(dead)

    # What always holds

    @invariant()
    def what_always_holds(self) -> None:
        jobs = list(Job.objects.all())
        effects = list(Notification.objects.values_list("member_id", "created_at"))
        self.check_effects(effects, [one for row in jobs if row.state == JobState.DONE for one in row.subjects])
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
        """None is lost, what is over stays over, and who works holds the lease for as long as it lasts."""
        assert {one for row in jobs for one in row.subjects} == {*self.reactions, *self.timers}
        assert all(self.final.get(row.pk, row.state) == row.state for row in jobs)
        assert all(row.attempts <= MAX_ATTEMPTS for row in jobs)
        waiting = {JobState.PENDING, *OVER}
        assert all((row.lease_token is None) == (row.state in waiting) for row in jobs if row.state != JobState.DEAD)
        tokens = {row.pk: row.lease_token for row in jobs}
        working = [claim for claim, until in self.claims if self.now < until]
        assert all(tokens[pk] == claim.token for claim in working for pk in claim.job_ids)
        self.final = {row.pk: row.state for row in jobs if row.state in OVER}

    def at_the_end(self) -> None:
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
        jobs = list(Job.objects.all())
        assert {row.state for row in jobs} <= OVER
        reacted = [row for row in jobs if row.kind == "tests.react" and row.state != JobState.SKIPPED]
        assert {row.state for row in reacted} <= {JobState.DONE}
        assert sorted(one for row in reacted for one in row.subjects) == sorted(self.reactions)


@pytest.mark.django_db
@pytest.mark.usefixtures("handlers")
def test_nothing_is_lost_nothing_is_done_twice_nothing_is_early() -> None:
    play(JobTable, an_account(), examples=40, steps=20)
