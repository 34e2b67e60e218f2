"""The account's own fields beside the built-in columns of the list."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from django.test import Client

from events.record import SYSTEM
from leads.models import CustomField
from leads.own_columns import MOST, OwnColumns
from tenancy.models import Account
from tenancy.scope import scope
from tests.factories import a_lead
from tests.isolation.world import logged_in


@pytest.fixture
def rita(cast: SimpleNamespace) -> Client:
    return logged_in(cast.rita.user)


def a_field(label: str, type: str, **more: Any) -> CustomField:
    return CustomField.add(label=label, type=type, by=SYSTEM, **more)


VALUES = [
    ("text", "by the sea", "by the sea"),
    ("number", 3, "3"),
    ("boolean", True, "Yes"),
    ("choices", ["North", "South"], "North, South"),
]


@pytest.mark.parametrize(("type", "value", "shown"), VALUES)
def test_a_chosen_field_is_a_column(rita: Client, account: Account, type: str, value: Any, shown: str) -> None:
    with scope(account):
        a_field("Where", type, choices=["North", "South"] if type == "choices" else [])
        a_lead(custom={"where": value})
    page = rita.get("/acme/leads/?column=custom.where")
    assert page.context["own_columns"] == ["Where"]
    assert page.context["rows"][0]["own"] == [shown]
    assert 'value="custom.where"' in page.content.decode()
    assert rita.get("/acme/leads/").context["own_columns"] == []


def test_columns_stay_when_sorting_and_filtering(rita: Client, account: Account) -> None:
    with scope(account):
        a_field("Sites", "number")
        a_lead()
    page = rita.get("/acme/leads/?column=custom.sites&column=custom.nothing")
    assert "column=custom.sites" in page.context["sorts"]["score"]["url"]
    assert "nothing" not in page.context["sorts"]["score"]["url"]


def test_at_most_six_stand_side_by_side(in_scope: Account) -> None:
    fields = [a_field(f"Field {number}", "text") for number in range(MOST + 2)]
    assert len(OwnColumns.of([field.name for field in fields]).chosen) == MOST
    fields[0].archive(by=SYSTEM)
    assert fields[0].name not in OwnColumns.of([fields[0].name]).names
