"""The file store does not answer, or says no: words beside the field, nothing lost, and never an error of ours."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import suppress
from types import SimpleNamespace
from typing import Any

import pytest
from botocore.config import Config
from django.core.files.storage import FileSystemStorage, default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from config import bucket
from events.drain import drain
from events.models import Job, Leftover
from leads.inbound.letters import read
from leads.models import Contact, Import, Payload
from pipeline.files import attach_file, remove_file
from pipeline.mailed import keep_files
from pipeline.models import Deal, File
from tenancy import clock
from tenancy.filestore import StoreAway
from tenancy.scope import scope
from tests.factories import a_key, a_source
from tests.pipeline.bucket import served
from tests.pipeline.deals import a_deal, criterion, stage

pytestmark = pytest.mark.django_db
WORDS = "The file store does not answer. Nothing is lost: try again in a minute."
PDF = b"%PDF-1.7 signed"


@pytest.fixture
def deal(cast: SimpleNamespace, settings: Any, tmp_path: Any) -> Deal:
    settings.MEDIA_ROOT = tmp_path
    with scope(cast.account):
        return a_deal(cast.rita, company="Firth Shipping")


@pytest.fixture(params=["refuses", "is not there", "says nothing"])
def away(request: Any, settings: Any, monkeypatch: pytest.MonkeyPatch, deal: Deal) -> Iterator[None]:
    """A bucket whose keys are not ours, at whose address nobody listens, or somebody who never answers."""
    monkeypatch.setenv("FILES_REGION", "eu-central-1")
    monkeypatch.setenv("FILES_KEY", "ours")
    monkeypatch.setenv("FILES_SECRET", "only we know")
    with served("theirs") as theirs, socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        if request.param == "says nothing":
            nobody.listen()
        silent = f"http://127.0.0.1:{nobody.getsockname()[1]}"
        monkeypatch.setenv("FILES_ENDPOINT", theirs.url if request.param == "refuses" else silent)
        made = bucket.storage("papers")
        impatient = Config(read_timeout=0.1, connect_timeout=0.5)
        made["OPTIONS"]["client_config"] = made["OPTIONS"]["client_config"].merge(impatient)
        settings.STORAGES = settings.STORAGES | {"default": made}
        yield


@pytest.fixture
def stored(deal: Deal, cast: SimpleNamespace) -> File:
    """Before the store went away."""
    with scope(cast.account):
        return attach_file(deal.lead, a_file(), kind="other", by=cast.rita.by)


def no_answer(*asked: Any) -> None:
    raise OSError("It does not answer.")


@pytest.fixture
def full(monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder without room."""

    def no_room(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(FileSystemStorage, "_save", no_room)


def a_file() -> SimpleUploadedFile:
    return SimpleUploadedFile("agreement.pdf", PDF)


def rita(cast: SimpleNamespace) -> Client:
    client = Client(headers={"HX-Request": "true"})
    client.force_login(cast.rita.user)
    return client


def test_the_dialog_says_so_beside_its_field_and_keeps_what_was_chosen(
    deal: Deal, away: None, cast: SimpleNamespace
) -> None:
    said = {"file": a_file(), "kind": "proposal"}
    answer = rita(cast).post(f"/acme/leads/{deal.lead.public_id}/files/", said)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert WORDS in page
    assert 'aria-invalid="true"' in page
    assert '<option value="proposal" selected>' in page
    assert 'hx-swap="morph:innerHTML"' in page  # which leaves the chosen file in its field
    with scope(cast.account):
        assert not File.objects.exists()


def test_a_gate_says_so_and_keeps_what_was_typed(deal: Deal, away: None, cast: SimpleNamespace) -> None:
    with scope(cast.account):
        signed, size, closed = criterion("A signed"), criterion("Company size"), stage("Closed").public_id
    said = {"stage": closed, "again": "1", signed: a_file(), size: "240"}
    answer = rita(cast).post(f"/acme/deals/{deal.public_id}/moves/", said)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert WORDS in page
    assert 'value="240"' in page
    with scope(cast.account):
        assert not File.objects.exists()
        assert Deal.objects.get().stage == stage("Initial")


def test_a_download_says_so(stored: File, away: None, cast: SimpleNamespace) -> None:
    answer = rita(cast).get(f"/acme/files/{stored.public_id}/")
    assert (answer.status_code, answer.content.decode()) == (503, WORDS)


def test_a_removed_document_is_gone_and_its_bytes_once_the_store_is_back(
    stored: File, cast: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    with scope(cast.account):
        remove_file(File.objects.get(), by=cast.rita.by)
    with monkeypatch.context() as hours:
        hours.setattr(FileSystemStorage, "delete", no_answer)
        drain()
    with scope(cast.account):
        assert not File.objects.exists()
        job = Job.objects.get(kind="events.delete_leftover")
        assert (job.state, job.last_error) == ("pending", "Later('The file store does not answer.')")
    assert default_storage.exists(stored.path)
    with clock.at(job.run_at):
        drain()
    assert not default_storage.exists(stored.path)
    with scope(cast.account):
        assert not Leftover.objects.exists()


def test_what_could_not_be_removed_stays_whole(deal: Deal, stored: File, cast: SimpleNamespace) -> None:
    with suppress(RuntimeError), scope(cast.account):
        remove_file(File.objects.get(), by=cast.rita.by)
        raise RuntimeError
    drain()
    with scope(cast.account):
        assert default_storage.exists(File.objects.get().path)
        assert not Leftover.objects.exists()


def test_the_api_answers_503(deal: Deal, stored: File, away: None, cast: SimpleNamespace) -> None:
    with scope(cast.account):
        key = {"Authorization": f"Bearer {a_key()}"}
    added = Client().post(f"/api/v1/leads/{deal.lead.public_id}/files/", {"file": a_file()}, headers=key)
    fetched = Client().get(f"/api/v1/files/{stored.public_id}/", headers=key)
    for answer in (added, fetched):
        assert answer.status_code == 503
        assert answer.json() | {"instance": ""} == {
            "type": "about:blank",
            "title": "File store away",
            "status": 503,
            "detail": WORDS,
            "instance": "",
        }


def test_a_table_to_import_is_refused_in_words_by_a_full_folder(full: None, cast: SimpleNamespace) -> None:
    client = Client()
    client.force_login(cast.ada.user)
    answer = client.post("/acme/imports/", {"file": SimpleUploadedFile("leads.csv", b"E-mail\na@b.example\n")})
    assert answer.status_code == 422
    assert WORDS in answer.content.decode()
    with scope(cast.account):
        assert not Import.objects.exists()


def test_a_person_s_archive_waits(stored: File, deal: Deal, away: None, cast: SimpleNamespace) -> None:
    client = Client()
    client.force_login(cast.ada.user)
    with scope(cast.account):
        contact = Contact.objects.get(pk=deal.lead.contact_id).public_id
    answer = client.post(f"/acme/contacts/{contact}/export/")
    assert (answer.status_code, answer.content.decode()) == (503, WORDS)


MAIL = b"""From: jonas@kestrel.example\r
To: us@acme.example\r
Subject: Our contract\r
Message-ID: <1@kestrel.example>\r
MIME-Version: 1.0\r
Content-Type: multipart/mixed; boundary=b\r
\r
--b\r
Content-Type: text/plain\r
\r
Here it is.\r
--b\r
Content-Type: application/pdf\r
Content-Disposition: attachment; filename=agreement.pdf\r
\r
%PDF-1.7 signed\r
--b--\r
"""


def test_a_mailed_file_is_kept_by_the_job_that_comes_again(deal: Deal, away: None, cast: SimpleNamespace) -> None:
    assert read(MAIL).attachments
    with scope(cast.account):
        payload = Payload.objects.create(lead=deal.lead, source=a_source(), body=MAIL)
        with pytest.raises(StoreAway):
            keep_files([payload.pk])


def test_a_folder_that_is_full_says_the_same(deal: Deal, full: None, cast: SimpleNamespace) -> None:
    answer = rita(cast).post(f"/acme/leads/{deal.lead.public_id}/files/", {"file": a_file(), "kind": "other"})
    assert answer.status_code == 422
    assert WORDS in answer.content.decode()
