"""A person's documents: the bytes go when he or she is erased, and along when everything is handed over."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any

from django.core.files.storage import default_storage
from django.db import transaction

from leads.privacy.erasure import before_erasure
from leads.privacy.export import brings_along
from leads.privacy.holdings import Holdings
from pipeline.models import File


@before_erasure
def delete_files(found: Holdings) -> None:
    """The bytes go once the transaction stands: a file cannot be rolled back."""
    for path in _files(found).values_list("path", flat=True):
        transaction.on_commit(partial(default_storage.delete, path))


@brings_along
def documents(found: Holdings) -> Iterator[tuple[str, bytes]]:
    """The documents by name."""
    for file in _files(found):
        if default_storage.exists(file.path):
            with default_storage.open(file.path, "rb") as kept:
                yield f"{file.public_id} {file.name}", kept.read()


def _files(found: Holdings) -> Any:
    return File.objects.filter(pk__in=found.get(File, set())).exclude(path="")
