"""The embedded form: one script, and what it sends."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.test import Client

from leads.looks import ACCENTS, hex_of
from leads.models import CustomField, Lead
from tenancy.ids import uuid7
from tenancy.models import Account
from tenancy.scope import scope
from tests.leads.forms import ADA, FIELDS, a_form, path, stamped, the_submission

pytestmark = pytest.mark.django_db


def test_the_script_carries_the_form(account: Account) -> None:
    form = a_form(account, accent="violet", consent_text="You may call me.", thanks="We call.")
    script = Client().get(path(form, "embed.js"))
    told = json.loads(script.content.decode().splitlines()[1].removeprefix("const form = ").removesuffix(";"))
    assert (script["Content-Type"], script["Cache-Control"]) == ("text/javascript; charset=utf-8", "no-store")
    assert all(
        word in told["html"] for word in ("Work e-mail", "You may call me.", f'action="http://testserver{path(form)}')
    )
    assert (told["thanks"], "--accent: #6d28d9" in told["css"]) == ("We call.", True)
    assert "export " not in script.content.decode()


def test_words_of_a_form_are_never_code(account: Account) -> None:
    evil = "</script><img src=x onerror=alert(1)>`${alert(1)}`\u2028"
    fields = [{"field": "name", "label": evil, "help": evil, "choices": [evil, "b"]}, {"field": "email", "label": evil}]
    form = a_form(account, title=evil, intro=evil, fields=fields, thanks=evil, consent_text=evil, button=evil[:40])
    script = Client().get(path(form, "embed.js")).content.decode()
    told = json.loads(script.splitlines()[1].removeprefix("const form = ").removesuffix(";"))
    assert "<img" not in told["html"]
    assert "<img" not in Client().get(path(form)).content.decode()
    assert script.isascii()


def test_a_withdrawn_form_has_no_script(account: Account) -> None:
    form = a_form(account)
    with scope(account):
        form.withdraw()
    assert Client().get(path(form, "embed.js")).status_code == 404


def test_what_is_missing_is_said_in_json_too(account: Account) -> None:
    form = a_form(account, origins=["https://acme.example"])
    body = {"name": " ", "email": "ada@kestrel"} | stamped(form)
    sent = Client().post(path(form), json.dumps(body), "application/json", headers={"Origin": "https://acme.example"})
    assert (sent.status_code, sent["Access-Control-Allow-Origin"]) == (400, "https://acme.example")
    assert {error["pointer"] for error in sent.json()["errors"]} == {"/name", "/email"}
    with scope(account):
        assert not Lead.objects.exists()


def test_the_accounts_own_fields_have_inputs_of_their_kind(account: Account) -> None:
    kinds = {"sites": "number", "start": "date", "site": "url", "vip": "boolean", "area": "choice", "needs": "choices"}
    with scope(account):
        for key, kind in kinds.items():
            CustomField.objects.create(key=key, label=key.title(), type=kind, choices=["A, B", "C"])
    form = a_form(account, fields=[*FIELDS, *({"field": f"custom.{key}"} for key in kinds)])
    page = Client().get(path(form)).content.decode()
    assert 'inputmode="decimal"' in page
    assert all(f'type="{kind}" name="custom.' in page for kind in ("date", "url", "checkbox", "radio"))

    own = {"sites": "3", "start": "2026-12-01", "vip": "on", "area": "C", "needs": ["A, B", "C"]}
    sent = Client().post(path(form), ADA | stamped(form) | {f"custom.{key}": value for key, value in own.items()})

    assert sent.status_code == 303
    stored = the_submission(account)
    assert stored.lead.custom == {"sites": 3, "start": "2026-12-01", "vip": True, "area": "C", "needs": ["A, B", "C"]}
    assert (stored.problems, stored.ignored) == ([], [])


def test_a_choice_that_is_not_offered_is_refused_where_somebody_can_mend_it(account: Account) -> None:
    form = a_form(account, fields=[*FIELDS, {"field": "product", "choices": [str(n) for n in range(9)]}])
    assert "<select" in Client().get(path(form)).content.decode()
    assert Client().post(path(form), ADA | stamped(form) | {"product": "10"}).status_code == 400


def test_hidden_fields_and_the_address_fill_in(account: Account) -> None:
    hidden = {"field": "product", "hidden": True, "required": True, "value": "Desk"}
    form = a_form(account, fields=[*FIELDS, hidden])
    assert '<input type="hidden" name="product" value="Desk"' in Client().get(path(form)).content.decode()
    page = Client().get(path(form), {"product": "Backup", "name": "Ada"}).content.decode()
    assert '<input type="hidden" name="product" value="Backup"' in page
    assert 'value="Ada"' in page


def test_the_forms_pipeline_and_the_version_of_the_consent_are_kept(account: Account) -> None:
    pipeline: Any = uuid7()
    form = a_form(account, pipeline_id=pipeline, consent_text="You may call me.", consent_version=3)
    Client().post(path(form), ADA | stamped(form) | {"agreed": "yes"})
    stored = the_submission(account)
    assert stored.lead.pipeline_id == pipeline
    assert (stored.consent["version"], stored.consent["given"]) == ("3", "yes")


@pytest.mark.parametrize("accent", ACCENTS)
def test_every_colour_is_readable_with_white_on_it(accent: str) -> None:
    def light(value: int) -> float:
        share = value / 255
        return share / 12.92 if share <= 0.03928 else float(((share + 0.055) / 1.055) ** 2.4)

    red, green, blue = bytes.fromhex(hex_of(accent)[1:])
    assert 1.05 / (0.2126 * light(red) + 0.7152 * light(green) + 0.0722 * light(blue) + 0.05) >= 4.5
    assert hex_of("no such colour") == hex_of("teal")
