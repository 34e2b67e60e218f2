"""A history must be long enough, and a model is tried on its latest part."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scoring.learned.enough import TooFew, check, split

CASES = [
    (60, 500, "40 won leads are still missing."),
    (99, 100, "1 won lead is still missing."),
    (100, 0, "100 lost leads are still missing."),
    (0, 99, "100 won leads and 1 lost lead are still missing."),
]


@pytest.mark.parametrize(("won", "lost", "words"), CASES)
def test_too_few_leads_are_refused_with_how_many_are_missing(won: int, lost: int, words: str) -> None:
    with pytest.raises(TooFew, match="A model needs 100 won and 100 lost leads") as refused:
        check(won, lost)
    assert str(refused.value).endswith(words)


def test_a_hundred_of_each_are_enough() -> None:
    check(100, 100)


@given(st.lists(st.booleans(), min_size=200, max_size=400))
def test_the_later_part_is_tried_on_and_has_both_outcomes(won: list[bool]) -> None:
    cut = split(won)
    assert 0 <= 10 * cut <= 7 * len(won)
    assert cut == 0 or (sum(won[cut:]) >= 20 and len(won) - cut - sum(won[cut:]) >= 20)
