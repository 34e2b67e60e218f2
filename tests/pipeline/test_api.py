"""Deals over REST: the same gate, the same words."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from accounts.roles import Scope
from leads.models import Lead
from pipeline.models import Deal, Meeting, Move
from tenancy.models import Account
from tenancy.scope import scope
from tests.factories import a_key
from tests.leads.test_api_leads import Api
from tests.pipeline.deals import a_deal, a_ready_deal, criterion, stage, the_deal

pytestmark = pytest.mark.django_db
URL = "/api/v1/deals/"


@pytest.fixture
def api(account: Account) -> Api:
    with scope(account):
        return Api(a_key())


@pytest.fixture
def deal(account: Account, cast: SimpleNamespace) -> Deal:
    with scope(account):
        return a_deal(cast.rita, company="Kestrel", value=84000, currency="EUR")


@pytest.fixture
def ready(account: Account, cast: SimpleNamespace) -> Deal:
    with scope(account):
        return a_ready_deal(cast.rita)


def path(deal: Deal, end: str = "") -> str:
    return f"{URL}{deal.public_id}/{end}"


def test_a_deal_is_listed_and_read(api: Api, deal: Deal) -> None:
    read = api.get(path(deal)).json()
    assert (read["stage"], read["status"], read["value"]) == (
        "Initial interest",
        "open",
        {"amount": "84000.00", "currency": "EUR"},
    )
    assert (read["lead"]["name"], read["owner"]["name"]) == ("Kestrel", "Rita")
    assert read["gate"] == {"met": 1, "total": 3, "owed": 0}
    assert api.get(URL).json()["results"] == [read]
    assert api.get(URL, stage="Initial interest", pipeline=read["pipeline"]["id"], owner=read["owner"]["id"]).json()[
        "results"
    ] == [read]
    assert api.get(URL, stage="Closed").json()["results"] == []
    assert api.get(URL, status="won").json()["results"] == []


@pytest.mark.parametrize(
    "query", [{"status": "what"}, {"owner": "Rita"}, {"order": "colour"}, {"pipeline": "lead_1"}, {"limit": "-1"}]
)
def test_a_filter_that_makes_no_sense_is_400(api: Api, query: dict[str, str]) -> None:
    assert api.get(URL, **query).status_code == 400


def test_a_list_takes_as_many_queries_for_many_as_for_one(
    api: Api, account: Account, cast: SimpleNamespace, django_assert_max_num_queries: Any
) -> None:
    with scope(account):
        for _ in range(12):
            a_deal(cast.rita)
    with django_assert_max_num_queries(7):
        assert len(api.get(URL).json()["results"]) == 12


def test_a_value_is_taken_as_it_is_read_and_told_with_before_and_after(api: Api, deal: Deal) -> None:
    read = api.get(path(deal)).json()["value"]
    assert api.patch(path(deal), {"value": read | {"amount": "90000.00"}}).json()["value"]["amount"] == "90000.00"
    assert api.patch(path(deal), {"value": {"currency": "EUR"}}).json()["value"] is None
    assert api.patch(path(deal), {"value": {"amount": "much"}}).status_code == 400

    told = api.get(f"/api/v1/leads/{deal.lead.public_id}/timeline/").json()["results"]
    assert [(one["title"], one["text"]) for one in told if one["kind"] == "deal.changed"] == [
        ("Changed value", "Value: 90,000.00 EUR → none"),
        ("Changed value", "Value: 84,000.00 EUR → 90,000.00 EUR"),
    ]


def test_value_and_expected_close_change_and_a_stale_change_is_409(api: Api, deal: Deal) -> None:
    first = api.get(path(deal))
    changed = api.patch(path(deal), {"value": "1250.50", "expected_close": "2026-06-01"})
    assert changed.status_code == 200
    assert changed.json()["value"] == {"amount": "1250.50", "currency": "EUR"}
    assert changed.json()["expected_close"] == "2026-06-01"
    stale = api.client.patch(
        path(deal), {"value": "1"}, content_type="application/json", headers={"If-Match": first["ETag"]}
    )
    assert stale.status_code == 409


@pytest.mark.parametrize(
    "body",
    [
        {"value": -1},
        {"value": "9" * 30},
        {"currency": "euro"},
        {"expected_close": "soon"},
        {"expected_close": "0001-01-01"},
        [],
    ],
)
def test_a_change_that_makes_no_sense_is_400(api: Api, deal: Deal, body: Any) -> None:
    assert api.patch(path(deal), body).status_code == 400


def test_the_gate_says_what_is_missing_and_changes_nothing(api: Api, deal: Deal, account: Account) -> None:
    with scope(account):
        call, name = criterion("A discovery call"), Lead.objects.with_people().get(pk=deal.lead_id).contact.name
    gate = api.get(path(deal, "gate/"), to="Discovery complete").json()
    assert gate["open"] is False
    assert [(item["field"], item["kind"], item["stage"]) for item in gate["unmet"]] == [
        ("headcount", "field", "Initial interest"),
        (call, "meeting", "Initial interest"),
    ]
    assert gate["unmet"][0]["input"]["type"] == "number"
    assert gate["unmet"][1]["input"] == {"type": "datetime", "label": "When", "kind": "discovery"}
    assert [item["evidence"] for item in gate["met"]] == [f"Name: {name}"]
    assert api.get(path(deal, "gate/"), to="Nowhere").status_code == 400
    assert api.get(path(deal, "gate/")).status_code == 400


def test_a_shut_gate_is_422_with_the_same_items_as_the_dialog(
    api: Api, deal: Deal, account: Account, cast: SimpleNamespace
) -> None:
    refused = api.post(path(deal, "moves/"), {"stage": "Discovery complete"})
    assert refused.status_code == 422
    assert refused["Content-Type"].startswith("application/problem+json")
    assert refused.json()["unmet"] == api.get(path(deal, "gate/"), to="Discovery complete").json()["unmet"]
    client = Client()
    client.force_login(cast.rita.user)
    with scope(account):
        to = stage("Discovery").public_id
    dialog = client.post(f"/acme/deals/{deal.public_id}/moves/", {"stage": to}).content.decode()
    for item in refused.json()["unmet"]:
        assert f'data-criterion="{item["criterion"]}"' in dialog
    assert dialog.count("data-criterion") == len(refused.json()["unmet"])
    with scope(account):
        assert the_deal(deal.lead).stage.name == "Initial interest"
        assert not Move.objects.exists()


def test_values_and_move_in_one_step(api: Api, deal: Deal, account: Account) -> None:
    with scope(account):
        call = criterion("A discovery call")
    body = {"stage": "Discovery complete", "values": {"headcount": 240, call: "2026-03-12T14:00:00Z"}}
    moved = api.post(path(deal, "moves/"), body)
    assert moved.status_code == 201, moved.content
    said = moved.json()
    assert (said["from"], said["to"], said["deal"]["stage"]) == (
        "Initial interest",
        "Discovery complete",
        "Discovery complete",
    )
    assert said["filled"]["Company size"] == "240"
    again = api.post(path(deal, "moves/"), body)
    assert again.json()["id"] == said["id"]
    with scope(account):
        assert (Move.objects.count(), Meeting.objects.count()) == (1, 1)


def test_a_refused_move_with_values_leaves_nothing_behind(api: Api, deal: Deal, account: Account) -> None:
    refused = api.post(path(deal, "moves/"), {"stage": "Discovery complete", "values": {"headcount": 240}})
    assert refused.status_code == 422
    with scope(account):
        assert Lead.objects.get(pk=deal.lead_id).facts["headcount"] is None


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({}, "/stage"),
        ({"stage": "Nowhere"}, "/stage"),
        ({"stage": "lost"}, "/reason"),
        ({"stage": "Discovery complete", "values": []}, "/values"),
        ({"stage": "Discovery complete", "values": {"headcount": "many"}}, "/values/headcount"),
        ({"stage": "Discovery complete", "values": {"colour": "red"}}, "/values/colour"),
        ({"stage": "Discovery complete", "override": True}, "/reason"),
        ({"stage": "Discovery complete", "override": {"reason": "x", "owed_by": "soon"}}, "/owed_by"),
    ],
)
def test_a_move_that_makes_no_sense_is_400(api: Api, deal: Deal, body: Any, pointer: str) -> None:
    refused = api.post(path(deal, "moves/"), body)
    assert refused.status_code == 400, refused.content
    assert refused.json()["errors"][0]["pointer"].startswith(pointer)


def test_lost_reopened_and_won(api: Api, ready: Deal, account: Account) -> None:
    lost = api.post(path(ready, "moves/"), {"stage": "lost", "reason": "Price", "competitor": "Corvid"})
    assert (lost.status_code, lost.json()["deal"]["status"], lost.json()["outcome"]) == (201, "lost", "lost")
    assert api.post(path(ready, "moves/"), {"stage": "won"}).status_code == 409
    back = api.post(path(ready, "moves/"), {"stage": "Initial interest", "reason": "They called"})
    assert (back.status_code, back.json()["deal"]["status"], back.json()["outcome"]) == (201, "open", "reopened")
    won = api.post(path(ready, "moves/"), {"stage": "won", "override": {"reason": "Signed on paper"}})
    assert (won.status_code, won.json()["deal"]["status"], len(won.json()["owed"])) == (201, "won", 7)


def test_a_signed_agreement_comes_in_the_same_multipart_step(api: Api, ready: Deal, account: Account) -> None:
    with scope(account):
        signed = criterion("A signed")
        keys = [criterion(label) for label in ("A decision-maker", "A technical", "Procurement", "A review timeline")]
    values = {
        "tech_stack": ["Azure"],
        "business_problem": "Nobody patches the servers.",
        **dict(zip(keys, [{"name": "Marta"}, {"name": "Leila"}, {"name": "Peter"}, {"on": "2026-04-01"}], strict=True)),
    }
    from json import dumps

    file = SimpleUploadedFile("agreement.pdf", b"%PDF-1.7 signed")
    won = api.client.post(path(ready, "moves/"), {"stage": "won", "values": dumps(values), signed: file})
    assert won.status_code == 201, won.content
    assert won.json()["deal"]["status"] == "won"


def test_an_old_version_is_409(api: Api, ready: Deal) -> None:
    assert api.post(path(ready, "moves/"), {"stage": "Discovery complete", "version": 1}).status_code == 201
    assert api.post(path(ready, "moves/"), {"stage": "Initial interest", "version": 1}).status_code == 409


def test_a_key_without_the_scope_may_not(account: Account, ready: Deal) -> None:
    with scope(account):
        reader = Api(a_key(Scope.LEADS_READ))
        mover = Api(a_key(Scope.LEADS_READ, Scope.PIPELINE_WRITE))
    assert reader.post(path(ready, "moves/"), {"stage": "Discovery complete"}).status_code == 403
    assert mover.post(path(ready, "moves/"), {"stage": "won", "override": True, "reason": "x"}).status_code == 403
    assert mover.post(path(ready, "moves/"), {"stage": "Discovery complete"}).status_code == 201


def test_another_accounts_deal_is_404(eve: Any, ready: Deal) -> None:
    with scope(eve.account):
        stranger = Api(a_key())
    for end in ("", "gate/"):
        assert stranger.get(path(ready, end)).status_code == 404
    assert stranger.post(path(ready, "moves/"), {"stage": "won"}).status_code == 404


@pytest.mark.parametrize(
    ("noun", "body", "change", "wrong"),
    [
        ("meetings", {"starts_at": "2026-03-12T14:00:00Z"}, {"outcome": "held"}, {"starts_at": "soon"}),
        ("objections", {"text": "Data residency"}, {"answer": "Zurich only"}, {"text": ""}),
        ("tasks", {"title": "Send the offer"}, {"done": True}, {"title": ""}),
    ],
)
def test_what_hangs_on_a_lead(api: Api, deal: Deal, noun: str, body: Any, change: Any, wrong: Any) -> None:
    listed = f"/api/v1/leads/{deal.lead.public_id}/{noun}/"
    added = api.post(listed, body)
    assert added.status_code == 201, added.content
    assert api.get(listed).json()["results"] == [added.json()]
    assert api.post(listed, wrong).status_code == 400
    one = f"/api/v1/{noun}/{added.json()['id']}/"
    assert api.patch(one, change).status_code == 200
    assert api.patch(one, {"title": "", "answer": "n/a", "outcome": "x"}).status_code == 400
    assert api.client.delete(one).status_code == 204
    assert (noun == "meetings") == bool(api.get(listed).json()["results"])  # a meeting stays, as cancelled


def test_files_are_checked_for_size_and_type(api: Api, deal: Deal) -> None:
    listed = f"/api/v1/leads/{deal.lead.public_id}/files/"

    def send(name: str, content: bytes) -> Any:
        return api.client.post(listed, {"file": SimpleUploadedFile(name, content), "kind": "proposal"})

    added = send("offer.pdf", b"%PDF-1.7 offer")
    assert added.status_code == 201, added.content
    assert api.get(listed).json()["results"] == [added.json()]
    read = api.get(f"/api/v1/files/{added.json()['id']}/")
    assert b"".join(read.streaming_content) == b"%PDF-1.7 offer"
    assert "attachment" in read["Content-Disposition"]
    assert send("offer.exe", b"MZ").status_code == 415
    assert send("offer.pdf", b"<script>").status_code == 415
    assert send("big.txt", b"x" * (25 * 1024 * 1024 + 1)).status_code == 413
    assert api.post(listed, {"file": "x"}).status_code == 415
