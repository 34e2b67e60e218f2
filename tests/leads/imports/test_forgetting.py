"""What was uploaded does not lie about: the rows of a file go when nobody needs them, at the latest after a week."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.files.storage import default_storage

from events.drain import drain, work_once
from events.models import Job
from events.record import SYSTEM
from leads.imports import batch as batches
from leads.imports.forgetting import KEPT, forget
from leads.imports.starting import pause, receive, start, stop
from leads.models import Import, Lead
from tenancy import clock
from tenancy.models import Account
from tenancy.scope import scope
from tests.leads.imports.files import PEOPLE, a_csv, again, undone

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def waiting(account: Account) -> Import:
    with scope(account):
        return receive(a_csv(PEOPLE), by=SYSTEM)


def half_done(account: Account, batch: Import, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batches, "AT_ONCE", 1)
    with scope(account):
        start(batch)
    work_once(account)
    with scope(account):
        pause(batch)


def time_passes(account: Account) -> None:
    with scope(account):
        Job.objects.update(run_at=clock.now() - timedelta(seconds=1))
    drain()


def test_an_upload_that_nobody_starts_is_forgotten_after_a_week(account: Account, waiting: Import) -> None:
    with scope(account):
        job = Job.objects.get(kind="leads.forget_imports")
        assert abs(job.run_at - waiting.created_at - KEPT) < timedelta(minutes=1)
    time_passes(account)
    assert not default_storage.exists(waiting.path)
    gone = again(account, waiting)
    assert (gone.state, gone.path) == ("undone", "")


def test_a_paused_import_is_stopped_after_a_week_and_can_be_undone(
    account: Account, waiting: Import, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = waiting.path
    half_done(account, waiting, monkeypatch)
    time_passes(account)
    assert not default_storage.exists(path)
    batch = again(account, waiting)
    assert (batch.state, batch.counts) == ("cancelled", {"created": 1})
    assert undone(account, batch).state == "undone"
    with scope(account):
        assert not Lead.objects.exists()


def test_a_running_import_is_not_forgotten(account: Account, waiting: Import) -> None:
    with scope(account):
        start(waiting)
        assert not forget(waiting.pk)
    drain()
    assert again(account, waiting).counts == {"created": 3}


def test_stopping_deletes_the_rows_that_were_not_taken(
    account: Account, waiting: Import, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = waiting.path
    half_done(account, waiting, monkeypatch)
    assert default_storage.exists(path)
    with scope(account):
        stop(waiting)
    drain()
    assert not default_storage.exists(path)
    assert again(account, waiting).path == ""


def test_undoing_a_paused_import_deletes_its_rows(
    account: Account, waiting: Import, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = waiting.path
    half_done(account, waiting, monkeypatch)
    undone(account, waiting)
    assert not default_storage.exists(path)
