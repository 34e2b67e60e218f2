"""A sieve leaves out only rules that could not have matched."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from leads.conditions import matches
from routing.sieve import sieve_of
from tests.routing.desk import NOW, rule

WORDS = ["DE", "de", "FR", "n/a", ""]
leaves = st.one_of(
    st.builds(
        lambda field, operator, value: {"field": field, "operator": operator, "value": value},
        st.sampled_from(["country", "product", "territory"]),
        st.sampled_from(["is", "is_not"]),
        st.sampled_from(["DE", "fr", "n/a"]),
    ),
    st.builds(
        lambda field, values: {"field": field, "operator": "is_any_of", "value": values},
        st.sampled_from(["country", "product"]),
        st.lists(st.sampled_from(["DE", "fr"]), min_size=1, max_size=2),
    ),
    st.builds(lambda field: {"field": field, "operator": "is_not_set"}, st.sampled_from(["country", "tech_stack"])),
    st.builds(lambda value: {"field": "headcount", "operator": "at_least", "value": value}, st.integers(0, 5)),
)
trees = st.recursive(
    leaves,
    lambda more: st.sampled_from(["all", "any", "none"]).flatmap(
        lambda group: st.lists(more, max_size=3).map(lambda several: {group: several})
    ),
    max_leaves=5,
)
facts = st.fixed_dictionaries(
    {},
    optional={
        "country": st.none() | st.sampled_from(WORDS),
        "product": st.none() | st.sampled_from(WORDS) | st.lists(st.just("DE"), max_size=1),
        "territory": st.none() | st.sampled_from(WORDS),
        "headcount": st.none() | st.integers(0, 5),
        "tech_stack": st.none() | st.lists(st.just("Azure"), max_size=1),
    },
)


@given(st.lists(trees, min_size=1, max_size=6), st.lists(facts, min_size=1, max_size=4))
def test_what_matches_passes(several: list[dict[str, Any]], leads: list[dict[str, Any]]) -> None:
    rules = [rule(at, f"Rule {at}", "queue", tree) for at, tree in enumerate(several, start=1)]
    sieve = sieve_of([*rules, rule(99, "Fallback", "queue")], [*several, None])
    for lead in [*leads, *leads]:  # the second time it remembers
        passed = sieve.rules_for(lead)
        assert [one.position for one in passed] == sorted(one.position for one in passed)
        assert passed[-1].is_fallback
        missing = {one.position for one in rules} - {one.position for one in passed}
        assert not [at for at in missing if matches(several[at - 1], lead, NOW)]


def test_few_rules_by_country_are_asked() -> None:
    trees = [{"all": [{"field": "country", "operator": "is", "value": code}]} for code in ("DE", "FR", "US")]
    rules = [rule(at, code, "queue", tree) for at, (code, tree) in enumerate(zip("abc", trees, strict=True), start=1)]
    sieve = sieve_of(rules, trees)
    assert [one.label for one in sieve.rules_for({"country": "FR"})] == ["b"]
    assert sieve.rules_for({"country": "JP"}) == ()
