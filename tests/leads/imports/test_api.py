"""Imports over the API: what the contract in docs/api.md promises."""

from __future__ import annotations

import io
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from accounts.roles import Scope
from events.drain import drain
from leads.imports import starting
from leads.models import Import, Lead
from tenancy.models import Account
from tenancy.scope import scope
from tests.factories import a_key, a_source
from tests.leads.imports.files import PEOPLE, a_csv

pytestmark = pytest.mark.django_db(transaction=True)
URL = "/api/v1/imports/"


@pytest.fixture
def key(account: Account) -> str:
    with scope(account):
        return a_key()


def post(key: str, upload: Any, headers: dict[str, str] | None = None, **said: Any) -> Any:
    return Client().post(URL, {"file": upload, **said}, headers={"Authorization": f"Bearer {key}", **(headers or {})})


def ask(key: str, method: str, path: str) -> Any:
    return getattr(Client(), method)(path, headers={"Authorization": f"Bearer {key}"})


def test_upload_follow_and_undo(account: Account, key: str) -> None:
    answer = post(key, a_csv(PEOPLE))
    assert answer.status_code == 202, answer.content
    started = answer.json()
    assert (started["state"], started["rows"], started["history"]) == ("running", 3, False)
    assert started["mapping"] == {"Name": "name", "E-mail": "email", "Phone": "phone", "Company": "company"}
    drain()
    path = f"{URL}{started['id']}/"
    done = ask(key, "get", path).json()
    assert (done["state"], done["counts"]["created"], done["rows_done"]) == ("done", 3, 3)
    assert done["finished_at"]
    assert ask(key, "delete", path).status_code == 200
    assert ask(key, "delete", path).status_code == 200  # twice is once
    drain()
    assert ask(key, "get", path).json()["state"] == "undone"
    with scope(account):
        assert not Lead.objects.exists()


def test_mapping_source_and_history_as_told(account: Account, key: str) -> None:
    with scope(account):
        fair = a_source("Fair", "event")
    rows = [["Wer", "E-mail"], ["Ada King", "ada@example.com"]]
    answer = post(key, a_csv(rows), mapping='{"Wer": "name"}', source=fair.public_id, history="true")
    assert answer.json()["mapping"] == {"Wer": "name", "E-mail": "email"}
    assert answer.json()["source"] == "Fair"
    drain()
    with scope(account):
        lead = Lead.objects.with_people().get()
        assert (lead.contact.name, lead.source.name, lead.score) == ("Ada King", "Fair", None)


def test_rejects_come_back_as_a_table_that_can_be_mended(account: Account, key: str) -> None:
    rows = [["Name", "Phone", "Note"], ["", "", "=2+5"], ["", "", "+49 30 1"]]
    started = post(key, a_csv(rows)).json()
    drain()
    found = ask(key, "get", f"{URL}{started['id']}/").json()
    assert found["counts"]["rejected"] == 2
    assert found["problems"][0]["row"] == 2
    answer = ask(key, "get", f"{URL}{started['id']}/rejects/")
    table = b"".join(answer.streaming_content).decode()
    assert answer["Content-Type"].startswith("text/csv")
    assert table.splitlines()[0] == "Name,Phone,Note,Row in the file,Why it was not taken"
    assert "'=2+5" in table
    mended = table.replace(",,'=2+5", "Ada,,'=2+5").replace(",,'+49 30 1", "Bo,+49 30 1234567,x")
    again = post(key, SimpleUploadedFile("mended.csv", mended.encode())).json()
    drain()
    assert ask(key, "get", f"{URL}{again['id']}/").json()["counts"]["created"] == 2
    with scope(account):
        assert Lead.objects.get(contact__name="Ada").message == "=2+5"


def test_a_dry_run_counts_and_changes_nothing(account: Account, key: str) -> None:
    started = post(key, a_csv(PEOPLE), dry_run="true").json()
    drain()
    assert ask(key, "get", f"{URL}{started['id']}/").json()["counts"]["created"] == 3
    with scope(account):
        assert not Lead.objects.exists()


@pytest.mark.parametrize(
    ("content", "words"),
    [(b"", "empty"), (b"%PDF-1.4", "PDF"), (b"Name,E-mail\n", "no row"), (b"PK\x03\x04", "damaged")],
)
def test_a_bad_file_is_told_beside_its_field(key: str, content: bytes, words: str) -> None:
    answer = post(key, SimpleUploadedFile("a.csv", content))
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["pointer"].startswith("/file")
    assert words in answer.json()["errors"][0]["detail"]


def test_ten_thousand_columns_are_refused(key: str) -> None:
    table = ",".join(f"c{number}" for number in range(10_000)) + "\n" + "1," * 9_999 + "1\n"
    answer = post(key, SimpleUploadedFile("a.csv", table.encode()))
    assert answer.status_code == 400
    assert "10,000" in answer.json()["errors"][0]["detail"]


def test_a_file_that_is_too_large(key: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(starting, "LARGEST", 10)
    assert post(key, a_csv(PEOPLE)).status_code == 413


@pytest.mark.parametrize(
    "mapping", ["nonsense", "[1]", '{"Name": 5}', '{"Nobody": "email"}', '{"Name": "hat size"}', "[" * 5000]
)
def test_a_mapping_that_makes_no_sense(account: Account, key: str, mapping: str) -> None:
    answer = post(key, a_csv(PEOPLE), mapping=mapping)
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["pointer"].startswith("/mapping")
    with scope(account):
        assert not Import.objects.exists()


def test_columns_of_owners_and_stages_make_it_history_unless_told(key: str) -> None:
    rows = [["Email", "Lead Owner"], ["ada@example.com", "Somebody"]]
    assert post(key, a_csv(rows)).json()["history"] is True
    assert post(key, a_csv(rows), history="false").json()["history"] is False


def test_a_refused_mapping_leaves_no_file_behind(account: Account, key: str) -> None:
    post(key, a_csv(PEOPLE), mapping="nonsense")
    folder = Path(default_storage.path(account.pk.hex))
    assert not folder.exists() or not list(folder.iterdir())


def test_an_unknown_source_is_told(key: str) -> None:
    assert post(key, a_csv(PEOPLE), source="Nowhere").json()["errors"][0]["pointer"].startswith("/source")


def test_one_idempotency_key_is_one_import(account: Account, key: str) -> None:
    said = {"Idempotency-Key": "once"}
    first, second = post(key, a_csv(PEOPLE), said), post(key, a_csv(PEOPLE), said)
    assert first.json()["id"] == second.json()["id"]
    assert second["Idempotent-Replayed"] == "true"
    assert post(key, a_csv(PEOPLE[:2]), said).status_code == 422
    with scope(account):
        assert Import.objects.count() == 1


def test_a_large_upload_with_a_key_is_not_held_in_memory(key: str) -> None:
    rows = [PEOPLE[0], *([f"Person {n}", f"p{n}@example.com", "", "x" * 400] for n in range(8_000))]
    assert post(key, a_csv(rows), {"Idempotency-Key": "large"}).status_code == 202


def test_what_waits_for_nothing_can_only_be_undone(account: Account, key: str) -> None:
    assert ask(key, "get", f"{URL}imp_0000000000000000000000000/").status_code == 404
    with scope(account):
        weak = a_key(Scope.LEADS_READ)
    assert post(weak, a_csv(PEOPLE)).status_code == 403


def test_marketers_import_from_the_browser_and_reps_do_not(cast: SimpleNamespace) -> None:
    for member, status in ((cast.mo, 202), (cast.rita, 403)):
        client = Client()
        client.force_login(member.user)
        content = io.BytesIO(b"Name\nAda\n")
        content.name = "a.csv"
        assert client.post("/acme/api/v1/imports/", {"file": content}).status_code == status
