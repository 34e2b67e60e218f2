"""The settings page of an account's own fields."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from django.test import Client

from events.record import SYSTEM
from leads.models import CustomField
from tenancy.scope import scope
from tests.factories import a_lead

URL = "/acme/settings/fields/"


@pytest.fixture
def ada(cast: SimpleNamespace, client: Client) -> Client:
    client.force_login(cast.ada.user)
    return client


def labels(cast: SimpleNamespace) -> list[str]:
    with scope(cast.account):
        return [field.label for field in CustomField.objects.live()]


def test_ada_adds_a_field_and_sees_it(ada: Client, cast: SimpleNamespace) -> None:
    said = {"label": "Region", "type": "choice", "choices": "North\r\nSouth\r\n\r\n", "key": ""}

    page = ada.post(URL, said, follow=True).content.decode()

    assert "Region is a field now." in page
    assert "North, South" in page
    with scope(cast.account):
        field = CustomField.objects.get()
    assert (field.key, field.choices) == ("region", ["North", "South"])


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"label": "Region", "type": "choice"}, "Give at least one choice."),
        ({"label": "Company", "type": "text"}, "is a built-in fact already"),
        ({"label": "", "type": "text"}, "This field is required."),
        ({"label": "Region", "type": "poem"}, "Select a valid choice."),
    ],
)
def test_a_refusal_stands_beside_its_input(
    ada: Client, cast: SimpleNamespace, said: dict[str, str], words: str
) -> None:
    page = ada.post(URL, said).content.decode()

    assert words in page
    assert labels(cast) == []


def test_ada_renames_orders_archives_and_restores(ada: Client, cast: SimpleNamespace) -> None:
    with scope(cast.account):
        one, two = (CustomField.add(label=label, type="text", by=SYSTEM) for label in ("One", "Two"))

    ada.post(f"{URL}{one.public_id}/", {"label": "First"})
    ada.post(f"{URL}{two.public_id}/place/", {"way": "up"})
    assert labels(cast) == ["Two", "First"]

    page = ada.post(f"{URL}{one.public_id}/archival/", follow=True).content.decode()
    assert "First is archived" in page
    assert labels(cast) == ["Two"]
    ada.post(f"{URL}{one.public_id}/restoration/")
    assert labels(cast) == ["Two", "First"]


def test_a_choice_that_a_lead_has_stays(ada: Client, cast: SimpleNamespace) -> None:
    with scope(cast.account):
        field = CustomField.add(label="Region", type="choice", choices=["North", "South"], by=SYSTEM)
        a_lead(custom={"region": "North"})

    page = ada.post(f"{URL}{field.public_id}/", {"label": "Area", "choices": "South"}).content.decode()

    assert "“North” stays: a lead has it." in page
    with scope(cast.account):
        field.refresh_from_db()
    assert (field.label, field.choices) == ("Region", ["North", "South"])
