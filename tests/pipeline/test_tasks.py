"""Tasks: their times, who is told, when they come again."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st

from events.kinds import Kind
from events.models import Event, Job, NoticeKind, Notification
from events.record import SYSTEM
from pipeline.models import Every, Task
from pipeline.tasks import (
    add_task,
    change_task,
    finish_task,
    next_due,
    remind_of_tasks,
    remove_task,
    reopen_task,
    snooze_task,
)
from tenancy import clock
from tests.factories import a_lead

ZONES = ("Europe/Berlin", "America/New_York", "Asia/Kathmandu", "UTC")
BERLIN = ZoneInfo("Europe/Berlin")


@pytest.fixture
def jonas(cast: SimpleNamespace, in_scope: Any) -> SimpleNamespace:
    cast.lead = a_lead(owner=cast.rita, name="Jonas Weidmann")
    return cast


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=BERLIN)


@pytest.mark.parametrize(
    ("due", "every", "now", "again"),
    [
        ("2026-03-16T09:00", "day", "2026-03-16T10:00", "2026-03-17T09:00"),
        ("2026-03-16T09:00", "day", "2026-03-19T09:00", "2026-03-20T09:00"),  # what was missed isn't made up for
        ("2026-03-16T09:00", "day", "2026-03-10T09:00", "2026-03-17T09:00"),  # done early
        ("2026-03-28T09:00", "day", "2026-03-28T10:00", "2026-03-29T09:00"),  # the clocks go forward that night
        ("2026-03-28T02:30", "day", "2026-03-28T10:00", "2026-03-29T02:30"),
        ("2026-03-16T09:00", "week", "2026-03-16T10:00", "2026-03-23T09:00"),
        ("2026-01-31T09:00", "month", "2026-01-31T10:00", "2026-02-28T09:00"),
        ("2026-02-28T09:00", "month", "2026-02-28T10:00", "2026-03-31T09:00"),  # last days stay last days
        ("2026-01-30T09:00", "month", "2026-01-30T10:00", "2026-02-28T09:00"),
        ("2025-12-15T09:00", "month", "2026-03-20T10:00", "2026-04-15T09:00"),
    ],
)
def test_when_it_comes_again(due: str, every: str, now: str, again: str) -> None:
    assert next_due(at(due), every, BERLIN, at(now)) == at(again)


@given(
    due=st.datetimes(datetime(2020, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC)),
    late=st.timedeltas(timedelta(days=-40), timedelta(days=400)),
    every=st.sampled_from(Every.values),
    zone=st.sampled_from(ZONES),
)
def test_it_comes_next_at_the_same_hour_and_never_in_the_past(
    due: datetime, late: timedelta, every: str, zone: str
) -> None:
    local, now = ZoneInfo(zone), due + late
    again = next_due(due, every, local, now)
    assert again > max(now, due)
    assert again.astimezone(local).replace(tzinfo=None).time() == due.astimezone(local).time() or _in_a_gap(
        again, local
    )
    if every != Every.MONTH:
        days = {"day": 1, "week": 7}[every]
        apart = again.astimezone(local).date() - due.astimezone(local).date()
        assert apart.days % days == 0
        assert apart.days == days or again - timedelta(days=days, hours=2) <= max(now, due)


def _in_a_gap(moment: datetime, zone: ZoneInfo) -> bool:
    return moment.astimezone(UTC).astimezone(zone).replace(tzinfo=None) != moment.replace(tzinfo=None)


def test_one_that_is_done_makes_the_next_with_its_reminder(jonas: SimpleNamespace) -> None:
    due = clock.now() - timedelta(hours=3)
    early = due - timedelta(hours=1)
    task = add_task(jonas.lead, "Weekly call", kind="call", by=jonas.rita.by, due_at=due, remind_at=early, every="week")
    finish_task(task, by=jonas.rita.by)
    finish_task(task, by=jonas.rita.by)
    following = Task.objects.get(done_at=None)
    assert (following.title, following.kind, following.every, following.member) == (
        "Weekly call",
        "call",
        "week",
        jonas.rita,
    )
    assert timedelta(days=6) < following.due_at - due < timedelta(days=8)
    assert following.due_at - following.remind_at == timedelta(hours=1)
    reopen_task(task, by=jonas.rita.by)
    assert [one.pk for one in Task.objects.filter(done_at=None)] == [task.pk]


def test_one_that_comes_again_needs_a_first_time(jonas: SimpleNamespace) -> None:
    with pytest.raises(ValidationError, match="first time"):
        add_task(jonas.lead, "Weekly call", by=SYSTEM, every="week")
    task = add_task(jonas.lead, "Weekly call", by=SYSTEM, due_at=clock.now(), every="week")
    with pytest.raises(ValidationError, match="first time"):
        change_task(task, {"due_at": None}, by=SYSTEM)


def test_its_reminder_is_a_job_and_moves_along(jonas: SimpleNamespace) -> None:
    due = clock.now() + timedelta(days=1)
    task = add_task(jonas.lead, "Call", by=SYSTEM, due_at=due, remind_at=due - timedelta(minutes=15))
    waiting = Job.objects.filter(kind=remind_of_tasks.name, state="pending")
    assert [job.run_at for job in waiting] == [due - timedelta(minutes=15)]
    change_task(task, {"due_at": due + timedelta(days=2)}, by=SYSTEM)
    assert [job.run_at for job in waiting.all()] == [due + timedelta(days=2, minutes=-15)]
    finish_task(task, by=SYSTEM)
    assert not waiting.all()


def test_its_owner_is_reminded_once(jonas: SimpleNamespace) -> None:
    past = clock.now() - timedelta(minutes=1)
    task = add_task(jonas.lead, "Call", by=SYSTEM, due_at=past, remind_at=past)
    remind_of_tasks([task.pk])
    remind_of_tasks([task.pk])
    notice = Notification.objects.get()
    assert (notice.member_id, notice.kind, notice.text) == (jonas.rita.pk, NoticeKind.TASK, "Call: Jonas Weidmann")
    done = add_task(jonas.lead, "Done", by=SYSTEM, due_at=past, remind_at=past)
    finish_task(done, by=SYSTEM)
    remind_of_tasks([done.pk])
    assert Notification.objects.count() == 1


def test_putting_it_off(jonas: SimpleNamespace) -> None:
    task = add_task(jonas.lead, "Call", by=SYSTEM, due_at=clock.now())
    until = clock.now() + timedelta(days=1)
    snooze_task(task, until, by=jonas.rita.by)
    assert (task.due_at, task.remind_at) == (until, until)
    changed = Event.objects.get(kind=Kind.TASK_CHANGED).body["changed"]
    assert changed["due_at"][1] == until.isoformat()
    with pytest.raises(ValidationError, match="time to come"):
        snooze_task(task, clock.now() - timedelta(minutes=1), by=jonas.rita.by)


def test_whoever_gets_one_from_somebody_else_is_told(jonas: SimpleNamespace) -> None:
    task = add_task(jonas.lead, "Check the price", by=jonas.rita.by, member=jonas.raj)
    assert Notification.objects.get().text == "Rita gave you a task: Check the price"
    change_task(task, {"member": jonas.rita}, by=jonas.rita.by)  # her own lead: it stands on her Today
    assert Notification.objects.count() == 1


def test_removing_keeps_what_it_was_on_the_record(jonas: SimpleNamespace) -> None:
    task = add_task(jonas.lead, "Call", by=jonas.rita.by, due_at=clock.now())
    remove_task(task, by=jonas.rita.by)
    assert not Task.objects.exists()
    assert Event.objects.get(kind=Kind.TASK_REMOVED).body["title"] == "Call"
