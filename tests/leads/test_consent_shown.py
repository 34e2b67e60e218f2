"""What somebody agreed to is what they read, whatever the form says by the time they send it."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client

from leads.models import Form
from tenancy.models import Account
from tenancy.scope import scope
from tests.leads.forms import ADA, a_form, path, stamped, the_submission

pytestmark = pytest.mark.django_db
SHOWN = re.compile(r'name="consent_shown"\s+value="([^"]+)"')


def shown(form: Form, more: str = "") -> dict[str, str]:
    """What the page, or with "embed.js" the script, shows of the consent, with the box ticked."""
    body = Client().get(path(form, more)).content.decode()
    found = SHOWN.search(body.replace('\\"', '"').replace("\\n", " "))
    return {"agreed": "yes"} | ({"consent_shown": found[1]} if found else {})


def asked(form: Form, account: Account, text: str) -> None:
    with scope(account):
        form.ask_consent(text)
        form.save()


@pytest.mark.parametrize("more", ["", "embed.js"])
@pytest.mark.parametrize("later", ["You may sell all of it.", ""])
def test_a_text_that_changed_meanwhile_is_not_what_they_agreed_to(account: Account, more: str, later: str) -> None:
    form = a_form(account, consent_text="You may call me.")
    page = shown(form, more)
    asked(form, account, later)
    assert Client().post(path(form), ADA | stamped(form) | page).status_code == 303
    said = the_submission(account).consent
    assert (said["text"], said["version"], said["given"]) == ("You may call me.", "1", "yes")


@pytest.mark.parametrize("forged", ["", "x", "WzEsICJZZXMiXQ:abc"])
def test_what_we_did_not_show_is_not_believed(account: Account, forged: str) -> None:
    form = a_form(account, consent_text="You may call me.")
    Client().post(path(form), ADA | stamped(form) | {"agreed": "yes", "consent_shown": forged})
    assert the_submission(account).consent["text"] == "You may call me."


def test_another_forms_text_is_not_believed(account: Account) -> None:
    form, other = (a_form(account, name=name, consent_text=name) for name in ("Contact", "Other"))
    said: dict[str, Any] = ADA | stamped(form) | shown(other)
    Client().post(path(form), said)
    assert the_submission(account).consent["text"] == "Contact"
