"""The condition builder: what is filled in is the tree, a tree fills the form, and deeds change nothing else."""

from __future__ import annotations

from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from django.test import Client

from leads.catalogue import FIELDS
from leads.conditions import builder, validate
from leads.conditions.builder import Node
from leads.suggesting import suggested_values
from scoring.sets import sets_for
from tenancy.models import Account
from tests.factories import a_lead
from tests.scoring.models import default_model

TREES = [
    {"all": [{"field": "headcount", "operator": "between", "value": [50, 1000]}]},
    {"any": [{"field": "industry", "operator": "is_any_of", "value": ["Logistics", "Retail"]}]},
    {"none": [{"field": "seniority", "operator": "is", "value": "c_level"}]},
    {"all": [{"field": "captured_at", "operator": "within_last_days", "value": 30}]},
    {"all": [{"field": "free_mail", "operator": "is_false"}, {"any": [{"field": "budget", "operator": "is_set"}]}]},
    {"all": [{"field": "value", "operator": "at_least", "value": 2.5}]},
    {"all": [{"field": "tech_stack", "operator": "has_all", "value": ["SAP", "Azure"]}]},
]
DEFAULTS = [rule.condition for rule in default_model().rules if rule.condition]
SETS = [one["condition"] for each in sets_for({}).values() for one in each.criteria if one["condition"]]


def filled_in(node: Node) -> Iterator[tuple[str, str]]:
    """What a browser sends for a form that shows `node`."""
    if node.match:
        yield f"{node.path}-match", node.match
        for branch in node.branches:
            yield from filled_in(branch)
    else:
        yield f"{node.path}-field", node.name
        yield f"{node.path}-operator", node.operator
        yield f"{node.path}-value", node.value
        yield f"{node.path}-upto", node.upto


@pytest.mark.parametrize("tree", [*TREES, *DEFAULTS, *SETS], ids=str)
def test_a_tree_survives_being_shown_and_sent_back(tree: dict[str, Any]) -> None:
    sent = dict(filled_in(builder.shown(tree, FIELDS, "when", {})))
    back = builder.read(sent, "when", FIELDS)
    assert back == (tree if set(tree) & {"all", "any", "none"} else {"all": [tree]})
    validate(back, FIELDS)


def test_deeds_add_and_remove_where_they_say() -> None:
    leaf, new = {"field": "budget", "operator": "is_set"}, builder.EMPTY["all"][0]
    tree = {"all": [leaf, {"any": [leaf]}]}
    assert builder.changed(tree, "add:when", "when") == {"all": [leaf, {"any": [leaf]}, new]}
    assert builder.changed(tree, "add:when.1", "when") == {"all": [leaf, {"any": [leaf, new]}]}
    assert builder.changed(tree, "group:when", "when") == {"all": [leaf, {"any": [leaf]}, {"any": [new]}]}
    assert builder.changed(tree, "remove:when.0", "when") == {"all": [{"any": [leaf]}]}
    assert builder.changed(tree, "remove:when.1.0", "when") == {"all": [leaf, {"any": []}]}


@pytest.mark.parametrize("act", ["", "add", "add:when.7", "remove:when.9.9", "burn:when", "add:when.0.0.0"])
def test_deeds_that_make_no_sense_change_nothing(act: str) -> None:
    tree = {"all": [{"field": "budget", "operator": "is_set"}]}
    assert builder.changed(tree, act, "when") == tree or act == "add"


@pytest.mark.parametrize(
    ("sent", "error"),
    [
        ({}, "Choose what to look at."),
        ({"when.0-field": "headcount", "when.0-operator": "at_least", "when.0-value": "many"}, "with a number"),
        ({"when.0-field": "seniority", "when.0-operator": "is", "when.0-value": "king"}, "not a choice"),
        ({"when.0-field": "industry", "when.0-operator": "is", "when.0-value": ""}, "with a text"),
        ({"when.0-field": "captured_at", "when.0-operator": "within_last_days", "when.0-value": "x"}, "whole number"),
    ],
)
def test_what_makes_no_sense_is_said_beside_its_row(sent: dict[str, str], error: str) -> None:
    tree = builder.read({"when-match": "all", "when.0-field": ""} | sent, "when", FIELDS)
    [row] = builder.shown(tree, FIELDS, "when", {}, checked=True).branches
    assert error in row.error


def test_another_fact_brings_the_operators_that_fit_it() -> None:
    sent = {"when-match": "all", "when.0-field": "headcount", "when.0-operator": "contains", "when.0-value": "9"}
    assert builder.read(sent, "when", FIELDS) == {"all": [{"field": "headcount", "operator": "is", "value": 9}]}


def test_nesting_ends_where_the_language_ends() -> None:
    deep = "when" + ".0" * 20
    sent = {deep[: len("when") + 2 * at] + "-match": "all" for at in range(21)}
    tree = builder.read(sent, "when", FIELDS)
    assert builder.shown(tree, FIELDS, "when", {})


def test_values_are_suggested_from_what_leads_have(in_scope: Account) -> None:
    for industry in ("Logistics", "Logistics", "Retail"):
        a_lead(industry=industry, tech_stack=["SAP"], name="Jonas Weidmann")
    found = suggested_values()
    assert found["industry"] == ["logistics", "retail"]
    assert found["tech_stack"] == ["SAP"]
    assert "name" not in found


@pytest.mark.django_db
def test_the_rows_come_back_with_the_suggestions(client: Client, cast: SimpleNamespace) -> None:
    client.force_login(cast.ada.user)
    sent = {"when-match": "any", "when.0-field": "seniority", "act": "add:when"}
    body = client.post("/acme/conditions/rows/", sent).content.decode()
    assert "C-level" in body
    assert 'name="when.1-field"' in body
    client.force_login(cast.rita.user)
    assert client.post("/acme/conditions/rows/", sent).status_code == 403
