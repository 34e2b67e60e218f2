"""The account's own fields on a form: inputs of their kind, checked while somebody is there to mend them."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.test import Client

from events.record import SYSTEM
from leads.models import CustomField, Form, Lead
from tenancy.models import Account
from tenancy.scope import scope
from tests.leads.forms import ADA, FIELDS, a_form, path, stamped, the_submission

pytestmark = pytest.mark.django_db


def asking(account: Account, kind: str, offered: list[str] | None = None, **spec: Any) -> Form:
    """A form that asks for one own field, `extra`, of that kind."""
    with scope(account):
        CustomField.add(key="extra", label="Extra", type=kind, choices=offered or [], by=SYSTEM)
    return a_form(account, fields=[*FIELDS, {"field": "custom.extra", **spec}])


def post(form: Form, **extra: Any) -> Any:
    return Client().post(path(form), ADA | stamped(form) | {f"custom.{key}": value for key, value in extra.items()})


def post_json(form: Form, **said: Any) -> Any:
    return Client().post(path(form), json.dumps(ADA | stamped(form) | said), "application/json")


WRONG = [
    ("number", "three", "number"),
    ("money", "much", "number"),
    ("date", "someday", "date"),
    ("url", "javascript:alert(1)", "link"),
    ("choice", "Z", "Please choose one"),
    ("choices", "Z", "Please choose one"),
]


@pytest.mark.parametrize(("kind", "value", "word"), WRONG)
def test_a_value_of_the_wrong_kind_is_said_beside_its_field_and_nothing_is_taken(
    account: Account, kind: str, value: str, word: str
) -> None:
    form = asking(account, kind, ["A", "B"] if kind.startswith("choice") else None)

    page = post(form, extra=value)
    told = post_json(form, **{"custom.extra": value})

    beside = page.content.decode().partition('class="field-error"')[2][:400].lower()
    assert (page.status_code, word.lower() in beside) == (400, True), beside
    assert 'href="#id_custom.extra' in page.content.decode()
    assert (told.status_code, [error["pointer"] for error in told.json()["errors"]]) == (400, ["/custom.extra"])
    with scope(account):
        assert not Lead.objects.exists()


RIGHT = [
    ("text", None, "Rack 7", "Rack 7"),
    ("number", None, "1,250.5", 1250.5),
    ("money", None, "25000 EUR", {"minor": 2_500_000, "currency": "EUR"}),
    ("date", None, "2026-12-01", "2026-12-01"),
    ("url", None, "https://kestrel.example/it", "https://kestrel.example/it"),
    ("choice", ["A", "B"], "B", "B"),
    ("choices", ["A", "B"], "B", ["B"]),
    ("boolean", None, "on", True),
]


@pytest.mark.parametrize("send", [post, lambda form, extra: post_json(form, **{"custom.extra": extra})])
@pytest.mark.parametrize(("kind", "choices", "value", "kept"), RIGHT)
def test_a_right_value_is_kept_by_page_and_script_alike(
    account: Account, send: Any, kind: str, choices: list[str] | None, value: str, kept: Any
) -> None:
    assert send(asking(account, kind, choices), extra=value).status_code in (201, 303)
    stored = the_submission(account)
    assert (stored.lead.custom, stored.problems, stored.ignored) == ({"extra": kept}, [], [])


@pytest.mark.parametrize(("kind", "choices"), [(kind, choices) for kind, choices, *_ in RIGHT])
def test_a_required_own_field_is_asked_for(account: Account, kind: str, choices: list[str] | None) -> None:
    form = asking(account, kind, choices, required=True, label="How many?")
    page = post(form)
    assert (page.status_code, page.content.decode().count("How many?: please fill this in.")) == (400, 2)


def test_a_hidden_own_field_comes_along_and_what_is_wrong_in_it_holds_nobody_up(account: Account) -> None:
    form = asking(account, "number", hidden=True, required=True, value="7")
    assert '<input type="hidden" name="custom.extra" value="7"' in Client().get(path(form)).content.decode()
    assert post(form, extra="seven").status_code == 303
    assert the_submission(account).problems[0]["pointer"] == "/custom/extra"


def test_a_form_asks_no_more_for_what_was_archived(account: Account) -> None:
    form = asking(account, "text", required=True)
    with scope(account):
        CustomField.objects.get().archive(by=SYSTEM)
    assert "custom.extra" not in Client().get(path(form)).content.decode()
    assert post(form).status_code == 303


def test_a_form_offers_of_a_list_only_what_stands_in_it(account: Account) -> None:
    form = asking(account, "choice", ["A", "B", "C"], choices=["C", "Z", "A"])
    page = Client().get(path(form)).content.decode()
    offered = [choice for choice in "ABCZ" if f'value="{choice}"' in page]
    assert offered == ["A", "C"]
