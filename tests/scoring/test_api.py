"""The receipt over REST, and what a person answers."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from django.test import Client

from accounts.roles import Scope
from events.kinds import Kind
from events.models import Event
from leads.models import Lead
from scoring.jobs import score_leads
from scoring.models import Answer
from tenancy.scope import scope
from tests.factories import a_key, a_lead

pytestmark = pytest.mark.django_db
KESTREL: dict[str, Any] = {
    "industry": "Logistics",
    "headcount": 180,
    "country": "DE",
    "job_title": "IT manager",
    "message": "Hello",
}


@pytest.fixture
def lead(scored_account: SimpleNamespace) -> Lead:
    with scope(scored_account.account):
        lead = a_lead(**KESTREL)
        score_leads([lead.pk])
    return lead


@pytest.fixture
def key(scored_account: SimpleNamespace) -> str:
    with scope(scored_account.account):
        return a_key()


def call(client: Client, key: str, lead: Lead, what: str, body: Any = None) -> Any:
    headers = {"Authorization": f"Bearer {key}"}
    path = f"/api/v1/leads/{lead.public_id}/{what}/"
    if body is None:
        return client.get(path, headers=headers)
    return client.post(path, body, content_type="application/json", headers=headers)


def test_the_receipt_adds_up(client: Client, key: str, lead: Lead) -> None:
    answer = call(client, key, lead, "receipt")
    assert answer.status_code == 200
    body = answer.json()
    assert body["score"] == sum(line["points"] for line in body["contributions"]) == 43
    assert (body["tier"], body["tier_label"], body["action"]) == ("medium", "Medium", "Structured sequence")
    assert body["sub_scores"] == {"fit": 86, "intent": 0, "authority": 53, "timing": 0}
    assert (body["version"], body["band"]) == (1, 20)
    assert body["question"]["fact"] == "timeline_days"
    assert body["qualification"]["track"] == "ask"


def test_a_lead_without_a_receipt_is_not_found_yet(client: Client, key: str, scored_account: SimpleNamespace) -> None:
    with scope(scored_account.account):
        fresh = a_lead()
    assert call(client, key, fresh, "receipt").status_code == 404


def test_a_fact_rescores_in_place(client: Client, key: str, lead: Lead) -> None:
    body = call(client, key, lead, "answers", {"facts": {"timeline_days": 30, "tech_stack": ["Azure"]}}).json()
    assert (body["score"], body["tier"], body["band"]) == (63, "high", 0)
    assert body["qualification"]["points"] == 3
    assert body["qualification"]["track"] == "active"


def test_an_answer_to_a_criterion_is_kept_with_who_said_it(
    client: Client, lead: Lead, scored_account: SimpleNamespace
) -> None:
    client.force_login(scored_account.rita.user)
    answer = client.post(
        f"/acme/api/v1/leads/{lead.public_id}/answers/", {"answers": {"intent": True}}, content_type="application/json"
    )
    assert answer.json()["qualification"]["points"] == 3
    with scope(scored_account.account):
        said = Answer.objects.get(lead=lead)
        assert (said.criterion, said.met, said.member_id) == ("intent", True, scored_account.rita.pk)
        event = Event.objects.get(kind=Kind.LEAD_ANSWERED)
        assert (event.actor_name, event.body) == ("Rita", {"answers": {"intent": True}})


def test_taking_an_answer_back_lets_data_decide(client: Client, key: str, lead: Lead) -> None:
    call(client, key, lead, "answers", {"answers": {"authority": False}})
    body = call(client, key, lead, "answers", {"answers": {"authority": None}}).json()
    assert [item["by"] for item in body["qualification"]["items"] if item["key"] == "authority"] == ["data"]


def test_what_nobody_will_say_is_not_asked_again(client: Client, key: str, lead: Lead) -> None:
    body = call(client, key, lead, "answers", {"declined": ["timeline_days"]}).json()
    assert body["question"]["fact"] != "timeline_days"


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"answers": {"luck": True}}, "/answers/luck"),
        ({"answers": {"fit": "perhaps"}}, "/answers/fit"),
        ({"declined": ["shoe_size"]}, "/declined/shoe_size"),
        ({"facts": {"shoe_size": 43}}, "/shoe_size"),
        ({"facts": {"headcount": "many"}}, "/headcount"),
        ({"facts": "many"}, "/facts"),
    ],
)
def test_nonsense_is_refused_with_its_place(client: Client, key: str, lead: Lead, body: Any, pointer: str) -> None:
    answer = call(client, key, lead, "answers", body)
    assert answer.status_code == 400
    assert [error["pointer"] for error in answer.json()["errors"]] == [pointer]
    assert call(client, key, lead, "receipt").json()["score"] == 43


def test_a_reading_key_may_not_answer(client: Client, scored_account: SimpleNamespace, lead: Lead) -> None:
    with scope(scored_account.account):
        reader = a_key(Scope.LEADS_READ)
    assert call(client, reader, lead, "receipt").status_code == 200
    assert call(client, reader, lead, "answers", {"answers": {"fit": True}}).status_code == 403
