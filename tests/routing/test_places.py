"""Territories: who is in which, and where two of them overlap."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from routing.places import Place, find, overlaps
from routing.regions import REGIONS, countries_of


def place(name: str, **limits: Any) -> Place:
    for key in ("countries", "industries", "accounts"):
        limits[key] = frozenset(limits.get(key, ()))
    return Place(UUID(int=sum(map(ord, name))), name, **limits)


BERLIN = place("Berlin", countries=["DE"], postal_prefixes=("10", "12"))
DACH = place("DACH", countries=countries_of(["dach"]))
LARGE = place("Large health", industries=["healthcare"], headcount_from=200)
NAMED = place("Named", accounts=["kestrel.example"])
ALL = [BERLIN, DACH, LARGE, NAMED]


@pytest.mark.parametrize(
    ("facts", "name"),
    [
        ({"country": "DE", "custom.postal_code": "10 115"}, "Berlin"),
        ({"country": "DE", "custom.postal_code": "20095"}, "DACH"),
        ({"country": "DE"}, "DACH"),
        ({"country": "CH", "domain": "kestrel.example"}, "Named"),
        ({"country": "US", "industry": "Healthcare", "headcount": 200}, "Large health"),
        ({"country": "US", "industry": "healthcare", "headcount": 199}, None),
        ({"country": "US", "industry": "healthcare"}, None),
        ({"country": "US", "territory": "dach"}, "DACH"),
        ({"country": "DE", "territory": "Mars"}, None),
        ({}, None),
    ],
)
def test_the_first_territory_that_covers_a_lead(facts: dict[str, Any], name: str | None) -> None:
    found = find(ALL, facts)
    assert (found.name if found else None) == name


def test_overlaps_name_both_the_first_of_which_gets_the_lead() -> None:
    assert [(one.name, other.name) for one, other in overlaps(ALL)] == [
        ("Berlin", "DACH"),
        ("Berlin", "Large health"),
        ("DACH", "Large health"),
    ]


LIMITS = st.builds(
    place,
    st.sampled_from(["A", "B", "C"]),
    countries=st.sets(st.sampled_from(["DE", "FR", "US"]), max_size=2),
    industries=st.sets(st.sampled_from(["a", "b"]), max_size=1),
    headcount_from=st.none() | st.integers(0, 5),
    headcount_to=st.none() | st.integers(0, 5),
    postal_prefixes=st.lists(st.sampled_from(["1", "12", "2"]), max_size=2).map(tuple),
    accounts=st.sets(st.sampled_from(["x.example"]), max_size=1),
)
FACTS = st.fixed_dictionaries(
    {
        "country": st.sampled_from(["DE", "FR", "US"]),
        "industry": st.sampled_from(["a", "b"]),
        "headcount": st.integers(0, 5),
        "custom.postal_code": st.sampled_from(["123", "19", "2"]),
        "domain": st.sampled_from(["", "x.example"]),
    }
)


@given(LIMITS, LIMITS, FACTS)
def test_whoever_is_in_both_makes_them_overlap(one: Place, other: Place, facts: dict[str, Any]) -> None:
    both = all(find([each], facts) for each in (one, other))
    named = [facts["domain"] in each.accounts for each in (one, other)]
    if both and named[0] == named[1]:
        assert overlaps([one, other])


def test_regions_are_countries() -> None:
    import pycountry

    codes = {country.alpha_2 for country in pycountry.countries} | {"XK"}
    assert all(countries <= codes for _, countries in REGIONS.values())
    assert countries_of(["dach", "nowhere"]) == {"AT", "CH", "DE", "LI"}
    whole = countries_of(["apac", "emea", "americas"])
    assert codes - whole <= {"AQ", "BV", "CC", "CX", "EA", "GL", "GS", "HM", "IO", "TF", "UM", "AX", "SJ", "GI"}
