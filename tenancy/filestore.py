"""The private file stores: documents in a folder or a bucket, and a folder for what long work keeps meanwhile. When one
does not answer: said in words, and nothing is lost."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager

import structlog
from django.core.exceptions import ValidationError
from django.core.files.storage import storages

DOCUMENTS, WORK = "default", "work"  # of settings.STORAGES
AWAY = "The file store does not answer. Nothing is lost: try again in a minute."
log = structlog.get_logger(__name__)


class StoreAway(ValidationError):
    """The file store can't be reached, is too slow, or refuses us."""

    def __init__(self) -> None:
        super().__init__({"file": AWAY})


@contextmanager
def answering() -> Iterator[None]:
    """Whatever the store throws comes out as StoreAway; that a file is not there stays FileNotFoundError."""
    try:
        yield
    except FileNotFoundError:
        raise
    except _faults() as error:
        log.error("filestore.away", error=str(error))
        raise StoreAway from error


def forget(path: str, store: str = DOCUMENTS) -> None:
    """Delete a file that nothing points at any more. While the store is away it stays there; the log names it."""
    try:
        with answering():
            storages[store].delete(path)
    except StoreAway:
        log.error("filestore.left", path=path)


def _faults() -> tuple[type[Exception], ...]:
    """What a folder throws and, once one is in use, a bucket."""
    if "botocore" not in sys.modules:
        return (OSError,)
    from boto3.exceptions import Boto3Error  # only who has a bucket waits for its loading
    from botocore.exceptions import BotoCoreError, ClientError

    return (OSError, BotoCoreError, ClientError, Boto3Error)
