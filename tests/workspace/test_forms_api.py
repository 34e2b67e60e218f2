"""Forms over REST: what a website can rely on, and what the builder would not have let through either."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from accounts.roles import Scope
from leads.models import CustomField, Form, Source
from pipeline.models import Pipeline
from tenancy.models import Account
from tenancy.scope import scope
from tests.factories import a_key, a_source
from tests.leads.forms import ADA, a_form
from tests.leads.test_api_leads import Api
from workspace.opening import open_account

URL = "/api/v1/forms/"
ASKED = [{"field": "name", "label": "Your name", "required": True}, {"field": "email", "required": True}]


@pytest.fixture
def api(account: Account) -> Api:
    with scope(account):
        return Api(a_key())


@pytest.fixture
def website(account: Account) -> Source:
    with scope(account):
        return a_source()


@pytest.fixture
def body(website: Source) -> dict[str, Any]:
    return {"name": "Contact", "source": website.public_id, "fields": ASKED}


def link(url: str) -> str:
    """The path of a public address."""
    return url[url.index("/f/") :]


def test_a_form_is_added_read_changed_and_removed(api: Api, body: dict[str, Any]) -> None:
    added = api.post(URL, body)
    made = added.json()
    assert added.status_code == 201
    assert {name: made[name] for name in body} == body
    assert (made["title"], made["published"], made["consent_version"]) == ("Contact", True, 1)
    path = f"{URL}{made['id']}/"
    assert api.get(path).json() == made
    assert api.get(URL).json()["results"] == [made]
    changed = api.patch(path, {"thanks": "We call you."}).json()
    assert changed == made | {"thanks": "We call you."}
    assert api.delete(path).status_code == 204
    assert api.get(path).status_code == 404


def test_everything_the_builder_knows_can_be_said(api: Api, body: dict[str, Any], account: Account) -> None:
    with scope(account):
        pipeline = Pipeline.objects.create(name="Services", position=1)
        CustomField.objects.create(key="sites", label="Sites", type="number")
    own = {"field": "custom.sites", "help": "About", "hidden": True, "value": "2", "choices": ["1", "2"]}
    said = body | {
        "title": "Ask us",
        "intro": "We answer.",
        "button": "Ask",
        "accent": "violet",
        "puzzle": True,
        "consent_text": "Call me.",
        "redirect": "https://acme.example/thanks",
        "pipeline": pipeline.public_id,
        "fields": [*ASKED, own],
    }
    made = api.post(URL, said).json()
    assert {name: made[name] for name in said} == said


def test_a_published_form_takes_what_a_visitor_sends_until_it_is_withdrawn(api: Api, body: dict[str, Any]) -> None:
    made = api.post(URL, body | {"published": False}).json()
    page = link(made["url"])
    assert Client().get(page).status_code == 404
    path = f"{URL}{made['id']}/"
    assert api.patch(path, {"published": True}).json()["published"] is True
    assert Client().post(page, ADA, content_type="application/json").status_code == 201
    assert Client().get(link(made["embed"])).status_code == 200
    assert api.patch(path, {"title": "Else"}).json()["published"] is True
    assert api.patch(path, {"published": False}).json()["published"] is False
    assert Client().get(page).status_code == 404


def test_a_form_something_came_through_stays(api: Api, body: dict[str, Any]) -> None:
    made = api.post(URL, body).json()
    page = link(made["url"])
    Client().post(page, ADA, content_type="application/json")
    assert api.delete(f"{URL}{made['id']}/").status_code == 409
    assert Client().get(page).status_code == 200


def test_each_text_of_the_consent_gets_a_version(api: Api, body: dict[str, Any]) -> None:
    path = f"{URL}{api.post(URL, body).json()['id']}/"
    texts = ("Call me.", "Call me.", "Write me.", "")
    assert [api.patch(path, {"consent_text": text}).json()["consent_version"] for text in texts] == [1, 1, 2, 3]


def test_websites_are_kept_as_browsers_name_them(api: Api, body: dict[str, Any]) -> None:
    origins = ["https://WWW.acme.example/some/page", "https://www.acme.example", "*"]
    assert api.post(URL, body | {"origins": origins}).json()["origins"] == ["https://www.acme.example", "*"]


def test_a_form_that_asks_for_what_was_archived_can_be_sent_back_as_it_was(api: Api, account: Account) -> None:
    form = a_form(account, fields=[*ASKED, {"field": "custom.gone"}])
    path = f"{URL}{form.public_id}/"
    read = api.get(path).json()
    assert api.patch(path, {"fields": read["fields"]}).json() == read


@pytest.mark.parametrize(
    ("wrong", "pointer"),
    [
        ({"name": ""}, "/name"),
        ({"name": "x" * 81}, "/name"),
        ({"source": "src_x"}, "/source"),
        ({"source": None}, "/source"),
        ({"pipeline": "pip_x"}, "/pipeline"),
        ({"accent": "pink"}, "/accent"),
        ({"redirect": "javascript:alert(1)"}, "/redirect"),
        ({"redirect": "ftp://acme.example/x"}, "/redirect"),
        ({"origins": ["acme"]}, "/origins"),
        ({"origins": "https://acme.example"}, "/origins"),
        ({"fields": []}, "/fields"),
        ({"fields": "email"}, "/fields"),
        ({"fields": ["email"]}, "/fields/0"),
        ({"fields": [{"label": "Mail"}]}, "/fields/0/field"),
        ({"fields": [{"field": "email", "hidden": True}]}, "/fields"),
        ({"fields": [*ASKED, {"field": "salary"}]}, "/fields/2/field"),
        ({"fields": [*ASKED, {"field": "email"}]}, "/fields/2/field"),
        ({"fields": [{"field": "email", "label": "x" * 121}]}, "/fields/0/label"),
        ({"fields": [{"field": "email", "choices": ["x"] * 51}]}, "/fields/0/choices"),
        ({"fields": [{"field": "email"}] * 41}, "/fields"),
    ],
)
def test_what_makes_no_sense_is_named_and_nothing_is_kept(
    api: Api, account: Account, body: dict[str, Any], wrong: dict[str, Any], pointer: str
) -> None:
    refused = api.post(URL, body | wrong)
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (400, pointer)
    with scope(account):
        assert not Form.objects.exists()


def test_a_name_is_given_once(api: Api, body: dict[str, Any]) -> None:
    api.post(URL, body)
    refused = api.post(URL, body)
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (400, "/name")


def test_the_source_of_another_account_is_unknown(api: Api, body: dict[str, Any]) -> None:
    with scope(open_account("Globex", "eve@globex.example").account):
        theirs = a_source("Theirs")
    refused = api.post(URL, body | {"source": theirs.public_id})
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (400, "/source")


def test_forms_need_the_scope_of_settings(account: Account, body: dict[str, Any]) -> None:
    with scope(account):
        api = Api(a_key(Scope.LEADS_WRITE, Scope.LEADS_READ))
    assert api.get(URL).status_code == api.post(URL, body).status_code == 403
