"""Timeline, activities, stakeholders and disqualification over REST."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from events.models import Event
from leads.models import Lead, Stakeholder
from tenancy import clock
from tenancy.models import Account
from tenancy.scope import scope
from tests.factories import a_key, a_lead
from tests.leads.test_api_leads import ADA, URL, Api


@pytest.fixture
def api(account: Account) -> Api:
    with scope(account):
        return Api(a_key())


@pytest.fixture
def path(account: Account) -> str:
    with scope(account):
        return f"{URL}{a_lead().public_id}/"


def test_the_timeline_tells_everything_newest_first(api: Api) -> None:
    lead = api.post(URL, ADA).json()
    path = f"{URL}{lead['id']}/"
    api.patch(path, {"product": "Backup"})
    api.post(f"{path}activities/", {"kind": "call", "outcome": "no_answer"})
    lines = api.get(f"{path}timeline/").json()["results"]
    assert [line["kind"] for line in lines] == ["activity.logged", "lead.changed", "lead.captured"]
    assert lines[0]["title"] == "Call: no answer"
    assert lines[2]["actor"]["kind"] == "key"
    assert lines[2]["actor"]["id"].startswith("key_")
    page = api.get(f"{path}timeline/", limit=2).json()
    assert len(api.client.get(page["next"]).json()["results"]) == 1
    assert api.get(f"{path}timeline/", who="people").json()["results"] == []


def test_activities_are_logged_and_listed(api: Api, path: Any, account: Account) -> None:
    said = {"kind": "call", "outcome": "spoke", "body": "Wants an offer", "occurred_at": "2026-03-02T09:00:00Z"}
    logged = api.post(f"{path}activities/", said)
    assert logged.status_code == 201
    assert logged.json() | said | {"occurred_at": "2026-03-02T09:00:00.000Z"} == logged.json()
    assert api.get(f"{path}activities/").json()["results"] == [logged.json()]
    with scope(account):
        assert Lead.objects.get().first_response_at is not None


@pytest.mark.parametrize(
    "body",
    [
        *({}, [], {"kind": "fax"}, {"kind": "note", "body": "\x00"}),
        *({"kind": "call", "occurred_at": at} for at in ("soon", "9999-12-31T23:59:59Z", "0001-01-01T00:00:00Z")),
    ],
)
def test_activities_that_make_no_sense_are_400(api: Api, path: Any, body: Any) -> None:
    assert api.post(f"{path}activities/", body).status_code == 400


def test_stakeholders_come_change_and_go(api: Api, path: Any, account: Account) -> None:
    made = api.post(f"{path}stakeholders/", {"name": "Tom", "role": "technical"})
    assert made.status_code == 201
    one = f"/api/v1/stakeholders/{made.json()['id']}/"
    changed = api.patch(one, {"reviewed_at": "2026-03-02T09:00:00Z", "job_title": "CTO"})
    assert (changed.json()["reviewed_at"], changed.json()["job_title"]) == ("2026-03-02T09:00:00.000Z", "CTO")
    assert api.get(f"{path}stakeholders/").json()["results"] == [changed.json()]
    assert api.client.delete(one).status_code == 204
    assert api.client.delete(one).status_code == 404
    with scope(account):
        assert not Stakeholder.objects.exists()
        kinds = list(Event.objects.order_by("id").values_list("kind", flat=True).filter(kind__startswith="stake"))
    told = ("added", "changed", "reviewed", "removed")
    assert kinds == [f"stakeholder.{verb}" for verb in told]


def test_disqualify_and_take_back(api: Api, path: Any) -> None:
    there = f"{path}disqualification/"
    assert api.post(there, {}).status_code == 400
    done = api.post(there, {"reason": "No budget", "recycle_on": f"{clock.now().date() + timedelta(days=35)}"})
    assert (done.status_code, done.json()["status"]) == (200, "disqualified")
    assert api.post(there, {"reason": "Twice"}).status_code == 422
    assert api.client.delete(there).json()["status"] == "open"
    assert api.client.delete(there).status_code == 422
