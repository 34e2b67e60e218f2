from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leads.promises import NONE, promise, promise_of, words

NOW = datetime(2026, 3, 17, 9, 42, tzinfo=UTC)


def after(**span: float) -> datetime:
    return NOW + timedelta(**span)


@pytest.mark.parametrize(
    ("due", "risk", "state", "said"),
    [
        (after(minutes=3, seconds=42), after(seconds=-1), "risk", "3:42 left"),
        (after(minutes=4, seconds=30), after(minutes=3), "ok", "4:30 left"),
        (after(minutes=-6, seconds=-10), after(minutes=-8), "breach", "6:10 over"),
        (after(hours=2, minutes=10), after(hours=1), "ok", "2 h 10 left"),
        (after(hours=5), after(hours=3), "ok", "5 h left"),
        (after(days=2, hours=3, minutes=5), after(days=1), "ok", "2 d left"),
        (after(seconds=0), after(minutes=-1), "breach", "0:00 over"),
    ],
)
def test_state_and_words(due: datetime, risk: datetime, state: str, said: str) -> None:
    told = promise(due, risk, None, NOW)
    assert (told.state, told.words, told.due) == (state, said, due.isoformat())


def test_nothing_is_promised_once_answered_or_closed() -> None:
    assert promise(None, None, None, NOW) == NONE
    assert not NONE
    assert promise(after(minutes=5), after(minutes=4), NOW, NOW) == NONE
    lost = SimpleNamespace(
        status="lost",
        first_response_due_at=after(minutes=5),
        first_response_risk_at=after(minutes=4),
        first_response_at=None,
    )
    assert promise_of(lost, NOW) == NONE


@given(st.timedeltas(timedelta(), timedelta(days=400)))
def test_a_span_is_short_to_read(span: timedelta) -> None:
    assert 1 <= len(words(span)) <= 9
