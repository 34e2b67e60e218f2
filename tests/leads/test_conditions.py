"""What the language says, refuses and means; that memory and database agree is in test_conditions_agree."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from leads.catalogue import FIELDS, Catalogue, Field, Type, catalogue
from leads.conditions import InvalidCondition, matches, q, sentence, validate
from leads.models import CustomField, Lead
from tenancy.models import Account
from tests.factories import a_lead

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
SITES = {"custom.sites": Field("custom.sites", "Sites", Type.NUMBER, json=("custom", "sites"))}
KNOWN: Catalogue = FIELDS | SITES


def leaf(field: str, operator: str, value: Any = None) -> dict[str, Any]:
    return {"field": field, "operator": operator} | ({} if value is None else {"value": value})


@pytest.mark.parametrize(
    ("fact", "condition", "expected"),
    [
        ("Logistics", leaf("job_title", "is", "logistics"), True),
        ("Logistics", leaf("job_title", "is_not", "Retail"), True),
        (None, leaf("job_title", "is", "Retail"), False),
        (None, leaf("job_title", "is_not", "Retail"), True),  # what is not known is not Retail
        ("Retail", leaf("job_title", "is_any_of", ["Logistics", "RETAIL"]), True),
        ("Retail", leaf("job_title", "is_none_of", ["Logistics"]), True),
        ("Größe", leaf("job_title", "contains", "RÖ"), True),
        ("50 % off", leaf("job_title", "starts_with", "50 %"), True),
        ("n/a", leaf("job_title", "is_set"), False),
        (" XXX ", leaf("job_title", "is_set"), False),
        ("?", leaf("job_title", "is_not_set"), True),
        ("Xanten Works", leaf("job_title", "is_set"), True),
        (50, leaf("headcount", "at_least", 50), True),
        (50, leaf("headcount", "greater_than", 50), False),
        (None, leaf("headcount", "less_than", 50), False),
        (0, leaf("headcount", "is_set"), True),
        (180, leaf("headcount", "between", [50, 180]), True),
        (["Azure", "SAP"], leaf("tech_stack", "has_any", ["aws", "azure"]), True),
        (["Azure"], leaf("tech_stack", "has_all", ["azure", "sap"]), False),
        (None, leaf("tech_stack", "has_none", ["aws"]), True),
        (False, leaf("free_mail", "is_false"), True),
        (None, leaf("free_mail", "is_false"), False),
        ("NA", leaf("country", "is_set"), True),  # Namibia is no placeholder
        (NOW - timedelta(days=3), leaf("captured_at", "within_last_days", 3), True),
        (NOW + timedelta(hours=1), leaf("captured_at", "within_last_days", 3), False),
        (NOW - timedelta(days=4), leaf("captured_at", "older_than_days", 3), True),
        ("2026-02-27", leaf("custom.due", "at_most", "2026-03-01"), True),
    ],
)
def test_a_leaf(fact: Any, condition: dict[str, Any], expected: bool) -> None:
    assert matches(condition, {condition["field"]: fact}, NOW) is expected


def test_groups_nest() -> None:
    tree = {
        "all": [
            {"any": [leaf("job_title", "is", "Logistics"), leaf("headcount", "at_least", 500)]},
            {"none": [leaf("country", "is", "GB"), {"all": [leaf("free_mail", "is_true")]}]},
        ]
    }
    assert matches(tree, {"job_title": "Logistics", "country": "DE"}, NOW)
    assert not matches(tree, {"job_title": "Logistics", "country": "GB"}, NOW)
    assert not matches(tree, {"job_title": "Retail", "headcount": 499}, NOW)


@pytest.mark.parametrize(
    ("tree", "pointer", "code"),
    [
        ("headcount > 50", "/", "not_an_object"),
        ({"all": []}, "/all", "empty"),
        ({"all": [{}], "any": [{}]}, "/", "ambiguous"),
        ({"all": [leaf("shoe_size", "is", 1)]}, "/all/0/field", "unknown_field"),
        (leaf("headcount", "resembles", 50), "/operator", "unknown_operator"),
        (leaf("headcount", "contains", "5"), "/operator", "unfit_operator"),
        (leaf("headcount", "at_least", "50"), "/value", "not_a_number"),
        (leaf("headcount", "at_least", True), "/value", "not_a_number"),
        (leaf("headcount", "at_least", float("nan")), "/value", "not_a_number"),
        (leaf("headcount", "at_least", 10**400), "/value", "not_a_number"),
        (leaf("headcount", "between", [1, 2, 3]), "/value", "not_a_pair"),
        (leaf("headcount", "between", [2, 1]), "/value", "upside_down"),
        (leaf("industry", "is", " "), "/value", "not_a_text"),
        (leaf("industry", "is", "a\0b"), "/value", "not_a_text"),
        (leaf("industry", "is_any_of", []), "/value", "not_a_list"),
        (leaf("industry", "is_any_of", ["a", 1]), "/value/1", "not_a_text"),
        (leaf("industry", "is_set", "x"), "/value", "unexpected"),
        (leaf("tier", "is", "lukewarm"), "/value", "unknown_choice"),
        (leaf("captured_at", "within_last_days", -1), "/value", "not_days"),
        (leaf("recycle_on", "at_least", "tomorrow"), "/value", "not_a_date"),
        (leaf("industry", "is", "x") | {"weight": 3}, "/weight", "unknown_key"),
    ],
)
def test_a_flaw_is_named_at_its_place(tree: Any, pointer: str, code: str) -> None:
    with pytest.raises(InvalidCondition) as refusal:
        validate(tree, KNOWN)
    assert [(flaw["pointer"], flaw["code"]) for flaw in refusal.value.flaws] == [(pointer, code)]


def test_depth_and_size_are_limited() -> None:
    tree: dict[str, Any] = leaf("industry", "is", "x")
    for _ in range(100_000):
        tree = {"all": [tree]}
    with pytest.raises(InvalidCondition, match="at most 200 parts"):
        validate(tree, KNOWN)
    deep = leaf("industry", "is", "x")
    for _ in range(6):
        deep = {"none": [deep]}
    with pytest.raises(InvalidCondition, match="nested"):
        validate(deep, KNOWN)


def test_every_flaw_is_listed() -> None:
    with pytest.raises(InvalidCondition) as refusal:
        validate({"any": [leaf("nope", "is", 1), leaf("headcount", "at_least", "many")]}, KNOWN)
    assert [flaw["pointer"] for flaw in refusal.value.flaws] == ["/any/0/field", "/any/1/value"]


@pytest.mark.parametrize(
    ("tree", "words"),
    [
        (
            {"all": [leaf("industry", "is", "Logistics"), leaf("headcount", "at_least", 50)]},
            "Industry is Logistics and company size is at least 50",
        ),
        (leaf("headcount", "between", [50, 1000]), "Company size is between 50 and 1,000"),
        (leaf("seniority", "is_any_of", ["owner", "c_level", "head"]), "Seniority is Owner, C-level or Head"),
        (leaf("tech_stack", "is_set"), "Tech stack is known"),
        (leaf("it_decision", "is", "in_house"), "IT decision is In-house"),
        (leaf("captured_at", "within_last_days", 7), "Captured is in the last 7 days"),
        (leaf("captured_at", "older_than_days", 7), "Captured is more than 7 days ago"),
        (
            {"all": [{"any": [leaf("tier", "is", "urgent"), leaf("tier", "is", "high")]}, leaf("email", "is_set")]},
            "(tier is Urgent or tier is High) and e-mail is known",
        ),
        ({"none": [leaf("free_mail", "is_true")]}, "Not (free-mail address is true)"),
        (leaf("custom.sites", "at_least", 3), "Sites is at least 3"),
    ],
)
def test_a_sentence(tree: dict[str, Any], words: str) -> None:
    assert sentence(tree, KNOWN) == words


def test_the_catalogue_knows_the_accounts_own_fields(in_scope: Account) -> None:
    CustomField.objects.create(key="sites", label="Number of sites", type="number")
    fields = catalogue()
    validate(leaf("custom.sites", "at_least", 3), fields)
    assert sentence(leaf("custom.sites", "at_least", 3), fields) == "Number of sites is at least 3"
    with pytest.raises(InvalidCondition):
        validate(leaf("custom.floors", "at_least", 3), fields)


@pytest.mark.parametrize(
    ("kept", "amount"),
    [
        ({"minor": 2_500_000, "currency": "EUR"}, 25_000),
        ({"minor": 25_000, "currency": "JPY"}, 25_000),
        ({"minor": 25_000_000, "currency": "KWD"}, 25_000),
    ],
)
def test_an_own_field_of_money_counts_in_major_units(in_scope: Account, kept: dict[str, Any], amount: int) -> None:
    CustomField.objects.create(key="deposit", label="Deposit", type="money")
    lead = a_lead(custom={"deposit": kept})
    for operator, value, holds in (("at_least", amount, True), ("is", amount, True), ("less_than", amount, False)):
        tree = leaf("custom.deposit", operator, value)
        validate(tree, catalogue())
        assert matches(tree, lead.facts, NOW) is holds
        assert Lead.objects.filter(q(tree, NOW)).exists() is holds
