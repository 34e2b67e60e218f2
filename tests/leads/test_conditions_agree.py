"""A predicate in memory and a filter in the database give the same answer, for any lead and any tree."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from leads.catalogue import FIELDS, Type, find
from leads.conditions import limits, matches, place, q
from leads.conditions.operators import OPERATORS, Operand
from leads.facts import facts_named
from leads.models import Company, Contact, Lead, Source
from tenancy.ids import public_id, uuid7
from tenancy.models import Account
from tenancy.scope import scope

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
IDS = [uuid7() for _ in range(2)]
WORDS = [
    "Logistics",
    "LOGISTICS",
    "n/a",
    " - ",
    "xxx",
    "Größe",
    "GRÖSSE",
    "İstanbul",
    "ΑΣ",
    "a%b",
    "a_b",
    "50",
    "é",
    "",
]
texts = st.sampled_from(WORDS) | st.text(
    st.characters(exclude_categories=["Cs", "Cn"], exclude_characters="\0"), max_size=6
)
numbers = st.none() | st.integers(0, 2000)
times = st.none() | st.integers(-3, 400).map(lambda days: NOW - timedelta(days=days, hours=days % 7))
custom_values = st.one_of(
    st.none(),
    texts,
    st.booleans(),
    st.integers(-5, 3000),
    st.floats(-1e6, 1e6, allow_nan=False),
    st.lists(texts | st.integers(0, 3), max_size=3),
    st.dates(date(2025, 1, 1), date(2026, 12, 31)).map(date.isoformat),
    st.fixed_dictionaries({"minor": st.integers(0, 200_000), "currency": st.sampled_from(["EUR", "JPY", "KWD", ""])}),
    st.fixed_dictionaries({"minor": texts | st.booleans() | st.none()}),
)
jsons = st.dictionaries(st.sampled_from(["sites", "k", "5"]), custom_values, max_size=3)
people = st.fixed_dictionaries(
    {
        "name": texts,
        "email": texts,
        "email_norm": st.sampled_from(["", "ada@gmail.com", "ada@example.com", "a@mailinator.com"]),
        "phone": texts,
        "phone_e164": st.sampled_from(["", "+442071838750"]),
        "job_title": texts,
        "seniority": st.sampled_from(["", "head", "owner"]),
        "country": st.sampled_from(["", "GB", "NA"]),
        "unsubscribed_at": times,
    }
)
firms = st.none() | st.fixed_dictionaries(
    {
        "name": texts,
        "headcount": numbers,
        "industry": texts,
        "country": st.sampled_from(["", "DE"]),
        "domain": st.sampled_from(["", "example.com"]),
    }
)
interests = st.fixed_dictionaries(
    {
        "message": texts,
        "product": texts,
        "timeline_days": numbers,
        "tech_stack": st.lists(texts, max_size=3),
        "it_decision": st.sampled_from(["", "in_house"]),
        "value_minor": st.none() | st.integers(-100, 10**12),
        "currency": st.sampled_from(["", "EUR", "JPY", "KWD"]),
        "tier": st.sampled_from(["", "high"]),
        "score": st.none() | st.integers(0, 100),
        "pipeline_id": st.none() | st.sampled_from(IDS),
        "captured_at": times.filter(bool),
        "first_response_at": times,
        "recycle_on": st.none() | st.dates(date(2025, 6, 1), date(2026, 12, 31)),
        "custom": jsons,
        "campaign": jsons,
    }
)
NAMES = [*sorted(FIELDS), "custom.sites", "custom.k", "custom.5", "campaign.k", "nothing.here"]
ORDERED = {
    Type.NUMBER: st.integers(-3, 2000) | st.sampled_from([0.5, 50.5, 10.0]),
    Type.DATE: st.sampled_from(["2026-01-01", "2026-03-02"]),
}


def _one(field_type: Type, name: str) -> st.SearchStrategy[Any]:
    if field_type in (Type.NUMBER, Type.MONEY):
        return ORDERED[Type.NUMBER]
    if field_type == Type.DATE:
        return ORDERED[Type.DATE]
    if name == "pipeline":
        return st.sampled_from([*[public_id("pip", uuid) for uuid in IDS], "pip_no"])
    known = ["gb", "NA", "head", "ada@GMAIL.com", "High", "example.com", "logistics", "in_house", "form"]
    return st.sampled_from(known) | texts.filter(lambda text: text.strip() != "")


@st.composite
def leaves(draw: Any) -> dict[str, Any]:
    name = draw(st.sampled_from(NAMES))
    field = find(name)
    field_type = (
        field.type
        if field and not field.json
        else draw(st.sampled_from([Type.TEXT, Type.NUMBER, Type.DATE, Type.LIST, Type.BOOLEAN]))
    )
    operator = draw(st.sampled_from([one for one in OPERATORS.values() if field_type in one.types]))
    leaf = {"field": name, "operator": operator.name}
    one = _one(field_type, name)
    match operator.operand:
        case Operand.ONE:
            leaf["value"] = draw(one)
        case Operand.DAYS:
            leaf["value"] = draw(st.integers(0, 400))
        case Operand.PAIR:
            leaf["value"] = sorted([draw(one), draw(one)])
        case Operand.MANY:
            leaf["value"] = draw(st.lists(one, min_size=1, max_size=3))
    return leaf


def _groups(branches: Any) -> Any:
    return st.sampled_from(["all", "any", "none"]).flatmap(
        lambda group: st.lists(branches, max_size=3).map(lambda several: {group: several})
    )


trees = st.recursive(leaves(), _groups, max_leaves=8)


@given(leaves(), numbers | custom_values, numbers | custom_values)
def test_values_at_the_same_place_among_the_limits_are_answered_alike(
    tree: dict[str, Any], one: Any, other: Any
) -> None:
    name = tree["field"]
    among = limits([tree], name)
    if place(one, among) == place(other, among):
        assert matches(tree, {name: one}, NOW) == matches(tree, {name: other}, NOW)


@pytest.fixture(scope="module")
def source(django_db_setup: None, django_db_blocker: Any) -> Iterator[Source]:
    with django_db_blocker.unblock(), transaction.atomic():
        account = Account.objects.create(name="Alike", slug="alike")
        with scope(account):
            yield Source.objects.create(name="Website", kind="form")
        transaction.set_rollback(True)


@settings(max_examples=120, deadline=None, phases=[Phase.generate], suppress_health_check=list(HealthCheck))
@given(person=people, firm=firms, interest=interests, several=st.lists(trees, min_size=1, max_size=8))
def test_predicate_and_filter_agree(
    source: Source, person: dict[str, Any], firm: Any, interest: dict[str, Any], several: list[dict[str, Any]]
) -> None:
    with transaction.atomic():
        company = Company.objects.create(**firm) if firm else None
        contact = Contact.objects.create(**person)
        lead = Lead.objects.create(contact=contact, company=company, source=source, **interest)
        lead = Lead.objects.select_related("contact", "company", "source").get(pk=lead.pk)
        facts = lead.facts
        [read] = facts_named(Lead.objects.filter(pk=lead.pk), NAMES).values()
        assert read == {name: facts.get(name) for name in NAMES if find(name)}
        for tree in several:
            found = Lead.objects.filter(q(tree, NOW), pk=lead.pk).exists()
            assert found == matches(tree, facts, NOW), tree
            opposite = Lead.objects.filter(~q(tree, NOW), pk=lead.pk).exists()
            assert opposite != found, tree
        transaction.set_rollback(True)
