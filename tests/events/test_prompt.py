"""What is prompt goes first, and what is not is not put off for ever."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest

from events import drain as due
from events.jobs import HANDLERS, Handler, job
from events.kinds import Kind
from tenancy.models import Account
from tests.events.conftest import Notes
from tests.events.test_drain import happen, outside

__all__ = ["outside"]


@pytest.fixture
def prompt(note: Handler, notes: Notes, monkeypatch: pytest.MonkeyPatch) -> Iterator[Handler]:
    """A prompt handler, which LEAD_REPEATED starts."""

    @job(batch=3, prompt=True)
    def prompt(subject_ids: Sequence[UUID]) -> None:
        notes.append(tuple(subject_ids))

    monkeypatch.setattr("events.record.flow", lambda: {Kind.LEAD_CAPTURED: [note], Kind.LEAD_REPEATED: [prompt]})
    yield prompt
    del HANDLERS[prompt.name]


def test_prompt_work_goes_first_at_every_other_turn(acme: Account, prompt: Handler, notes: Notes) -> None:
    """New leads get their owners before what older ones still need, and yet that is not put off for ever."""
    before = happen(acme, 6)
    hurried = happen(acme, 9, Kind.LEAD_REPEATED)
    due.drain()
    first = [batch[0] for batch in notes]
    assert first == [hurried[0], before[0], hurried[3], before[3], hurried[6]]


def test_letters_go_before_what_is_patient(
    acme: Account, note: Handler, outside: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Asking a slow provider about a hundred leads delays no mail."""
    letter = replace(HANDLERS[note.name], prompt=True)
    slow: list[UUID] = []

    def ask(account: Account, subject_id: UUID) -> None:
        slow.append(subject_id)

    patient = Handler("tests.ask", "lead", 1, outside=ask)
    monkeypatch.setitem(HANDLERS, patient.name, patient)
    monkeypatch.setitem(HANDLERS, letter.name, letter)
    monkeypatch.setattr("events.record.flow", lambda: {Kind.LEAD_REPEATED: [patient], Kind.LEAD_CAPTURED: [letter]})
    happen(acme, 3, Kind.LEAD_REPEATED)
    happen(acme, 2)
    due.drain_outside(most=2)
    assert (len(outside), len(slow)) == (2, 0)
    due.drain_outside()
    assert len(slow) == 3
