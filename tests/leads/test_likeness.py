"""How alike two people are: a table, and laws that hold for any two."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leads.likeness import Person, likeness

ADA = Person("ada king", "ada@example.com", "+442071838750", "example", "example.com")
people = st.builds(
    Person,
    name=st.sampled_from(["", "ada king", "king ada", "ada kin", "grace hopper"]),
    email=st.sampled_from(["", "ada@example.com", "a.king@example.com"]),
    phone=st.sampled_from(["", "+442071838750"]),
    firm=st.sampled_from(["", "example", "northgate"]),
    domain=st.sampled_from(["", "example.com"]),
)


@pytest.mark.parametrize(
    ("other", "least", "most", "attachable"),
    [
        (Person("somebody else", "ada@example.com"), 100, 100, True),
        (Person("king ada", "", "+442071838750"), 95, 99, True),
        (Person("ada king", "ada@other.example", "+442071838750"), 95, 99, False),
        (Person("grace hopper", "", "+442071838750"), 1, 69, True),
        (Person("", "", "+442071838750"), 70, 94, True),
        (Person("ada kin", "", "", "", "example.com"), 82, 94, True),
        (Person("ada king", "a.king@example.com", "", "", "example.com"), 90, 94, False),
        (Person("ada king", "", "", "northgate", ""), 0, 0, True),
        (Person(), 0, 0, True),
    ],
)
def test_who_is_taken_for_ada(other: Person, least: int, most: int, attachable: bool) -> None:
    found = likeness(ADA, other)
    assert least <= found.confidence <= most
    assert found.attachable is attachable
    assert bool(found.reasons) is bool(found.confidence)


@given(people, people)
def test_it_is_the_same_seen_from_either_side(one: Person, other: Person) -> None:
    assert likeness(one, other) == likeness(other, one)


@given(people, people)
def test_different_addresses_are_never_attached_unasked(one: Person, other: Person) -> None:
    if one.email and other.email and one.email != other.email:
        assert not likeness(one, other).attachable
