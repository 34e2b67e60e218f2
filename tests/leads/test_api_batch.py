"""POST many leads: each row its own result."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.roles import Scope
from leads.models import Lead, Submission
from tenancy.models import Account
from tenancy.scope import scope
from tests.factories import a_key, a_source
from tests.leads.test_api_leads import ADA, Api

URL = "/api/v1/leads/batch/"


@pytest.fixture
def api(account: Account) -> Api:
    with scope(account):
        return Api(a_key())


def results(response: Any) -> list[Any]:
    assert response.status_code == 207, response.content
    rows: list[Any] = response.json()["results"]
    assert [row["index"] for row in rows] == list(range(len(rows)))
    return rows


@pytest.mark.parametrize("wrap", [list, lambda rows: {"leads": rows}])
def test_each_row_has_its_own_result(api: Api, account: Account, wrap: Any) -> None:
    new, repeat, nobody = results(api.post(URL, wrap([ADA, ADA | {"shoe_size": 43}, {"message": "Hello"}])))
    assert (new["status"], repeat["status"], nobody["status"]) == (201, 200, 400)
    assert repeat["duplicate_of"] == repeat["id"] == new["id"]
    assert (repeat["ignored"], nobody["id"], nobody["errors"][0]["code"]) == (["shoe_size"], None, "required")
    with scope(account):
        assert {new["id"]} == {lead.public_id for lead in Lead.objects.all()}
        assert {new["submission"], repeat["submission"]} == {row.public_id for row in Submission.objects.all()}


@pytest.mark.parametrize(
    ("row", "status", "code"),
    [
        ("Ada", 400, "invalid"),
        (None, 400, "invalid"),
        ({"name": "Ada", "custom": {"a": [[[[1]]]]}}, 400, "too_deep"),
        ({"name": "Ada"} | {f"k{n}": n for n in range(100)}, 400, "too_many"),
        ({"name": "Ada", "message": "é" * 40_000}, 413, "too_large"),
        ({"name": "Ada", "message": "\ud800" * 70_000}, 413, "too_large"),
        ({"email": " ", "custom": {}}, 400, "required"),
    ],
)
def test_a_bad_row_never_fails_the_others(api: Api, row: Any, status: int, code: str) -> None:
    first, bad, last = results(api.post(URL, [ADA, row, {"name": "Bob"}]))
    assert (first["status"], last["status"]) == (201, 201)
    assert (bad["status"], bad["id"], bad["errors"][0]["code"]) == (status, None, code)


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({}, 400),
        ([], 400),
        ("Ada", 400),
        ({"leads": {"name": "Ada"}}, 400),
        ([ADA] * 501, 400),
        ("[" * 9000 + "]" * 9000, 400),
        ('["' + "x" * 8 * 1024 * 1024 + '"]', 413),
        ("[1", 400),
    ],
)
def test_what_is_no_batch_is_refused_with_a_reason(api: Api, body: Any, status: int) -> None:
    response = api.post(URL, body)
    assert response.status_code == status
    assert response.json()["detail"]


def test_a_batch_sent_twice_is_answered_from_memory(api: Api, account: Account) -> None:
    first = api.post(URL, [ADA, {"name": "Bob"}], **{"Idempotency-Key": "one"})
    second = api.post(URL, [ADA, {"name": "Bob"}], **{"Idempotency-Key": "one"})
    assert (first.status_code, second.status_code, second.get("Idempotent-Replayed")) == (207, 207, "true")
    assert second.json() == first.json()
    with scope(account):
        assert Submission.objects.count() == 2


def test_rows_name_their_sources(api: Api, account: Account) -> None:
    with scope(account):
        a_source("Fair", "event", required=["phone"])
    rows = results(api.post(URL, [{"name": "Ada", "source": "Fair"}, {"name": "Bob", "source": "Nowhere"}]))
    assert [row["incomplete"] for row in rows] == [["phone"], []]
    assert rows[1]["problems"][0]["pointer"] == "/source"


def test_a_key_that_only_reads_may_not(account: Account) -> None:
    with scope(account):
        reader = Api(a_key(Scope.LEADS_READ))
    assert reader.post(URL, [ADA]).status_code == 403


def test_five_hundred_take_twenty_statements_at_most(api: Api) -> None:
    people = [{"email": f"p{n}@firm{n}.example"} for n in range(500)]
    api.post(URL, [ADA])  # makes the API's source

    with CaptureQueriesContext(connection) as asked:
        results(api.post(URL, people))

    assert len(asked) <= 20
