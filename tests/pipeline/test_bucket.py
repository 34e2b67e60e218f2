"""Documents in a bucket instead of a folder: FILES_BUCKET and what belongs to it."""

from __future__ import annotations

from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from config import bucket
from events.drain import drain
from events.models import Leftover
from leads.imports.starting import receive, start
from leads.imports.storing import path_of, store
from pipeline.files import attach_file, remove_file
from pipeline.models import Deal, File
from pipeline.refusals import GateClosed
from tenancy.scope import scope
from tests.pipeline.bucket import Bucket, served
from tests.pipeline.deals import a_deal, criterion, stage

PDF = b"%PDF-1.7 signed"


@pytest.fixture
def there(settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Bucket]:
    """A bucket called papers, set as an operator sets it."""
    with served("ours") as made:
        monkeypatch.setenv("FILES_ENDPOINT", made.url)
        monkeypatch.setenv("FILES_REGION", "eu-central-1")
        monkeypatch.setenv("FILES_KEY", "ours")
        monkeypatch.setenv("FILES_SECRET", "only we know")
        settings.STORAGES = settings.STORAGES | {"default": bucket.storage("papers")}
        yield made


@pytest.fixture
def deal(there: Bucket, cast: SimpleNamespace) -> Deal:
    with scope(cast.account):
        return a_deal(cast.rita)


def a_file() -> SimpleUploadedFile:
    return SimpleUploadedFile("agreement.pdf", PDF)


@pytest.mark.django_db
def test_a_document_lies_in_the_bucket_and_is_reached_by_our_page_only(
    client: Client, there: Bucket, deal: Deal, cast: SimpleNamespace
) -> None:
    with scope(cast.account):
        file = attach_file(deal.lead, a_file(), kind="signed_agreement", by=cast.rita.by)
    assert there.kept == {f"/papers/{file.path}": PDF}
    assert there.refused == 0
    path = f"/{cast.account.slug}/files/{file.public_id}/"
    assert client.get(path).status_code == 302
    client.force_login(cast.rita.user)
    answer: Any = client.get(path)
    assert answer.status_code == 200
    assert b"".join(answer.streaming_content) == PDF
    assert "attachment" in answer["Content-Disposition"]


@pytest.mark.django_db
def test_a_document_that_is_not_there_any_more_is_404(
    client: Client, there: Bucket, deal: Deal, cast: SimpleNamespace
) -> None:
    with scope(cast.account):
        file = attach_file(deal.lead, a_file(), kind="other", by=cast.rita.by)
    there.kept.clear()
    client.force_login(cast.rita.user)
    assert client.get(f"/{cast.account.slug}/files/{file.public_id}/").status_code == 404


@pytest.mark.django_db(transaction=True)
def test_what_is_refused_or_removed_leaves_nothing_in_the_bucket(
    there: Bucket, deal: Deal, cast: SimpleNamespace
) -> None:
    with scope(cast.account):
        with pytest.raises(GateClosed):
            deal.move(stage("Closed"), by=cast.rita.by, values={criterion("A signed"): a_file()})
        assert not there.kept
        file = attach_file(deal.lead, a_file(), kind="other", by=cast.rita.by)
        assert default_storage.exists(file.path)
        remove_file(File.objects.get(pk=file.pk), by=cast.rita.by)
    drain()
    assert not there.kept


@pytest.mark.django_db
def test_a_table_is_imported_all_the_same(there: Bucket, cast: SimpleNamespace) -> None:
    people = SimpleUploadedFile("people.csv", b"Name,E-mail\nAda King,ada@king.example\nBo Berg,bo@berg.example\n")
    with scope(cast.account):
        batch = receive(people, by=cast.ada.by)
        start(batch)
    drain()
    with scope(cast.account):
        batch.refresh_from_db()
        assert (batch.state, batch.counts["created"]) == ("done", 2)
        assert not Leftover.objects.exists()
        assert not store().exists(path_of(batch.pk))
