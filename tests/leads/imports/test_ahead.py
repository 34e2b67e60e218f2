"""A long table is read ahead by another process; without it, or after its death, all is the same but slower."""

from __future__ import annotations

import os
import pickle
import signal
from collections.abc import Iterator
from select import select
from typing import Any

import pytest
from celery.exceptions import SoftTimeLimitExceeded

from events.record import SYSTEM
from leads.imports import ahead, batch, scout
from leads.imports.matching import map_columns
from leads.imports.scout import Scout
from leads.imports.starting import pause, receive, start
from leads.models import Contact, Import
from tenancy.scope import scope
from tests.leads.imports.files import a_csv, again, settle
from workspace.opening import Opened

pytestmark = pytest.mark.django_db(transaction=True)
MANY = [
    ["Name", "E-mail", "Phone"],
    *([f"Zoë {number}", f"zoe{number}@example.com", f"+49 40 55 {number:05}"] for number in range(60)),
]


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Ten rows at a time, each piece read ahead, however long it takes."""
    monkeypatch.setattr(batch, "AT_ONCE", 10)
    monkeypatch.setattr(ahead, "WORTH_IT", 10)
    monkeypatch.setattr(ahead, "IN_A_ROW", 1)
    monkeypatch.setattr(Scout, "is_up", True)
    yield
    for import_id in list(ahead._scouts):
        ahead.forget(import_id)


@pytest.fixture
def read_here(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The places from which this process read by itself."""
    found, read = [], ahead.read_piece

    def noting(path: str, position: int, *how: Any) -> ahead.Piece:
        found.append(position)
        return read(path, position, *how)

    monkeypatch.setattr(ahead, "read_piece", noting)
    return found


@pytest.fixture
def running(opened: Opened) -> Import:
    """A table of which the first ten rows are in."""
    with scope(opened.account):
        found = receive(a_csv(MANY), by=SYSTEM)
        start(found)
        batch.take_turn(found.pk)
    return again(opened.account, found)


def people(opened: Opened) -> set[tuple[str, str, str]]:
    with scope(opened.account):
        return set(Contact.objects.values_list("name", "email", "phone_e164"))


def test_the_other_process_reads_all_but_the_beginning(opened: Opened, read_here: list[int], running: Import) -> None:
    settle()
    assert read_here == [0]
    assert again(opened.account, running).counts == {"created": 60}
    assert people(opened) == {(name, email, phone.replace(" ", "")) for name, email, phone in MANY[1:]}
    assert ahead._scouts == {}


def test_nobody_waits_for_it_to_start_and_then_it_reads(
    opened: Opened, monkeypatch: pytest.MonkeyPatch, read_here: list[int]
) -> None:
    monkeypatch.setattr(Scout, "is_up", False)
    with scope(opened.account):
        found = receive(a_csv(MANY), by=SYSTEM)
        start(found)
        for _ in range(2):  # the second comes before it can have answered
            batch.take_turn(found.pk)
        assert len(read_here) == 2
        scout = ahead._scouts[found.pk]
        assert scout._process.stdout
        assert select([scout._process.stdout], [], [], 60)[0]
        batch.take_turn(found.pk)  # what it says by now is about rows that are in
        for _ in range(2):
            batch.take_turn(found.pk)
        assert ahead._scouts[found.pk] is scout
    assert len(read_here) == 3
    settle()
    assert again(opened.account, found).counts == {"created": 60}


def test_its_death_costs_nothing_but_time(opened: Opened, read_here: list[int], running: Import) -> None:
    os.kill(ahead._scouts[running.pk]._process.pid, signal.SIGKILL)
    settle()
    assert again(opened.account, running).counts["created"] == 60
    assert read_here[0] == 0
    assert len(read_here) > 1


def test_what_was_read_in_another_way_is_read_again(opened: Opened, read_here: list[int], running: Import) -> None:
    with scope(opened.account):
        pause(running)
        map_columns(running, {"Phone": ""})
        start(running)
    settle()
    assert len([phone for _, _, phone in people(opened) if phone]) == 10
    assert len(read_here) > 1


def turns_by_others(opened: Opened, running: Import, monkeypatch: pytest.MonkeyPatch, count: int = 1) -> None:
    with monkeypatch.context() as other, scope(opened.account):
        for name in ("_scouts", "_left_off"):
            other.setattr(ahead, name, {})
        other.setattr(ahead, "WORTH_IT", 1_000)
        for _ in range(count):
            batch.take_turn(running.pk)


def test_nothing_is_read_ahead_where_others_take_turns(
    opened: Opened, monkeypatch: pytest.MonkeyPatch, running: Import
) -> None:
    assert list(ahead._scouts) == [running.pk]
    monkeypatch.setattr(ahead, "IN_A_ROW", 2)
    turns_by_others(opened, running, monkeypatch)
    with scope(opened.account):
        batch.take_turn(running.pk)
        assert ahead._scouts == {}
        turns_by_others(opened, running, monkeypatch)
        batch.take_turn(running.pk)
        assert ahead._scouts == {}
    settle()
    assert again(opened.account, running).counts == {"created": 60}


def test_it_is_begun_once_a_process_took_some_pieces_in_a_row(opened: Opened, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ahead, "IN_A_ROW", 3)
    monkeypatch.setattr(ahead, "REMEMBERED", 1)
    with scope(opened.account):
        found = receive(a_csv(MANY), by=SYSTEM)
        start(found)
        for taken in (1, 2, 3):
            assert ahead._scouts == {}
            batch.take_turn(found.pk)
            assert ahead._left_off[found.pk][1] == taken
        assert list(ahead._scouts) == [found.pk]
    settle()
    assert again(opened.account, found).counts == {"created": 60}
    assert len(ahead._left_off) == 1


def test_a_short_table_starts_no_process(opened: Opened, monkeypatch: pytest.MonkeyPatch, read_here: list[int]) -> None:
    monkeypatch.setattr(ahead, "WORTH_IT", 60)
    with scope(opened.account):
        found = receive(a_csv(MANY), by=SYSTEM)
        start(found)
        batch.take_turn(found.pk)
    assert ahead._scouts == {}
    settle()
    assert again(opened.account, found).counts["created"] == 60
    assert len(read_here) == 6


def test_it_ends_when_it_is_dismissed_and_when_who_asks_is_gone(running: Import) -> None:
    first, second = ahead._scouts[running.pk], Scout()
    ahead.forget(running.pk)
    assert first._process.returncode is not None
    assert second._process.stdin
    second._process.stdin.close()
    assert second._process.wait(30) == 0


def test_it_ends_when_nobody_fetches_what_it_read(opened: Opened, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scout, "PATIENCE", 1)
    with scope(opened.account):
        found = receive(a_csv([[*row, "long " * 2_000] for row in MANY]), by=SYSTEM)
        start(found)
        batch.take_turn(found.pk)
    forsaken = ahead._scouts[found.pk]._process  # with more to say than a pipe holds
    assert forsaken.wait(30) == -signal.SIGALRM


def test_a_third_table_is_read_ahead_once_one_of_two_is_left_alone(opened: Opened) -> None:
    with scope(opened.account):
        first, second, third = (receive(a_csv(MANY), by=SYSTEM) for _ in range(3))
        for found in (first, second, third):
            start(found)
            batch.take_turn(found.pk)
        assert list(ahead._scouts) == [first.pk, second.pk]
        os.kill(ahead._scouts[first.pk]._process.pid, signal.SIGKILL)
        ahead._scouts[first.pk]._process.wait(30)
        batch.take_turn(third.pk)
        assert list(ahead._scouts) == [second.pk, third.pk]


def test_each_piece_is_read_as_of_its_own_turn(monkeypatch: pytest.MonkeyPatch, running: Import) -> None:
    asked, ask = [], Scout.ask

    def noting(one: Scout, *question: Any) -> None:
        asked.append(question[-1].now)
        ask(one, *question)

    monkeypatch.setattr(Scout, "ask", noting)
    settle()
    assert len(asked) == 4
    assert asked == sorted(set(asked))


def test_the_word_of_one_that_has_ended_is_not_taken(opened: Opened, read_here: list[int], running: Import) -> None:
    process = ahead._scouts[running.pk]._process
    assert process.stdout
    assert select([process.stdout], [], [], 30)[0]
    process.kill()
    process.wait(30)
    with scope(opened.account):
        batch.take_turn(running.pk)
    assert len(read_here) == 2


def test_one_that_is_cut_off_is_asked_nothing_more(
    opened: Opened, monkeypatch: pytest.MonkeyPatch, running: Import
) -> None:
    def loading(_: Any) -> None:
        raise SoftTimeLimitExceeded

    process = ahead._scouts[running.pk]._process
    monkeypatch.setattr(pickle, "load", loading)
    with scope(opened.account), pytest.raises(SoftTimeLimitExceeded):
        batch.take_turn(running.pk)
    assert ahead._scouts == {}
    assert process.returncode is not None
