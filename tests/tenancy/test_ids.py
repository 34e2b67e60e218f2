from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tenancy.ids import from_public, public_id, uuid7


def test_a_uuid7_says_its_version_and_grows() -> None:
    made = [uuid7() for _ in range(1000)]
    assert {one.version for one in made} == {7}
    assert [one.int >> 64 for one in made] == sorted(one.int >> 64 for one in made)
    assert len(set(made)) == 1000


@given(st.uuids())
def test_a_public_id_comes_back(uuid: UUID) -> None:
    assert from_public("lead", public_id("lead", uuid)) == uuid


@given(st.text(max_size=40))
def test_any_other_text_is_refused_or_is_an_id(text: str) -> None:
    try:
        uuid = from_public("lead", text)
    except ValueError:
        return
    assert public_id("lead", uuid) == f"lead_{text[5:].upper()}"


@pytest.mark.parametrize("text", ["", "lead_", "con_01M821EC3DF308RENMDJY5HV15", "lead_Z1M821EC3DF308RENMDJY5HV15"])
def test_wrong_ids_say_so(text: str) -> None:
    with pytest.raises(ValueError, match="id"):
        from_public("lead", text)
