"""A long table is read in the background, some pieces at a time; nobody waits for it, and it can be left."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from events.drain import drain, work_once
from events.jobs import Later
from events.record import SYSTEM
from leads.imports import reading, spreadsheet
from leads.imports.forgetting import forget
from leads.imports.reading import read_on
from leads.imports.starting import receive, start, undo
from leads.imports.storing import SCRATCH, UPLOAD, lines_of
from leads.models import Import, Lead, Source
from leads.privacy.needles import Needles
from leads.privacy.traces import clear_uploads
from tenancy.models import Account
from tenancy.scope import scope
from tests.factories import a_key
from tests.leads.imports.files import a_csv, again

pytestmark = pytest.mark.django_db(transaction=True)
LONG = [["Name", "E-mail"], *([f"Person {number}", f"person{number}@example.com"] for number in range(40))]


@pytest.fixture(autouse=True)
def _small_turns(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spreadsheet, "PIECE", 6)
    monkeypatch.setattr(reading, "CELLS_AT_ONCE", 30)


@pytest.fixture
def batch(account: Account) -> Import:
    with scope(account):
        return receive(a_csv(LONG), by=SYSTEM)


@pytest.fixture
def mo(cast: SimpleNamespace) -> Client:
    client = Client()
    client.force_login(cast.mo.user)
    return client


def files_of(path: str) -> list[str]:
    return [path + ending for ending in ("", UPLOAD, SCRATCH) if default_storage.exists(path + ending)]


def test_an_upload_is_answered_once_its_beginning_is_read(account: Account, batch: Import) -> None:
    assert (batch.state, batch.mapping) == ("reading", {"Name": "name", "E-mail": "email"})
    assert 0 < batch.rows < 40
    drain()
    assert (again(account, batch).state, batch.rows, batch.reading) == ("ready", 40, {})
    assert [cells for (_, cells), _ in lines_of(batch.path, 0, 100)] == LONG[1:]
    assert files_of(batch.path) == [batch.path]


def test_the_page_shows_how_far_it_is_and_then_columns_and_rows(mo: Client, account: Account) -> None:
    page = mo.post("/acme/imports/", {"file": a_csv(LONG)})["Location"]
    body = mo.get(page).content.decode()
    for words in ("Being read", "you can leave this page", "% of the file", "rows so far", "Throw away"):
        assert words in body, words
    assert "Import 40 rows" not in body
    assert "Being read, " in mo.get("/acme/imports/").content.decode()
    assert "HX-Refresh" not in mo.get(f"{page}progress/")
    drain()
    assert mo.get(f"{page}progress/")["HX-Refresh"] == "true"
    assert "Import 40 rows" in mo.get(page).content.decode()


def test_over_rest_it_runs_as_soon_as_it_is_read(account: Account) -> None:
    with scope(account):
        key = a_key()
    headers: Any = {"Authorization": f"Bearer {key}"}
    said = {"file": a_csv([["Wer", "E-mail"], *LONG[1:]]), "mapping": '{"Wer": "name"}'}
    answer = Client().post("/api/v1/imports/", said, headers=headers)
    assert answer.status_code == 202, answer.content
    started = answer.json()
    assert (started["state"], started["mapping"]) == ("reading", {"Wer": "name", "E-mail": "email"})
    drain()
    done = Client().get(f"/api/v1/imports/{started['id']}/", headers=headers).json()
    assert (done["state"], done["rows"], done["counts"]["created"]) == ("done", 40, 40)


def test_what_turns_out_to_be_no_table_says_why_and_leaves_nothing(mo: Client, account: Account) -> None:
    broken = "\n".join(",".join(row) for row in LONG) + '\n"' + "x" * 200_000
    upload = SimpleUploadedFile("people.csv", broken.encode())
    page = mo.post("/acme/imports/", {"file": upload})["Location"]
    with scope(account):
        path = Import.objects.get().path
    drain()
    body = mo.get(page).content.decode()
    assert "Line 42 can’t be read: a quotation mark is not closed." in body
    assert files_of(path) == []
    assert mo.post(f"{page}undo/")["Location"] == "/acme/imports/"


def test_a_turn_that_broke_off_is_done_again(account: Account, batch: Import) -> None:
    with scope(account):
        read_on(Import.objects.get())  # and its worker is killed: the rows are written, nothing is saved
    drain()
    assert [cells for (_, cells), _ in lines_of(again(account, batch).path, 0, 100)] == LONG[1:]


@pytest.mark.parametrize("started", [False, True])
def test_it_can_be_thrown_away_meanwhile(account: Account, batch: Import, started: bool) -> None:
    path = batch.path
    with scope(account):
        if started:
            start(batch)
        undo(batch)
    drain()
    assert (again(account, batch).state, files_of(path)) == ("undone", [])
    with scope(account):
        assert not Lead.objects.exists()
        assert not Source.objects.exists()


def test_an_upload_that_is_gone_is_told(account: Account, batch: Import) -> None:
    default_storage.delete(batch.path + UPLOAD)
    drain()
    assert again(account, batch).problem == "The upload is gone. Upload it again."


def test_other_work_of_the_account_passes_in_between(account: Account, batch: Import) -> None:
    rows = batch.rows
    work_once(account)
    assert rows < again(account, batch).rows < 40


def test_who_is_forgotten_is_looked_for_when_it_is_read(account: Account, batch: Import) -> None:
    needles = Needles(words=("person7@example.com",))
    with scope(account), pytest.raises(Later):
        clear_uploads(needles)
    drain()
    with scope(account):
        clear_uploads(needles)
    assert [] in [cells for (_, cells), _ in lines_of(batch.path, 0, 100)]


def test_what_nobody_could_read_for_a_week_is_forgotten(account: Account, batch: Import) -> None:
    path = batch.path
    with scope(account):
        assert forget(batch.pk)
    drain()
    assert (again(account, batch).state, files_of(path)) == ("undone", [])
