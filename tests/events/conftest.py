"""Handlers that only note what they were given, and a flow that starts them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING
from uuid import UUID

import pytest

if TYPE_CHECKING:  # a conftest is read before the settings are
    from events.jobs import Handler
    from tenancy.models import Account

Notes = list[tuple[UUID, ...]]


@pytest.fixture
def acme(transactional_db: None) -> Account:
    from tenancy.models import Account

    return Account.objects.create(name="Acme", slug="acme")


@pytest.fixture
def eves(transactional_db: None) -> Account:
    from tenancy.models import Account

    return Account.objects.create(name="Eve & Co", slug="eves")


@pytest.fixture
def notes() -> Notes:
    """The batches that `note` was given."""
    return []


@pytest.fixture
def note(notes: Notes, monkeypatch: pytest.MonkeyPatch) -> Iterator[Handler]:
    """A handler that notes each batch, and the only thing a captured lead starts."""

    from events.jobs import HANDLERS, job
    from events.kinds import Kind

    @job(batch=3)
    def note(subject_ids: Sequence[UUID]) -> None:
        notes.append(tuple(subject_ids))

    monkeypatch.setattr("events.record.flow", lambda: {Kind.LEAD_CAPTURED: [note]})
    yield note
    del HANDLERS[note.name]
