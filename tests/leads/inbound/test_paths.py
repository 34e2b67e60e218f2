"""A path finds what it names, and can do nothing else."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leads.inbound.paths import BadPath, facts_at, leaves, parse, pick, written

DOCUMENT = {"data": {"person": [{"email": "a@b.example"}, {"e mail": 2}]}, "a.b": {"": None}, "ok": False}


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("data.person[0].email", "a@b.example"),
        ("$.data.person[0].email", "a@b.example"),
        ("data.person[1].e mail", 2),
        ('["a.b"]', {"": None}),
        ("ok", False),
        ("data.person[7].email", None),
        ("data.person.email", None),
        ("data[0]", None),
        ("ok.anything", None),
    ],
)
def test_pick(path: str, value: Any) -> None:
    assert pick(DOCUMENT, path) == value


@pytest.mark.parametrize(
    "path",
    [
        "",
        " ",
        "$",
        ".a",
        "a..b",
        "a[",
        "a[-1]",
        "a[*]",
        "a[?(@.x)]",
        "a[1:2]",
        "..a",
        'a["b]',
        "a." * 20 + "b",
        "x" * 400,
    ],
)
def test_what_is_no_path(path: str) -> None:
    with pytest.raises(BadPath):
        parse(path)


def test_facts_that_are_not_there_are_left_out_and_custom_ones_go_together() -> None:
    found = facts_at({"a": 1, "b": 2}, {"name": "a", "custom.x": "b", "custom.y": "a", "email": "c"})
    assert found == {"name": 1, "custom": {"x": 2, "y": 1}}


json_values = st.recursive(
    st.none() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=10,
)


@given(json_values)
def test_every_leaf_is_found_again_by_its_path(document: Any) -> None:
    for path, value in leaves(document):
        assert pick(document, path) == value


@given(st.lists(st.integers(0, 9999) | st.text(max_size=8), min_size=1, max_size=12).map(tuple))
def test_a_written_path_reads_back(steps: tuple[Any, ...]) -> None:
    path = written(steps)
    if len(path) <= 300:
        assert parse(path) == steps


@given(st.text(max_size=30))
def test_no_text_breaks_the_reader(text: str) -> None:
    try:
        pick(DOCUMENT, text)
    except BadPath:
        return
