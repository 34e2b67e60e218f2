"""A table of ours is safe to open in a spreadsheet program."""

from __future__ import annotations

import csv

import pytest

from tenancy.csvfile import defuse, lines


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "\n"])
def test_what_would_be_computed_is_text(start: str) -> None:
    cell = f"{start}HYPERLINK(1)"
    assert defuse(cell) == f"'{cell}"
    assert next(csv.reader(lines([[cell]]))) == [f"'{cell}"]


@pytest.mark.parametrize("cell", ["Ada", "1 - 2", "a=b", "'=1", ""])
def test_other_texts_stay(cell: str) -> None:
    assert defuse(cell) == cell


def test_numbers_stay_numbers_and_nothing_is_empty() -> None:
    assert list(lines([[-1, 2.5, None]])) == ["-1,2.5,\r\n"]
