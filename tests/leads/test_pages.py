"""The list of leads, a new one by hand, the timeline's fragment."""

from __future__ import annotations

from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from events.models import Event
from leads.models import Lead
from tenancy import clock
from tenancy.models import Account
from tenancy.scope import scope
from tests.factories import a_lead, a_source


@pytest.fixture
def rita(cast: SimpleNamespace) -> Client:
    client = Client()
    client.force_login(cast.rita.user)
    return client


def test_the_list_shows_what_a_rep_looks_for(rita: Client, account: Account, cast: SimpleNamespace) -> None:
    due = clock.now() + timedelta(minutes=10)
    with scope(account):
        a_lead(
            name="Jonas Weidmann",
            company="Kestrel GmbH",
            owner=cast.rita,
            tier="urgent",
            score=82,
            stage_name="Initial interest",
            first_response_due_at=due,
            captured_at=clock.now() - timedelta(hours=5),
        )
    body = rita.get("/acme/leads/").content.decode()
    for words in ("Jonas Weidmann", "Kestrel", "Urgent", "Website", "Rita", "Initial interest", "5 h", " left"):
        assert words in body


def test_a_lead_that_ended_says_so_where_its_stage_was(rita: Client, account: Account, cast: SimpleNamespace) -> None:
    with scope(account):
        for status in ("open", "lost", "disqualified"):
            a_lead(name=status, status=status, stage_name="Initial interest")
    rows = {row["name"]: row["stage"] for row in rita.get("/acme/leads/").context["rows"]}
    assert rows == {"open": "Initial interest", "lost": "Lost", "disqualified": "Disqualified"}


def test_filters_search_and_pages(rita: Client, account: Account, cast: SimpleNamespace) -> None:
    with scope(account):
        for number in range(53):
            a_lead(name=f"Somebody {number:02}", captured_at=clock.now() - timedelta(minutes=number))
        a_lead(name="Zoë Rare", tier="high", owner=cast.rita, source=a_source("Fair", "event"), status="lost")
    for query in ("q=zoe", "tier=high", "owner=me", f"owner={cast.rita.public_id}", "source=Fair", "status=lost"):
        body = rita.get(f"/acme/leads/?{query}").content.decode()
        assert "Zoë Rare" in body, query
        assert "Somebody" not in body, query
    first = rita.get("/acme/leads/")
    second = rita.get(first.context["next_url"])
    assert len(first.context["rows"]) + len(second.context["rows"]) == 54
    assert len(rita.get(second.context["previous_url"]).context["rows"]) == 50
    assert rita.get("/acme/leads/?q=nobody").content.decode().count("No lead matches") == 1


def test_a_mistyped_link_shows_everything(rita: Client, account: Account) -> None:
    assert rita.get("/acme/leads/?tier=gold").status_code == 302
    assert rita.get("/acme/leads/?cursor=x").status_code == 302


def test_the_list_takes_the_same_statements_for_any_number(rita: Client, account: Account) -> None:
    def count() -> int:
        with CaptureQueriesContext(connection) as captured:
            rita.get("/acme/leads/")
        return len(captured)

    with scope(account):
        a_lead()
    few = count()
    with scope(account):
        for _ in range(5):
            a_lead()
    assert count() == few


def test_headings_sort_and_turn_round(rita: Client, account: Account) -> None:
    with scope(account):
        low, high = a_lead(score=10, tier="low"), a_lead(score=90, tier="urgent")
    page = rita.get("/acme/leads/?order=-score")
    assert [row["id"] for row in page.context["rows"]] == [high.public_id, low.public_id]
    assert page.context["sorts"]["score"]["aria"] == "descending"
    turned = rita.get(page.context["sorts"]["score"]["url"])
    assert [row["id"] for row in turned.context["rows"]] == [low.public_id, high.public_id]


def test_rita_adds_a_lead_by_hand(rita: Client, account: Account) -> None:
    assert "Add lead" in rita.get("/acme/leads/new/").content.decode()
    added = rita.post("/acme/leads/", {"name": "Ada King", "email": "ada@example.com", "company": "Example Ltd"})
    assert added.status_code == 302
    with scope(account):
        lead = Lead.objects.with_people().get()
        assert (lead.contact.name, lead.source.kind, lead.company.name) == ("Ada King", "manual", "Example")
        assert Event.objects.get(kind="lead.captured").actor_name == "Rita"
    assert lead.public_id in added["Location"]
    assert "Ada King" in rita.get(added["Location"]).content.decode()


@pytest.mark.parametrize("said", [{}, {"message": "hi"}, {"name": "Ada", "email": "ada@kestrel"}])
def test_a_lead_nobody_can_reach_is_told(rita: Client, account: Account, said: dict[str, str]) -> None:
    refused = rita.post("/acme/leads/", said)
    assert refused.status_code == 422
    with scope(account):
        assert not Lead.objects.exists()


def test_the_timeline_by_people_or_system(rita: Client, account: Account, cast: SimpleNamespace) -> None:
    rita.post("/acme/leads/", {"name": "Ada King"})
    with scope(account):
        lead = Lead.objects.get()
        lead.log_activity(kind="note", body="<b>Nice</b>", by=cast.rita.by)
    path = f"/acme/leads/{lead.public_id}/timeline/"
    whole = rita.get(path).content.decode()
    assert "Enquiry came in by Added by hand" in whole
    assert "&lt;b&gt;Nice" in whole
    assert "Today" in whole
    assert "Nothing has happened yet" in rita.get(path, {"who": "system"}).content.decode()
    assert "Note" in rita.get(path, {"who": "people"}).content.decode()


def test_a_long_timeline_shows_earlier_on_demand(rita: Client, account: Account, cast: SimpleNamespace) -> None:
    with scope(account):
        lead = a_lead()
        for _ in range(51):
            lead.log_activity(kind="note", by=cast.rita.by)
    path = f"/acme/leads/{lead.public_id}/timeline/"
    assert "Show earlier" in rita.get(path).content.decode()
    assert "Show earlier" not in rita.get(path, {"shown": "100"}).content.decode()
    assert rita.get(path, {"shown": "²"}).status_code == 200
