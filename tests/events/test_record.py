"""Change, event and jobs stand or fall together."""

from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID

import pytest
from django.db import IntegrityError, ProgrammingError, transaction

from events import drain
from events.jobs import HANDLERS, Handler, drop_all
from events.kinds import Kind
from events.models import Actor, Event, Job
from events.record import SYSTEM, By, Happening, record, record_all
from tenancy.ids import uuid7
from tenancy.models import Account
from tenancy.scope import scope
from tests.events.conftest import Notes


def test_an_event_says_who_what_and_when(acme: Account, note: Handler) -> None:
    lead, rita = uuid7(), uuid7()
    with scope(acme):
        event = record(Kind.LEAD_CHANGED, lead, by=By(Actor.MEMBER, rita, "Rita"), lead_id=lead, fields=["email"])
        kept = Event.objects.get(pk=event.pk)
    assert (kept.kind, kept.subject_id, kept.actor_id, kept.actor_name) == ("lead.changed", lead, rita, "Rita")
    assert kept.body == {"fields": ["email"]}
    assert kept.occurred_at is not None


def test_an_event_starts_the_jobs_of_the_flow(acme: Account, note: Handler) -> None:
    lead = uuid7()
    with scope(acme):
        event = record(Kind.LEAD_CAPTURED, uuid7(), by=SYSTEM, lead_id=lead)
        due = Job.objects.get()
    assert (due.kind, due.subject_id, due.dedupe_key) == (note.name, lead, event.pk.hex)


def test_a_rolled_back_change_leaves_neither_event_nor_job(acme: Account, note: Handler) -> None:
    with pytest.raises(ZeroDivisionError), scope(acme):
        record(Kind.LEAD_CAPTURED, uuid7(), by=SYSTEM).body["x"] = 1 / 0
    with scope(acme):
        assert not Event.objects.exists()
        assert not Job.objects.exists()


def test_many_events_take_two_statements(acme: Account, note: Handler, django_assert_num_queries) -> None:  # type: ignore[no-untyped-def]
    with scope(acme):
        happenings = [Happening(Kind.LEAD_CAPTURED, uuid7()) for _ in range(50)]
        with django_assert_num_queries(2):
            record_all(happenings)
        assert Job.objects.count() == 50  # the handler takes three at a time


def test_many_events_share_jobs_as_large_as_the_handler_takes(
    acme: Account, note: Handler, notes: Notes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("events.record.TOGETHER", 3)
    with scope(acme):
        happenings = [Happening(Kind.LEAD_CAPTURED, uuid7(), uuid7()) for _ in range(7)]
        record_all([*happenings, happenings[0]])
        jobs = list(Job.objects.order_by("id"))
    leads = [one.lead_id for one in happenings]
    assert [job.subjects for job in jobs] == [leads[:3], leads[3:6], [leads[6], leads[0]]]
    drain.drain_inside()
    assert notes == [tuple(leads[:3]), tuple(leads[3:6]), (leads[6], leads[0])]


def test_what_is_gone_is_taken_out_of_shared_jobs(
    acme: Account, note: Handler, notes: Notes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("events.record.TOGETHER", 3)
    with scope(acme):
        leads = [uuid7() for _ in range(7)]
        record_all([Happening(Kind.LEAD_CAPTURED, lead, lead) for lead in leads[:6]])
        record_all([Happening(Kind.LEAD_CAPTURED, leads[6], leads[6])])
        drop_all([leads[0], *leads[3:]])
        assert sorted(Job.objects.values_list("state", flat=True)) == ["cancelled", "cancelled", "pending"]
    drain.drain_inside()
    assert notes == [(leads[1], leads[2])]


def test_a_poisoned_subject_holds_up_none_of_those_it_came_with(
    acme: Account, note: Handler, notes: Notes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("events.record.TOGETHER", 3)
    with scope(acme):
        leads = [uuid7() for _ in range(3)]
        record_all([Happening(Kind.LEAD_CAPTURED, lead, lead) for lead in leads])
        shared = Job.objects.get()

    def refuse(subject_ids: Sequence[UUID]) -> None:
        if leads[1] in subject_ids:
            raise ValueError("poison")
        notes.append(tuple(subject_ids))

    monkeypatch.setitem(HANDLERS, note.name, replace(note, inside=refuse))
    drain.work_once(acme)
    assert notes == [(leads[0],), (leads[2],)]
    with scope(acme):
        states = dict(Job.objects.exclude(pk=shared.pk).values_list("subject_id", "state"))
        assert states == {leads[0]: "done", leads[1]: "pending", leads[2]: "done"}
        shared.refresh_from_db()
        assert shared.state == "skipped"


def test_events_can_be_neither_changed_nor_deleted(acme: Account, note: Handler) -> None:
    with scope(acme):
        record(Kind.LEAD_CHANGED, uuid7(), by=SYSTEM)
        with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
            Event.objects.update(kind="x")
        with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
            Event.objects.all().delete()


def test_one_event_starts_a_handler_once(acme: Account, note: Handler) -> None:
    with scope(acme):
        event = record(Kind.LEAD_CAPTURED, uuid7(), by=SYSTEM)
        with pytest.raises(IntegrityError), transaction.atomic():
            Job.objects.create(kind=note.name, dedupe_key=event.pk.hex, subject_id=uuid7(), run_at=event.occurred_at)
