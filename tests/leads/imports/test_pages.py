"""The pages of imports, as Mo of marketing uses them."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from events.drain import drain
from leads.models import Import, Lead
from tenancy.models import Account
from tenancy.scope import scope
from tests.factories import a_lead, a_source
from tests.leads.imports.files import PEOPLE, a_csv

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def mo(cast: SimpleNamespace) -> Client:
    client = Client()
    client.force_login(cast.mo.user)
    return client


def upload(client: Client, rows: list[list[str]] | None = None) -> str:
    """Where the uploaded import's page is."""
    answer = client.post("/acme/imports/", {"file": a_csv(rows or PEOPLE)})
    assert answer.status_code == 302, answer.content
    return str(answer["Location"])


def test_upload_check_run_and_undo(mo: Client, account: Account) -> None:
    page = upload(mo)
    body = mo.get(page).content.decode()
    for words in ("Import “people.csv”", "3 rows, 4 columns", "Ada King", "Import 3 rows", "Throw away", "Ready 3"):
        assert words in body, words
    assert mo.post(f"{page}run/")["Location"] == page
    assert "you can leave this page" in mo.get(page).content.decode()
    drain()
    done = mo.get(page).content.decode()
    assert "3 new" in done
    assert "Done" in done
    mo.post(f"{page}undo/")
    drain()
    assert "Undone" in mo.get(page).content.decode()
    with scope(account):
        assert not Lead.objects.exists()


def test_columns_source_and_consent_are_chosen(mo: Client, account: Account) -> None:
    page = upload(mo, [["Wer", "Mail"], ["Ada King", "ada@example.com"]])
    with scope(account):
        fair = a_source("Fair", "event")
    said = {"column-0": "name", "column-1": "email", "source": fair.public_id, "consent": "Badge scan"}
    assert mo.post(f"{page}mapping/", said).status_code == 302
    mo.post(f"{page}run/")
    drain()
    with scope(account):
        lead = Lead.objects.with_people().get()
        assert (lead.contact.name, lead.source) == ("Ada King", fair)
        assert lead.submissions.get().consent == {"basis": "Badge scan"}


def test_what_no_database_keeps_is_left_out(mo: Client, account: Account) -> None:
    page = upload(mo)
    assert mo.post(f"{page}mapping/", {"source": "\x00", "consent": "Badge\x00 scan"}).status_code == 302
    assert mo.post(f"{page}cells/", {"row": "2", "cell-0": "Ada\x00 K"}).status_code == 302
    with scope(account):
        batch = Import.objects.get()
    assert (batch.consent, batch.edits) == ("Badge scan", {"2": {"Name": "Ada K"}})


def test_two_columns_cannot_be_one_fact(mo: Client, account: Account) -> None:
    page = upload(mo)
    answer = mo.post(f"{page}mapping/", {"column-0": "email", "column-1": "email"}, follow=True)
    assert "Two columns can’t both be Work e-mail" in answer.content.decode()


def test_rows_show_what_becomes_of_them(mo: Client, account: Account) -> None:
    with scope(account):
        a_lead(name="Ada King", email="ada@example.com")
    rows = [
        PEOPLE[0],
        PEOPLE[1],
        ["Lars", "lars.havn.example", "+45 33 55 01 12", ""],
        ["Mia", "mia@example.com", "0207 183 8750", ""],
        ["", "", "", "n/a"],
    ]
    page = upload(mo, rows)
    body = mo.get(page).content.decode()
    for words in ("Repeat, adds to a known lead", "Work e-mail:", "Phone read as +442071838750", "It has no e-mail"):
        assert words in body, words
    assert "Mia" not in mo.get(f"{page}?show=problem").content.decode().partition("Rows of the file")[2]
    assert mo.get(f"{page}?show=nonsense").status_code == 200


def test_an_owner_who_is_nobody_here_is_told_before(mo: Client) -> None:
    rows = [["Name", "E-mail", "Owner"], ["Lars", "lars@havn.example", "Rita"], ["Mia", "mia@example.com", "Zoe Gone"]]
    page = upload(mo, rows)
    body = mo.get(page).content.decode()
    assert "Adjusted 1" in body
    assert "“Zoe Gone” is no member here: nobody owns it" in body
    mo.post(f"{page}mapping/", {})
    assert "“Zoe Gone” is no member here: it is routed" in mo.get(page).content.decode()


def test_a_cell_is_corrected_before_it_is_taken(mo: Client, account: Account) -> None:
    page = upload(mo, [PEOPLE[0], ["Lars", "lars.havn.example", "", ""]])
    assert mo.post(f"{page}cells/", {"row": "2", "cell-1": "lars@havn.example"}).status_code == 302
    assert "Ready 1" in mo.get(page).content.decode()
    mo.post(f"{page}run/")
    drain()
    with scope(account):
        assert Lead.objects.with_people().get().contact.email == "lars@havn.example"


@pytest.mark.parametrize(
    "said", [{"row": "x", "cell-1": "a"}, {"row": "2", "cell-99": "a"}, {"row": "2", "cell-x": ""}]
)
def test_a_cell_that_is_not_there(mo: Client, account: Account, said: dict[str, str]) -> None:
    page = upload(mo)
    assert "no such cell" in mo.post(f"{page}cells/", said, follow=True).content.decode()


@pytest.mark.parametrize("content", [b"", b"%PDF", b"PK\x03\x04", b"Name,E-mail\n"])
def test_a_bad_file_is_told_beside_the_field(mo: Client, account: Account, content: bytes) -> None:
    answer = mo.post("/acme/imports/", {"file": SimpleUploadedFile("a.csv", content)})
    assert answer.status_code == 422
    assert 'id="file-error"' in answer.content.decode()


def test_no_file_at_all(mo: Client, account: Account) -> None:
    assert "Choose a file first" in mo.post("/acme/imports/").content.decode()


def test_pause_go_on_and_stop(mo: Client, account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    page = upload(mo)
    mo.post(f"{page}run/")
    mo.post(f"{page}pause/")
    drain()
    assert "Go on" in mo.get(page).content.decode()
    assert "is paused" in mo.post(f"{page}pause/", follow=True).content.decode()
    mo.post(f"{page}run/")
    mo.post(f"{page}stop/")
    drain()
    assert "Stopped" in mo.get(page).content.decode()
    with scope(account):
        assert not Lead.objects.exists()


def test_progress_asks_for_the_report_once_it_is_over(mo: Client, account: Account) -> None:
    page = upload(mo)
    mo.post(f"{page}run/")
    assert "HX-Refresh" not in mo.get(f"{page}progress/")
    drain()
    assert mo.get(f"{page}progress/")["HX-Refresh"] == "true"


def test_rejected_rows_are_shown_and_downloaded(mo: Client, account: Account) -> None:
    page = upload(mo, [PEOPLE[0], ["", "", "", "n/a"], PEOPLE[1]])
    mo.post(f"{page}run/")
    drain()
    assert "Rejected rows" in mo.get(page).content.decode()
    answer: Any = mo.get(f"{page}rejects/")
    table = b"".join(answer.streaming_content).decode()
    assert table.splitlines()[1].endswith('It has no e-mail, phone, name, company or id of its own."')


def test_throwing_away_leaves_the_page_of_a_file_that_is_gone(mo: Client, account: Account) -> None:
    page = upload(mo)
    assert mo.post(f"{page}undo/")["Location"] == "/acme/imports/"
    assert "Undone" in mo.get(page).content.decode()


def test_what_a_file_says_is_shown_and_never_run(mo: Client, account: Account) -> None:
    trap = "<script>alert(1)</script>"
    page = upload(mo, [[trap, "E-mail"], [trap, "ada@example.com"]])
    assert trap not in mo.get(page).content.decode()
    assert trap not in mo.get("/acme/imports/").content.decode()


def test_the_list_takes_the_same_statements_for_any_number(mo: Client, account: Account) -> None:
    def count() -> int:
        with CaptureQueriesContext(connection) as asked:
            mo.get("/acme/imports/")
        return len(asked)

    upload(mo)
    few = count()
    for _ in range(4):
        upload(mo)
    assert count() == few


def test_reps_do_not_import(cast: SimpleNamespace, mo: Client) -> None:
    page = upload(mo)
    rita = Client()
    rita.force_login(cast.rita.user)
    for path in ("/acme/imports/", page, f"{page}rejects/"):
        assert rita.get(path).status_code == 403
    assert rita.post(f"{page}run/").status_code == 403
    assert "Import" not in rita.get("/acme/leads/").content.decode().partition("New lead")[0][-300:]
    with scope(cast.account):
        assert Import.objects.get().state == "ready"
