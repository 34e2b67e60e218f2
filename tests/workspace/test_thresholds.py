"""The account's thresholds of duplicates: tried out on its own leads before they are saved."""

from __future__ import annotations

import pytest
from django.test import Client

from events.record import SYSTEM
from leads import duplicates
from leads.capture import capture
from leads.models import Lead, Suspicion
from tenancy.scope import scope
from tests.factories import a_source
from workspace.opening import Opened, open_account

pytestmark = pytest.mark.django_db
URL = "/acme/settings/duplicates/"
PHONE = "+44 20 7183 8750"
TWINS = (
    {"name": "Ada King", "email": "ada@example.com", "phone": PHONE},
    {"name": "Ada King", "phone": PHONE},
    {"name": "Ada King", "email": "a.king@example.com", "phone": PHONE},
)


@pytest.fixture
def opened() -> Opened:
    return open_account("Acme", "ada@acme.example", "correct-horse-7-battery")


@pytest.fixture
def ada(client: Client, opened: Opened) -> Client:
    client.force_login(opened.user)
    with scope(opened.account):
        for facts in TWINS:
            capture(facts, source=a_source(), channel="api", by=SYSTEM)
    return client


def tried(ada: Client, attach: int, review: int) -> str:
    shown = ada.get(f"{URL}rehearsal/?attach={attach}&review={review}").content.decode()
    return " ".join(shown.replace("<strong>", "").replace("</strong>", "").split())


@pytest.mark.parametrize(
    ("attach", "review", "words"),
    [
        (95, 70, "2 would have been attached, 1 put before a person, and 0 left alone"),
        (97, 70, "0 would have been attached, 3 put before a person, and 0 left alone"),
        (99, 98, "0 would have been attached, 0 put before a person, and 3 left alone"),
    ],
)
def test_numbers_are_tried_out_on_the_latest_leads(ada: Client, attach: int, review: int, words: str) -> None:
    assert words in tried(ada, attach, review)


def test_trying_changes_nothing(ada: Client, opened: Opened) -> None:
    tried(ada, 95, 70)
    with scope(opened.account):
        assert (Lead.objects.open().count(), Suspicion.objects.count()) == (3, 0)
        assert duplicates.rule().attach == 95


def test_numbers_are_saved_and_shown(ada: Client, opened: Opened) -> None:
    assert ada.post(URL, {"attach": 99, "review": 80}).status_code == 302
    with scope(opened.account):
        assert (duplicates.rule().attach, duplicates.rule().review) == (99, 80)
    assert 'value="99"' in ada.get(URL).content.decode()


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"attach": 80, "review": 90}, "It cannot be more than 80"),
        ({"attach": 101, "review": 90}, "less than or equal to 100"),
        ({"attach": "", "review": "many"}, "Enter a whole number"),
    ],
)
def test_nonsense_is_refused_beside_the_field(ada: Client, said: dict[str, object], words: str) -> None:
    answer = ada.post(URL, said)
    assert words in answer.content.decode()
    assert answer.status_code == 200


def test_trying_nonsense_is_no_error(ada: Client) -> None:
    assert "make no sense" in ada.get(f"{URL}rehearsal/?attach=x").content.decode()
