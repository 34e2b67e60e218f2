"""A person's documents: the bytes go when he or she is erased, and along when everything is handed over."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.core.files.storage import default_storage

from events.leftovers import throw_away
from leads.privacy.erasure import before_erasure
from leads.privacy.export import brings_along
from leads.privacy.holdings import Holdings
from pipeline.models import File
from tenancy.filestore import answering


@before_erasure
def delete_files(found: Holdings) -> None:
    """The bytes go once the transaction stands: a file cannot be rolled back."""
    throw_away(*_files(found).values_list("path", flat=True))


@brings_along
def documents(found: Holdings) -> Iterator[tuple[str, bytes]]:
    """The documents by name. Raises StoreAway."""
    for file in _files(found):
        with answering():
            content = _content(file.path)
        if content is not None:
            yield f"{file.public_id} {file.name}", content


def _content(path: str) -> bytes | None:
    if not default_storage.exists(path):
        return None
    with default_storage.open(path, "rb") as kept:
        read: bytes = kept.read()
        return read


def _files(found: Holdings) -> Any:
    return File.objects.filter(pk__in=found.get(File, set())).exclude(path="")
