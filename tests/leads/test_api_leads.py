"""POST, list, read and change over REST."""

from __future__ import annotations

import json
import re
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import Member
from accounts.roles import Scope
from leads.models import Lead, Submission
from tenancy.models import Account
from tenancy.scope import scope
from tests.factories import a_key, a_lead, a_source

ADA = {"name": "Ada King", "email": "ada@example.com", "company": "Example Ltd", "message": "Hello"}
URL = "/api/v1/leads/"


class Api:
    """A partner system with a key."""

    def __init__(self, secret: str) -> None:
        self.client = Client(headers={"Authorization": f"Bearer {secret}"})

    def post(self, path: str, body: Any, **headers: str) -> Any:
        data = body if isinstance(body, str | bytes) else json.dumps(body)
        return self.client.post(path, data, content_type="application/json", headers=headers)

    def patch(self, path: str, body: Any, **headers: str) -> Any:
        return self.client.patch(path, json.dumps(body), content_type="application/json", headers=headers)

    def delete(self, path: str) -> Any:
        return self.client.delete(path)

    def get(self, path: str, **query: Any) -> Any:
        return self.client.get(path, query)


@pytest.fixture
def api(account: Account) -> Api:
    with scope(account):
        return Api(a_key())


def test_a_new_lead_is_201(api: Api, account: Account) -> None:
    response = api.post(URL, ADA)
    assert response.status_code == 201
    body = response.json()
    assert body["id"].startswith("lead_")
    assert (body["status"], body["track"], body["score"], body["owner"], body["deal"]) == ("open", "ask", *[None] * 3)
    assert body["contact"]["first_name"] == "Ada"
    assert body["company"]["domain"] == "example.com"
    assert (body["source"]["name"], body["source"]["kind"]) == ("API", "api")
    assert (body["duplicate_of"], body["problems"], body["ignored"], body["incomplete"]) == (None, [], [], [])
    with scope(account):
        assert Submission.objects.get().public_id == body["submission"]


def test_a_repeat_is_200_and_names_the_lead(api: Api) -> None:
    first = api.post(URL, ADA).json()
    second = api.post(URL, ADA | {"message": "Again"})
    assert second.status_code == 200
    assert (second.json()["id"], second.json()["duplicate_of"]) == (first["id"], first["id"])
    assert second.json()["submission"] != first["submission"]


def test_the_source_by_name_or_id(api: Api, account: Account) -> None:
    with scope(account):
        source = a_source("Fair", "event", required=["phone"])
    for wanted in ("Fair", source.public_id):
        body = api.post(URL, {"name": "Ada", "source": wanted}).json()
        assert (body["source"]["name"], body["incomplete"], body["problems"]) == ("Fair", ["phone"], [])
    body = api.post(URL, {"name": "Ada", "source": "Nowhere"}).json()
    assert (body["source"]["name"], body["problems"][0]["pointer"]) == ("API", "/source")


def test_problems_are_told_and_nothing_is_refused(api: Api) -> None:
    body = api.post(URL, {"name": "Ada", "phone": "x", "headcount": {"a": 1}, "shoe_size": 4}).json()
    assert [item["pointer"] for item in body["problems"]] == ["/phone", "/headcount"]
    assert body["ignored"] == ["shoe_size"]


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ("{", 400),
        ("[]", 400),
        ('{"message": "hi"}', 400),
        ("[" * 30_000, 400),
        ('{"name": "x", "custom": {"a": {"b": {"c": {"d": {"e": 1}}}}}}', 400),
        (json.dumps({"name": "x"} | {f"k{i}": i for i in range(101)}), 400),
        (json.dumps({"name": "x" * 70_000}), 413),
        pytest.param(json.dumps({"name": "x" * 3_000_000}), 413, id="3 MB"),
        ('{"name": NaN}', 400),
    ],
)
def test_what_no_lead_can_be_is_refused(api: Api, body: Any, status: Any) -> None:
    response = api.post(URL, body)
    assert response.status_code == status
    assert response["Content-Type"] == "application/problem+json"
    assert response.json()["status"] == status


def test_nobody_to_reach_points_at_the_contact(api: Api) -> None:
    assert api.post(URL, {"message": "hi"}).json()["errors"] == [
        {"pointer": "/contact", "code": "required", "detail": "An e-mail, a phone, a name or an external_id is needed."}
    ]


def test_infinity_is_a_text(api: Api) -> None:
    assert api.post(URL, '{"name": "Ada", "headcount": 1e999}').json()["problems"][0]["pointer"] == "/headcount"


def test_other_types_are_415(api: Api) -> None:
    assert api.client.post(URL, {"name": "Ada"}).status_code == 415


@pytest.mark.parametrize("text", ["\x00", "\ud800", "\u202e", "😀" * 100, "%s %(x)s", "\\u0000", "'; DROP TABLE lead"])
def test_odd_characters_are_survived(api: Api, text: Any) -> None:
    assert api.post(URL, {"name": f"Ada{text}", "message": text, "campaign": {text: text}}).status_code == 201


def test_the_same_idempotency_key_is_answered_from_memory(api: Api, account: Account) -> None:
    first = api.post(URL, ADA, **{"Idempotency-Key": "k1"})
    again = api.post(URL, ADA, **{"Idempotency-Key": "k1"})
    assert (again.status_code, again["Idempotent-Replayed"], again.json()) == (201, "true", first.json())
    assert api.post(URL, ADA | {"name": "Eve"}, **{"Idempotency-Key": "k1"}).status_code == 422
    with scope(account):
        assert Submission.objects.count() == 1


@pytest.mark.usefixtures("account")
def test_keys_without_the_scope_are_refused(account: Account) -> None:
    with scope(account):
        reader = Api(a_key(Scope.LEADS_READ))
    assert reader.post(URL, ADA).status_code == 403
    assert reader.get(URL).status_code == 200
    assert Client().post(URL, ADA, content_type="application/json").status_code == 401


def statements(captured: CaptureQueriesContext) -> list[str]:
    """What was sent to the database, without what begins and ends transactions."""
    sent = [query["sql"] for query in captured.captured_queries]
    return [sql for sql in sent if not re.match(r"BEGIN|COMMIT|SAVEPOINT|RELEASE|SET LOCAL app.account_id = ''$", sql)]


def test_capture_takes_at_most_eight_statements(api: Api) -> None:
    api.post(URL, ADA)  # the API's source is made once
    with CaptureQueriesContext(connection) as captured:
        assert api.post(URL, {"email": "bob@firm.example"}, **{"Idempotency-Key": "k"}).status_code == 201
    assert len(statements(captured)) <= 8


def test_lists_take_four_statements_whatever_the_number(api: Api, account: Account) -> None:
    with scope(account):
        for _ in range(3):
            a_lead()
    with CaptureQueriesContext(connection) as captured:
        assert len(api.get(URL).json()["results"]) == 3
    assert len(statements(captured)) == 4, statements(captured)


def test_pages_follow_each_other_both_ways(api: Api, account: Account) -> None:
    with scope(account):
        for number in range(5):
            a_lead(score=None if number == 4 else number % 2)
    for order in ("-captured_at", "captured_at", "-score", "score"):
        whole = [lead["id"] for lead in api.get(URL, order=order).json()["results"]]
        page, seen = api.get(URL, order=order, limit=2).json(), []
        pages = [page]
        while page["next"]:
            page = api.client.get(page["next"]).json()
            pages.append(page)
        seen = [lead["id"] for page in pages for lead in page["results"]]
        assert seen == whole
        assert len(pages) == 3
        back = api.client.get(pages[-1]["previous"]).json()
        assert [lead["id"] for lead in back["results"]] == whole[2:4]
        assert api.client.get(back["previous"]).json()["previous"] is None


def test_filters(api: Api, account: Account, cast: SimpleNamespace) -> None:
    with scope(account):
        one = a_lead(
            name="Zoë Müller", owner=cast.rita, score=80, tier="urgent", track="active", stage_name="Discovery"
        )
        a_lead(score=10, tier="low", track="nurture", incomplete=["phone"], source=a_source("Fair", "event"))
    only = [
        {"tier": "urgent"},
        {"tier": "urgent,high"},
        {"score_min": "50"},
        {"track": "active"},
        {"owner": cast.rita.public_id},
        {"source": "Website"},
        {"stage": "Discovery"},
        {"incomplete": "false"},
        {"q": "muller"},
        {"q": "ZOË"},
    ]
    for query in only:
        assert [lead["id"] for lead in api.get(URL, **query).json()["results"]] == [one.public_id], query
    for query in ({"score_max": "50"}, {"owner": "none"}, {"incomplete": "true"}, {"source": "Fair"}):
        assert [lead["id"] for lead in api.get(URL, **query).json()["results"]] != [one.public_id], query
    for query in ({"q": "100%"}, {"q": "_"}, {"created_to": "2020-01-01"}, {"status": "won"}, {"owner": "me"}):
        assert api.get(URL, **query).json()["results"] == [], query


@pytest.mark.parametrize(
    "query",
    [
        {"tier": "gold"},
        {"score_min": "-1"},
        {"score_min": "²"},
        {"owner": "x"},
        {"created_from": "soon"},
        {"order": "name"},
        {"limit": "0"},
        {"limit": "201"},
        {"cursor": "x"},
        {"cursor": "W10"},
        {"pipeline": "lead_1"},
        {"incomplete": "maybe"},
        {"q": "\x00"},
    ],
)
def test_filters_that_make_no_sense_are_400(api: Api, query: Any) -> None:
    response = api.get(URL, **query)
    assert response.status_code == 400
    assert response.json()["errors"][0]["pointer"] == f"/{next(iter(query))}"


def test_read_and_change_one(api: Api, account: Account, cast: SimpleNamespace) -> None:
    with scope(account):
        lead = a_lead(name="Ada King", source=a_source(), owner=cast.rita, stage_name="New", deal_id=cast.rita.pk)
    path = f"{URL}{lead.public_id}/"
    read = api.get(path)
    assert read.json()["owner"] == {"id": cast.rita.public_id, "name": "Rita"}
    assert read.json()["deal"]["stage"] == "New"
    changed = api.patch(path, {"headcount": "51-200", "value": {"amount": "25000.00", "currency": "EUR"}})
    assert changed.status_code == 200
    assert changed.json()["company"]["headcount"] == 125
    assert changed.json()["value"] == {"amount": "25000.00", "currency": "EUR"}
    assert api.patch(path, {"headcount": 1}, **{"If-Match": read["ETag"]}).status_code == 409
    assert api.patch(path, {"headcount": 1}, **{"If-Match": changed["ETag"]}).status_code == 200
    refused = api.patch(path, {"headcount": "many", "shoe_size": 4})
    assert refused.status_code == 400
    assert {error["pointer"] for error in refused.json()["errors"]} == {"/headcount", "/shoe_size"}


@pytest.mark.parametrize("said", ["x", [1], 7, True])
def test_own_facts_are_an_object(api: Api, account: Account, said: Any) -> None:
    with scope(account):
        path = f"{URL}{a_lead().public_id}/"
    for answer in (api.patch(path, {"custom": said}), api.post(f"{path}answers/", {"facts": {"custom": said}})):
        assert answer.status_code == 400
        assert answer.json()["errors"][0]["pointer"].endswith("/custom")


def test_eves_key_finds_nothing_here(api: Api, account: Account, eve: Member) -> None:
    with scope(account):
        lead = a_lead()
    with scope(eve.account):
        stranger = Api(a_key())
    assert stranger.get(f"{URL}{lead.public_id}/").status_code == 404
    assert stranger.patch(f"{URL}{lead.public_id}/", {"product": "x"}).status_code == 404
    assert stranger.get(URL).json()["results"] == []
    with scope(account):
        assert Lead.objects.get().product == ""


@pytest.mark.parametrize(
    ("change", "value"),
    [
        ({"value": 30_000}, ("30000.00", "USD")),
        ({"value": "€30,000"}, ("30000.00", "EUR")),
        ({"value": 30_000, "currency": "GBP"}, ("30000.00", "GBP")),
        ({"currency": "JPY"}, ("25000", "JPY")),
    ],
)
def test_an_amount_or_a_currency_alone_leaves_the_other(
    api: Api, account: Account, change: dict[str, Any], value: tuple[str, str]
) -> None:
    with scope(account):
        lead = a_lead(value={"amount": 25_000, "currency": "USD"})
    changed = api.patch(f"{URL}{lead.public_id}/", change)
    assert changed.json()["value"] == dict(zip(("amount", "currency"), value, strict=True))
