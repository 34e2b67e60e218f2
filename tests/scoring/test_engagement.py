"""Signals find their leads, wait for visitors nobody knows yet, and move the score."""

from __future__ import annotations

from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.roles import Scope
from config.flow import FLOW
from events import drain
from events.kinds import Kind
from events.models import Event
from events.record import PROSPECT
from leads.capture import capture
from leads.models import Lead
from leads.timeline import entry
from scoring.engagement import Sent, join_visitor, receive
from scoring.jobs import join_visitors, score_leads
from scoring.models import Signal, Visitor
from tenancy import clock
from tenancy.models import Account
from tenancy.scope import scope
from tests.factories import a_key, a_lead, a_source
from tests.leads.test_api_leads import Api

URL = "/api/v1/signals/"
PRICING = "https://acme.example/pricing"


def a_view(**columns: Any) -> Sent:
    return Sent("page_view", clock.now(), **{"url": PRICING} | columns)


@pytest.mark.usefixtures("in_scope")
class TestReceiving:
    def test_a_signal_finds_its_lead_by_id_address_or_visitor(self) -> None:
        lead = a_lead(email="ada@example.com")
        join_visitor("v1", lead)
        sent = [a_view(lead=lead.public_id), a_view(email="ada@example.com"), a_view(visitor="v1")]
        assert receive(sent, by=PROSPECT) == ["joined"] * 3
        assert set(Signal.objects.values_list("lead_id", flat=True)) == {lead.pk}
        assert Event.objects.get(kind=Kind.SIGNALS_RECEIVED).body == {"kinds": {"page_view": 3}}

    def test_an_address_means_the_open_lead(self) -> None:
        won = a_lead(email="ada@example.com", status="won")
        lead = Lead.objects.create(contact=won.contact, source=won.source, captured_at=clock.now() - timedelta(9))
        receive([a_view(email="ada@example.com")], by=PROSPECT)
        assert Signal.objects.get().lead_id == lead.pk

    def test_nobodys_signal_is_told_and_not_kept(self) -> None:
        assert receive([a_view(email="no@example.com"), a_view(lead="lead_x")], by=PROSPECT) == ["unknown"] * 2
        assert not Signal.objects.exists()

    def test_an_unknown_visitors_signals_wait(self) -> None:
        assert receive([a_view(visitor="v1"), a_view(visitor="v2")], by=PROSPECT) == ["waiting"] * 2
        assert not Event.objects.exists()
        lead = a_lead()
        join_visitor("v1", lead)
        assert list(Signal.objects.filter(lead=lead).values_list("visitor", flat=True)) == ["v1"]
        assert Event.objects.get().lead_id == lead.pk
        assert receive([a_view(visitor="v1")], by=PROSPECT) == ["joined"]

    def test_the_same_id_again_changes_nothing(self) -> None:
        sent = a_view(visitor="v1", id="e-1")
        assert receive([sent, sent], by=PROSPECT) == ["waiting", "repeated"]
        assert receive([sent], by=PROSPECT) == ["repeated"]
        assert Signal.objects.count() == 1

    def test_machines_are_kept_and_count_for_nothing(self) -> None:
        lead = a_lead()
        receive([a_view(lead=lead.public_id, bot=True)], by=PROSPECT)
        assert Signal.objects.get().bot
        assert not Event.objects.exists()

    def test_nobody_sees_the_future(self) -> None:
        receive([Sent("download", clock.now() + timedelta(days=2), visitor="v1")], by=PROSPECT)
        assert Signal.objects.get().occurred_at <= clock.now()

    def test_many_take_as_few_statements_as_one(self) -> None:
        leads = [a_lead() for _ in range(30)]

        def statements(some: list[Lead]) -> int:
            with CaptureQueriesContext(connection) as asked:
                receive([a_view(lead=lead.public_id) for lead in some], by=PROSPECT)
            return len(asked)

        assert statements(leads) == statements(leads[:2]) <= 8

    def test_a_shared_browser_belongs_to_whom_it_served_last(self) -> None:
        ada, bob = a_lead(), a_lead()
        receive([a_view(visitor="v1")], by=PROSPECT)
        join_visitor("v1", ada)
        join_visitor("v1", bob)
        receive([a_view(visitor="v1")], by=PROSPECT)
        assert list(Signal.objects.order_by("id").values_list("lead_id", flat=True)) == [ada.pk, bob.pk]
        assert Visitor.objects.count() == 1


def test_a_submission_brings_its_visitors_past_along(scored_account: SimpleNamespace) -> None:
    with scope(scored_account.account):
        receive([a_view(visitor="v1")], by=PROSPECT)
        said = {"name": "Ada", "email": "ada@example.com", "visitor": " v1 "}
        captured = capture(said, source=a_source(), channel="form", by=PROSPECT)
        assert captured.ignored == []
        score_leads([captured.lead.pk])
        before = Lead.objects.get().intent
        for _ in range(2):
            join_visitors([captured.lead.pk])
        assert Event.objects.filter(kind=Kind.SIGNALS_RECEIVED).count() == 1
        score_leads([captured.lead.pk])
        assert Lead.objects.get().intent > before
        titles = {entry(event).title for event in Event.objects.all()}
        assert {"Was seen", "Known by a browser of ours"} <= titles
    assert join_visitors in FLOW[Kind.VISITOR_MET]


def test_a_forged_visitor_of_a_machine_is_not_believed(in_scope: Account) -> None:
    said = {"name": "Ada", "visitor": "v1"}
    capture(said, source=a_source(), channel="form", by=PROSPECT, spam="A trap was filled in.")
    capture(said | {"visitor": "x" * 65}, source=a_source(), channel="form", by=PROSPECT)
    capture(said | {"visitor": ["v1"]}, source=a_source(), channel="form", by=PROSPECT)
    assert not Event.objects.filter(kind=Kind.VISITOR_MET).exists()


@pytest.fixture
def api(account: Account) -> Api:
    with scope(account):
        return Api(a_key(Scope.SIGNALS_WRITE))


@pytest.mark.django_db(transaction=True)
def test_a_signal_scores_its_lead_again(scored_account: SimpleNamespace) -> None:
    with scope(scored_account.account):
        lead, api = a_lead(email="ada@example.com"), Api(a_key())
        score_leads([lead.pk])
        before = Lead.objects.get().score
    assert api.post(URL, {"kind": "page_view", "email": "Ada@Example.com", "url": PRICING}).status_code == 202
    drain.drain()
    with scope(scored_account.account):
        assert Lead.objects.get().score > before


def test_each_signal_has_its_own_fate(api: Api, account: Account) -> None:
    with scope(account):
        lead = a_lead()
    rows: list[Any] = [
        {"kind": "download", "lead": lead.public_id, "id": "1", "seconds": 12},
        {"kind": "chat", "visitor": "v1", "occurred_at": "2026-03-02T09:00:00Z"},
        {"kind": "download", "lead": lead.public_id, "id": "1"},
        {"kind": "call", "email": "nobody@example.com"},
        {"kind": "smoke", "visitor": "v1"},
        {"kind": "chat"},
        "chat",
        {"kind": "chat", "email": "nonsense"},
    ]
    for body in (rows, {"signals": rows}):
        response = api.post(URL, body)
        assert response.status_code == 202
    first = api.post(URL, rows).json()
    fates = [result["status"] for result in response.json()["results"]]
    assert fates == ["repeated", "waiting", "repeated", "unknown", *["invalid"] * 4]
    assert [one["errors"][0]["code"] for one in first["results"][4:]] == [
        "invalid_choice",
        "required",
        "invalid",
        "malformed",
    ]
    with scope(account):
        assert Signal.objects.filter(sent_id="1").get().seconds == 12


@pytest.mark.parametrize("body", [[], {}, {"signals": 1}, [{"kind": "chat", "visitor": "v"}] * 501, "chat"])
def test_no_signals_at_all_are_refused(api: Api, body: Any) -> None:
    response = api.post(URL, body)
    assert response.status_code in (202, 400)
    assert response.status_code == 400 or response.json()["results"][0]["status"] == "invalid"


@pytest.mark.parametrize("name", ["occurred_at", "sent_at"])
@pytest.mark.parametrize("at", ["0001-01-01T00:00", "9999-12-31T23:59", "9999-12-31T23:59:59-12:00", "soon"])
@pytest.mark.parametrize("zone", ["America/Los_Angeles", "Pacific/Kiritimati"])
def test_a_time_that_no_calendar_has_is_said_of_its_signal_alone(
    account: Account, cast: SimpleNamespace, name: str, at: str, zone: str
) -> None:
    Account.objects.update(time_zone=zone)  # without an offset it is on the reader's clock
    boss, good = Client(), {"kind": "page_view", "visitor": "v1"}
    boss.force_login(cast.max.user)
    said = {"signals": [good, good | {"kind": "email_open", name: at}]}
    answer = boss.post("/acme/api/v1/signals/", said, content_type="application/json")
    assert [one["status"] for one in answer.json()["results"]] == ["waiting", "invalid"]


def test_a_key_without_the_scope_may_not(account: Account) -> None:
    with scope(account):
        api = Api(a_key(Scope.LEADS_WRITE))
    assert api.post(URL, {"kind": "chat", "visitor": "v1"}).status_code == 403
