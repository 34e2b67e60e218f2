"""What is promised, over REST."""

from __future__ import annotations

from typing import Any

import pytest

from routing.defaults import publish_default_rules
from routing.ladder import for_answers, for_next_steps
from routing.models import SlaPolicy
from tenancy.models import Account
from tenancy.scope import scope
from tests.factories import a_key
from tests.leads.test_api_leads import Api

URL = "/api/v1/sla-policies/"
GERMANS = {"field": "country", "operator": "is", "value": "DE"}
POLICY: dict[str, Any] = {
    "name": "Germans within an hour",
    "condition": GERMANS,
    "clock": "first_response",
    "due": {"minutes": 60},
    "warn_at": 0.5,
    "ladder": [{"at": 1, "do": "tell_manager"}, {"at": 1.5, "do": "reassign"}],
    "pause_days": 2,
}


@pytest.fixture
def api(account: Account) -> Api:
    with scope(account):
        publish_default_rules()
        return Api(a_key())


def test_a_policy_is_added_read_changed_and_removed(api: Api, account: Account) -> None:
    added = api.post(URL, POLICY)
    assert added.status_code == 201
    path = f"{URL}{added.json()['id']}/"
    assert api.get(path).json() == added.json() == POLICY | {"id": added.json()["id"], "position": 5}
    changed = api.patch(path, {"due": {"end_of": "working_day"}, "condition": None, "position": 1}).json()
    assert (changed["due"], changed["condition"], changed["position"]) == ({"end_of": "working_day"}, None, 1)
    assert api.get(URL).json()["results"][0]["name"] == POLICY["name"]
    assert api.client.delete(path).status_code == 204
    assert api.get(path).status_code == 404
    assert len(api.get(URL).json()["results"]) == 4
    with scope(account):
        assert SlaPolicy.objects.get(name=POLICY["name"]).retired_at is not None


def test_a_new_account_promises_answers_and_next_steps(api: Api) -> None:
    listed = api.get(URL).json()["results"]
    assert [(one["clock"], one["due"]) for one in listed] == [
        ("first_response", {"minutes": 5}),
        ("first_response", {"end_of": "working_day"}),
        ("next_step", {"minutes": 480}),
        ("next_step", {"minutes": 960}),
    ]
    assert [one["ladder"] for one in listed] == [for_answers()] * 2 + [for_next_steps()] * 2


@pytest.mark.parametrize(
    ("clock", "due", "name", "ladder"),
    [
        ("first_attempt", {"minutes": 1}, "First attempt within 1 minute", for_answers()),
        ("first_response", {"end_of": "working_day"}, "First response by the end of the working day", for_answers()),
        ("next_step", {"minutes": 960}, "Next step within 2 working days", for_next_steps()),
        ("next_step", {"minutes": 90}, "Next step within 90 minutes", for_next_steps()),
    ],
)
def test_name_and_ladder_are_found_where_they_are_left_out(
    api: Api, clock: str, due: Any, name: str, ladder: Any
) -> None:
    added = api.post(URL, {"clock": clock, "due": due}).json()
    assert (added["name"], added["ladder"], added["condition"]) == (name, ladder, None)


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"condition": {"all": [{"field": "shoe_size", "operator": "is", "value": "43"}]}}, "/condition/all/0/field"),
        ({"condition": {"all": []}}, "/condition/all"),
        ({"condition": "urgent"}, "/condition"),
        ({"clock": "sundial"}, "/clock"),
        ({"due": {"minutes": 0}}, "/due"),
        ({"due": {"minutes": "5"}}, "/due"),
        ({"due": {"end_of": "week"}}, "/due"),
        ({"due": None}, "/due"),
        ({"warn_at": 1.5}, "/warn_at"),
        ({"ladder": [{"at": 1, "do": "shout"}]}, "/ladder/0"),
        ({"ladder": "up"}, "/ladder"),
        ({"pause_days": 31}, "/pause_days"),
        ({"position": 0}, "/position"),
        ({"name": ""}, "/name"),
    ],
)
def test_nonsense_is_refused_beside_its_field(api: Api, change: Any, pointer: str) -> None:
    response = api.post(URL, POLICY | change)
    assert response.status_code == 400
    assert [error["pointer"] for error in response.json()["errors"]] == [pointer]
