"""Change, event and jobs stand or fall together."""

import pytest
from django.db import IntegrityError, ProgrammingError, transaction

from events.jobs import Handler
from events.kinds import Kind
from events.models import Actor, Event, Job
from events.record import SYSTEM, By, Happening, record, record_all
from tenancy.ids import uuid7
from tenancy.models import Account
from tenancy.scope import scope


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
        assert Job.objects.count() == 50


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
