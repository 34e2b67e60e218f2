"""When promises are due and their ladders' rungs come: pure arithmetic."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from routing.deadlines import Deadline, Rung, deadline, later, put_off
from routing.ladder import flaws, for_answers, for_next_steps
from routing.workingtime import NINE_TO_FIVE, calendar_for

LONDON = calendar_for("Europe/London", "GB")
TUESDAY = datetime(2026, 3, 17, 9, 42, tzinfo=UTC)
FRIDAY = datetime(2026, 3, 20, 16, 58, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def promised(start: datetime, minutes: int | None, ladder: Any = None, zone: Any = LONDON) -> Deadline:
    said = for_answers() if ladder is None else ladder
    policy: Any = SimpleNamespace(pk=uuid4(), name="Answer", due_minutes=minutes, warn_at=0.75, ladder=said)
    return deadline(policy, zone, start)


def steps(due: Deadline) -> list[tuple[str, datetime]]:
    return [(rung.act, rung.at) for rung in due.rungs]


def test_the_default_ladder_of_five_minutes() -> None:
    assert steps(promised(TUESDAY, 5)) == [
        ("remind", TUESDAY + 3.75 * MINUTE),
        ("break", TUESDAY + 5 * MINUTE),
        ("tell_manager", TUESDAY + 5 * MINUTE),
        ("tell_manager", TUESDAY + 10 * MINUTE),
        ("reassign", TUESDAY + 10 * MINUTE),
        ("reassign", TUESDAY + 15 * MINUTE),
    ]


def test_as_much_time_again_is_working_time() -> None:
    due = promised(FRIDAY, 5)
    assert due.due_at == datetime(2026, 3, 23, 9, 3, tzinfo=UTC)
    assert dict(steps(due))["reassign"] == datetime(2026, 3, 23, 9, 13, tzinfo=UTC)
    assert due.minutes == 5


def test_after_the_end_of_the_day_as_much_again_is_the_next_working_day() -> None:
    due = promised(FRIDAY, None)
    assert (due.due_at, due.minutes) == (datetime(2026, 3, 20, 17, tzinfo=UTC), 2)
    assert [at for act, at in steps(due) if act == "reassign"] == [
        datetime(2026, 3, 23, 17, tzinfo=UTC),
        datetime(2026, 3, 24, 17, tzinfo=UTC),
    ]


def test_two_missed_windows_reach_a_manager_whatever_the_ladder_says() -> None:
    assert [act for act, _ in steps(promised(TUESDAY, 5, ladder=[]))] == ["break", "tell_manager"]
    assert [(rung.act, rung.windows) for rung in promised(TUESDAY, 60, ladder=for_next_steps()).rungs] == [
        ("remind", 0.75),
        ("break", 1),
        ("tell_manager", 1),
        ("tell_manager", 2),
    ]


def test_an_account_that_never_works_promises_nothing() -> None:
    with pytest.raises(ValueError, match="no working day"):
        promised(TUESDAY, 5, zone=calendar_for("UTC", "", ((),) * 7))


@given(
    start=st.datetimes(datetime(2026, 1, 1), datetime(2026, 12, 1), timezones=st.just(UTC)),
    minutes=st.one_of(st.none(), st.integers(1, 5000)),
    zone=st.sampled_from("Europe/London America/New_York Australia/Lord_Howe Asia/Kathmandu Pacific/Apia".split()),
)
def test_rungs_come_in_order_and_never_early(start: datetime, minutes: int | None, zone: str) -> None:
    calendar = calendar_for(zone, "", NINE_TO_FIVE)
    due = promised(start, minutes, zone=calendar)
    times = [rung.at for rung in due.rungs]
    assert times == sorted(times)
    assert start <= due.risk_at <= due.due_at
    if minutes:
        for rung in due.rungs:
            worked = calendar.between(start, rung.at) / MINUTE
            assert worked == pytest.approx(rung.windows * minutes, abs=1e-6)
            assert worked >= rung.windows * minutes - 1e-6


@given(st.integers(0, 3000), st.integers(0, 3000), st.integers(0, 20_000))
def test_a_pause_takes_no_working_time_from_anybody(before: int, left: int, away: int) -> None:
    since = LONDON.after(TUESDAY, before)
    rung, until = LONDON.after(since, left), since + away * MINUTE
    moved = later(rung, LONDON, since, until)
    assert moved >= rung
    if rung > since:
        assert LONDON.between(until, moved) == LONDON.between(since, rung)
    assert put_off([Rung(rung, "break", 1)], LONDON, since, until) == [Rung(moved, "break", 1)]


@pytest.mark.parametrize(
    ("ladder", "number", "words"),
    [
        ("up", -1, "A list"),
        ([{}] * 9, -1, "at most 8"),
        ([{"at": 1}], 0, "`at` and `do`"),
        (["up"], 0, "`at` and `do`"),
        ([{"at": 1, "do": "shout"}], 0, "one of"),
        ([{"at": 0, "do": "remind"}], 0, "number of windows"),
        ([{"at": 7, "do": "remind"}], 0, "number of windows"),
        ([{"at": True, "do": "remind"}], 0, "number of windows"),
        ([{"at": "1", "do": "remind"}], 0, "number of windows"),
        ([{"at": 0.5, "do": "reassign"}], 0, "Nobody loses a lead"),
        ([{"at": 1 + n / 10, "do": "reassign"} for n in range(6)], -1, "changes hands 5 times"),
    ],
)
def test_what_is_no_ladder_is_told(ladder: Any, number: int, words: str) -> None:
    [(where, sentence)] = list(flaws(ladder))
    assert where == number
    assert words in sentence


def test_the_usual_ladders_are_ladders() -> None:
    assert not [*flaws(for_answers()), *flaws(for_next_steps()), *flaws([])]
