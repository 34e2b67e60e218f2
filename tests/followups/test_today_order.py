"""The order of the queue and the line of the day: pure."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from followups.today.answering import in_order, shortened
from followups.today.strip import Thing, strip

NOW = datetime(2026, 3, 17, 9, 42, tzinfo=UTC)
LONDON = ZoneInfo("Europe/London")


def waiting(number: int, due: float | None, risk: float = 0.0, score: int = 50) -> Any:
    """A lead whose promise ends in `due` minutes and is at risk from `risk` minutes on."""
    return SimpleNamespace(
        pk=UUID(int=number),
        number=number,
        status="open",
        score=score,
        first_response_at=None,
        first_response_due_at=None if due is None else NOW + timedelta(minutes=due),
        first_response_risk_at=None if due is None else NOW + timedelta(minutes=risk),
    )


def order(*leads: Any, tried: dict[int, float] | None = None) -> list[int]:
    tries: Any = {
        UUID(int=number): SimpleNamespace(occurred_at=NOW - timedelta(minutes=ago))
        for number, ago in (tried or {}).items()
    }
    return [lead.number for lead in in_order(leads, tries, NOW)]  # type: ignore[attr-defined]


def test_what_can_still_be_saved_comes_first_then_what_is_over_then_the_rest() -> None:
    kestrel, pinecrest = waiting(1, 4, risk=-1), waiting(2, -6)
    marlowe, vantage, nobody = waiting(3, 130, risk=60), waiting(4, 300, risk=200), waiting(5, None)
    assert order(vantage, nobody, pinecrest, marlowe, kestrel) == [1, 2, 3, 4, 5]


def test_a_promise_with_hours_left_waits_behind_the_broken_ones_one_with_minutes_does_not() -> None:
    assert order(waiting(1, -6), waiting(2, 100, risk=50), waiting(3, 50, risk=40), waiting(4, -60)) == [3, 1, 4, 2]


def test_who_was_tried_in_vain_rests_for_two_hours() -> None:
    leads = waiting(1, 4, risk=-1), waiting(2, 100, risk=50)
    assert order(*leads, tried={1: 5}) == [2, 1]
    assert order(*leads, tried={1: 121}) == [1, 2]


def test_without_a_promise_the_score_decides() -> None:
    assert order(waiting(1, None, score=10), waiting(2, None, score=90)) == [2, 1]


def test_words_are_cut_between_words() -> None:
    assert shortened("a b\nc") == "a b c"
    assert shortened("word " * 40, 12) == "word word…"
    assert len(shortened("x" * 500)) <= 141


def test_the_strip_reaches_from_nine_to_five_and_further_if_need_be() -> None:
    assert [label for _, label in strip([], NOW, LONDON).hours][::7] == ["09:00", "16:00"]
    late = Thing(datetime(2026, 3, 17, 19, 30, tzinfo=UTC), "Castellan", "task")
    hours = [label for _, label in strip([late], NOW, LONDON).hours]
    assert (hours[0], hours[-1]) == ("09:00", "19:00")


def test_things_of_other_days_are_not_on_it() -> None:
    tomorrow = Thing(NOW + timedelta(days=1), "Castellan", "ok")
    assert strip([tomorrow], NOW, LONDON).marks == []
    assert strip([tomorrow], NOW, LONDON).words == "Nothing is due today."


def test_now_and_marks_stand_at_their_hour_and_labels_do_not_touch() -> None:
    things = [Thing(NOW + timedelta(minutes=minutes), f"Firm {minutes}", "ok") for minutes in (4, 8, 130)]
    line = strip(things, NOW, LONDON)
    assert line.now_x is not None
    assert line.now_x < line.marks[0].x < line.marks[2].x
    assert [bool(mark.label) for mark in line.marks] == [True, False, True]
    assert line.words.startswith("Due today: Firm 4 09:46")


def test_a_meeting_is_as_wide_as_it_is_long() -> None:
    meeting = Thing(datetime(2026, 3, 17, 14, 0, tzinfo=UTC), "Workshop", "meeting", minutes=60)
    (block,) = strip([meeting], NOW, LONDON).blocks
    assert 130 < block.width < 150
    assert block.label == "Workshop"
