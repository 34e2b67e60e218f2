"""What is promised, in the settings: in order, by condition, with a ladder."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from django.test import Client

from routing.defaults import publish_default_rules
from routing.ladder import for_answers
from routing.models import SlaPolicy
from tenancy.models import Account
from tenancy.scope import scope

pytestmark = pytest.mark.django_db
URL = "/acme/settings/promises/"
FILLED: dict[str, Any] = {
    "name": "",
    "clock": "first_response",
    "due": "minutes",
    "minutes": "120",
    "warn_at": "50",
    "pause_days": "2",
    "rung-0-do": "reassign",
    "rung-0-at": "2",
    "rung-1-do": "remind",
    "rung-1-at": "0.5",
    "when-match": "all",
    "when.0-field": "country",
    "when.0-operator": "is",
    "when.0-value": "Germany",
}


@pytest.fixture
def ada(client: Client, account: Account, cast: SimpleNamespace) -> Client:
    with scope(account):
        publish_default_rules()
    client.force_login(cast.ada.user)
    return client


def named(account: Account, name: str) -> SlaPolicy:
    with scope(account):
        found: SlaPolicy = SlaPolicy.objects.get(name=name)
        return found


def order(account: Account) -> list[str]:
    with scope(account):
        return [policy.name for policy in SlaPolicy.objects.filter(retired_at=None).order_by("position")]


def test_the_promises_of_a_new_account_in_sentences(ada: Client) -> None:
    page = ada.get(URL).content.decode()
    assert "1. Answer within 5 minutes" in page
    assert "First response within 5 minutes, for: Tier is Urgent." in page
    assert "Remind the owner at three quarters · Tell the manager when it is due" in page


def test_ada_promises_germans_an_answer_within_two_hours(ada: Client, account: Account) -> None:
    assert ada.post(f"{URL}new/", FILLED).status_code == 302
    made = named(account, "First response within 2 working hours")
    assert (made.due_minutes, made.warn_at, made.pause_days, made.position) == (120, 0.5, 2, 5)
    assert made.condition == {"all": [{"field": "country", "operator": "is", "value": "DE"}]}
    assert made.ladder == [{"at": 0.5, "do": "remind"}, {"at": 2.0, "do": "reassign"}]
    assert "Country is Germany" in ada.get(URL).content.decode()


def test_a_promise_without_a_condition_is_for_every_lead(ada: Client, account: Account) -> None:
    ada.post(f"{URL}new/", FILLED | {"name": "All", "when.0-field": "", "due": "end_of_day", "minutes": ""})
    assert (named(account, "All").condition, named(account, "All").due_minutes) == (None, None)


def test_the_page_of_a_promise_shows_what_it_is(ada: Client, account: Account) -> None:
    urgent = named(account, "Answer within 5 minutes")
    page = ada.get(f"{URL}{urgent.public_id}/").content.decode()
    assert 'value="Answer within 5 minutes"' in page
    assert '<option value="reassign" selected>' in page
    same = FILLED | {f"rung-{n}-{key}": str(rung[key]) for n, rung in enumerate(for_answers()) for key in ("do", "at")}
    assert ada.post(f"{URL}{urgent.public_id}/", same).status_code == 302
    assert named(account, "First response within 2 working hours").ladder == for_answers()


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"minutes": ""}, "How many?"),
        ({"minutes": "0"}, "greater than or equal to 1"),
        ({"clock": "sundial"}, "Select a valid choice"),
        ({"rung-0-at": "0.75"}, "Nobody loses a lead before"),
        ({"when.0-operator": "is", "when.0-value": "Atlantis"}, "not a choice"),
        ({"when.0-field": "shoe_size"}, "There is no fact called"),
    ],
)
def test_what_makes_no_sense_is_said_beside_it(ada: Client, account: Account, change: Any, words: str) -> None:
    answer = ada.post(f"{URL}new/", FILLED | change)
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert len(order(account)) == 4


def test_promises_are_put_into_order(ada: Client, account: Account) -> None:
    second = named(account, "Answer by the end of the working day")
    for way in ("up", "up", "sideways"):
        ada.post(f"{URL}{second.public_id}/place/", {"way": way})
    assert order(account)[:2] == ["Answer by the end of the working day", "Answer within 5 minutes"]
    ada.post(f"{URL}{second.public_id}/place/", {"way": "down"})
    assert order(account)[1] == "Answer by the end of the working day"


def test_a_promise_is_retired_and_brought_back(ada: Client, account: Account) -> None:
    urgent = named(account, "Answer within 5 minutes")
    ada.post(f"{URL}{urgent.public_id}/retirement/")
    assert "Answer within 5 minutes" not in order(account)
    assert "Promise it again" in ada.get(URL).content.decode()
    ada.post(f"{URL}{urgent.public_id}/return/")
    assert order(account)[0] == "Answer within 5 minutes"
