"""What a broken promise is charged to: a table, and that there is always an answer."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from routing.blame import FAIR_MINUTES, Wait, blame

THERE = Wait(promised=5, owner="Rita", owned=5, on_shift=5)


@pytest.mark.parametrize(
    ("wait", "cause", "sentence"),
    [
        (THERE, "person", "Rita was on shift for 5 min of it."),
        (Wait(480, "Rita", 480, 45), "person", "Rita was on shift for 45 min of it."),
        (Wait(480, "Rita", 480, 130), "person", "Rita was on shift for 2 h 10 of it."),
        (Wait(5, routed=False), "system", "It was not routed before the promise was due."),
        (Wait(5), "system", "The rules gave it to nobody."),
        (Wait(5, outs=["full"]), "capacity", "Nobody owned it: everybody on shift was full."),
        (Wait(5, outs=["away", "full"]), "capacity", "Nobody owned it: everybody on shift was full."),
        (Wait(5, outs=["away"]), "calendar", "Nobody owned it: nobody was on shift."),
        (Wait(5, "Rita", 1, 1), "system", "Rita had it for 1 min of 5 min: it was routed late."),
        (
            Wait(5, "Rita", 1, 1, outs=["full"]),
            "capacity",
            "Rita had it for 1 min of 5 min: before, everybody on shift was full.",
        ),
        (
            Wait(5, "Rita", 1, 1, outs=["away"]),
            "calendar",
            "Rita had it for 1 min of 5 min: before, nobody was on shift.",
        ),
        (Wait(5, "Max", 5, 0), "calendar", "Max was off shift."),
        (Wait(5, "Max", 5, 0, outs=["away"]), "calendar", "Nobody was on shift while it waited."),
        (Wait(5, "Max", 5, 2), "calendar", "Max was on shift for 2 min of it."),
        (Wait(5, "Max", 5, 0, outs=["full"]), "capacity", "Max was off shift; everybody else was full."),
    ],
)
def test_what_fails_first_is_the_cause(wait: Wait, cause: str, sentence: str) -> None:
    verdict = blame(wait)
    assert (verdict.cause, verdict.sentence) == (cause, sentence)


MINUTES = st.floats(0, 5000)


@given(
    st.builds(
        Wait,
        promised=MINUTES,
        owner=st.sampled_from(["", "Rita"]),
        owned=MINUTES,
        on_shift=MINUTES,
        routed=st.booleans(),
        outs=st.lists(st.sampled_from(["full", "away"]), unique=True),
    )
)
def test_every_breach_has_one_cause_and_only_who_had_a_fair_chance_is_to_blame(wait: Wait) -> None:
    verdict = blame(wait)
    fair = min(wait.promised / 2, FAIR_MINUTES)
    assert verdict.sentence
    assert (verdict.cause == "person") == (bool(wait.owner) and wait.owned >= fair and wait.on_shift >= fair)


def test_it_is_kept_as_plain_data() -> None:
    kept: dict[str, Any] = Wait(5, "Rita", 4, 3, outs=["full", "away"]).as_json()
    assert kept == {
        "promised": 5,
        "owner": "Rita",
        "owned": 4,
        "on_shift": 3,
        "routed": True,
        "outs": ["away", "full"],
    }
