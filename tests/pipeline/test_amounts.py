"""Money in few letters, and never a wrong one."""

from __future__ import annotations

import re
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.amounts import short, sums

SIZES = {"": 1, "k": 1_000, "M": 1_000_000, "B": 1_000_000_000}


@pytest.mark.parametrize(
    ("minor", "currency", "said"),
    [
        (None, "EUR", ""),
        (0, "EUR", "€0"),
        (95_000, "EUR", "€950"),
        (8_400_000, "EUR", "€84k"),
        (262_000_000, "EUR", "€2.62M"),
        (26_200_000_000, "EUR", "€262M"),
        (950, "JPY", "¥950"),  # has no cents
        (5_000_000, "KWD", "KWD 5k"),  # has a thousand of them
        (5_000, "", "50"),
        (-8_400_000, "GBP", "£-84k"),
    ],
)
def test_in_words(minor: int | None, currency: str, said: str) -> None:
    assert short(minor, currency) == said


@pytest.mark.parametrize(
    ("minor", "said"),
    [
        (99_999, "€1k"),
        (99_999_900, "€1.00M"),
        (99_949_900, "€999k"),
        (99_999_999_900, "€1.00B"),
        (9_999_999_900, "€100M"),
    ],
)
def test_what_rounds_up_to_a_thousand_takes_the_next_letter(minor: int, said: str) -> None:
    assert short(minor, "EUR") == said


@given(st.integers(0, 10**14))
def test_it_is_near_the_amount_and_short(minor: int) -> None:
    said = short(minor, "EUR")
    found = re.fullmatch(r"€(\d{1,3}(?:\.\d\d)?|\d{4,})([kMB]?)", said)
    assert found, said
    size = SIZES[found[2]]
    assert abs(Decimal(found[1]) * size - Decimal(minor) / 100) <= Decimal(size) / 2
    assert len(found[1].partition(".")[0]) <= 3 or found[2] == "B"


@pytest.mark.parametrize(
    ("by_currency", "said"),
    [
        ({}, "€0"),
        ({"EUR": 0, "USD": 0}, "€0"),
        ({"USD": 1_200_000, "EUR": 49_200_000}, "€492k and $12k"),
        ({"USD": 1_200_000, "EUR": 0}, "$12k"),
        ({"USD": 100, "GBP": 100}, "£1 and $1"),
    ],
)
def test_the_accounts_own_currency_comes_first(by_currency: dict[str, int], said: str) -> None:
    assert sums(by_currency, "EUR") == said
