"""Capture between walls is never blind: it finds whom another team works on, and tells no more than that."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from django.test import Client

from accounts.models import Member
from events.kinds import Kind
from events.models import Event
from leads.already import ALREADY_KNOWN
from leads.merging import merge
from leads.models import Contact, Lead, Source, Submission
from scoring.models import Signal
from tenancy.models import Account
from tenancy.scope import scope
from tests.factories import a_lead, a_source, in_team

pytestmark = pytest.mark.django_db
JSON = "application/json"


@pytest.fixture
def jonas(account: Account, cast: SimpleNamespace) -> Lead:
    """A lead of Rita's, of the north; Raj is of the south."""
    with scope(account):
        in_team(cast.rita, "North")
        in_team(cast.raj, "South")
        facts: dict[str, Any] = {"name": "Jonas Weidmann", "email": "jonas@kestrel.example", "budget": "40 000"}
        return a_lead(**facts, company="Kestrel", owner=cast.rita, external_id="crm-7", source=a_source("API", "api"))


@pytest.fixture
def raj(cast: SimpleNamespace) -> Client:
    client = Client()
    client.force_login(cast.raj.user)
    return client


def test_a_quick_add_of_somebody_another_team_works_on_becomes_one_more_enquiry(
    account: Account, cast: SimpleNamespace, jonas: Lead, raj: Client
) -> None:
    said = {"email": "jonas@kestrel.example", "message": "Met him at the fair"}
    answer = raj.post("/acme/leads/", said, follow=True)
    html = answer.content.decode()
    assert answer.redirect_chain == [("/acme/leads/", 302)]
    assert ALREADY_KNOWN in html
    assert all(word not in html for word in (jonas.public_id, "Weidmann", "Kestrel"))
    with scope(account):
        assert Lead.objects.get().pk == jonas.pk
        assert Submission.objects.get().lead_id == jonas.pk
        assert Event.objects.filter(kind=Kind.LEAD_REPEATED, lead_id=jonas.pk).count() == 1, "its owner hears of it"


def test_a_quick_add_of_somebody_new_opens_the_lead(account: Account, jonas: Lead, raj: Client) -> None:
    answer = raj.post("/acme/leads/", {"name": "Ida Falk", "email": "ida@lumen.example"}, follow=True)
    assert answer.status_code == 200
    assert "Ida Falk" in answer.content.decode()


@pytest.mark.parametrize(
    "said", [{"email": "jonas@kestrel.example"}, {"name": "Jonas Weidmann"}, {"company": "Kestrel"}]
)
def test_while_typing_one_learns_that_somebody_is_known_and_no_more(
    jonas: Lead, raj: Client, said: dict[str, str]
) -> None:
    html = raj.get("/acme/leads/new/known/", said).content.decode()
    assert "Another team works on somebody like this" in html
    assert all(word not in html for word in (jonas.public_id, "Weidmann", "Rita", "<li>"))
    pasted = raj.post("/acme/leads/new/pasted/", {"pasted": "Regards,\nJonas Weidmann\njonas@kestrel.example"})
    assert "Another team works on somebody like this" in pasted.content.decode()
    assert jonas.public_id not in pasted.content.decode()


def test_beside_ones_own_leads_those_of_others_are_only_mentioned(
    account: Account, cast: SimpleNamespace, jonas: Lead, raj: Client
) -> None:
    with scope(account):
        a_lead(name="Jonas Weidmann", owner=cast.raj)
    html = raj.get("/acme/leads/new/known/", {"name": "Jonas Weidmann"}).content.decode()
    assert html.count("<li>") == 1
    assert "with Raj" in html
    assert "Another team works on somebody like this, too." in html
    assert "Another team" not in raj.get("/acme/leads/new/known/", {"name": "Somebody Else"}).content.decode()


def test_the_api_attaches_and_tells_no_more(account: Account, jonas: Lead, raj: Client) -> None:
    facts = {"email": "jonas@kestrel.example", "message": "Again"}
    answer = raj.post("/acme/api/v1/leads/", facts, content_type=JSON)
    assert (answer.status_code, set(answer.json())) == (200, {"submission", "problems", "ignored", "detail"})
    [result] = raj.post("/acme/api/v1/leads/batch/", [facts], content_type=JSON).json()["results"]
    assert (result["status"], result["id"], result["duplicate_of"]) == (200, None, None)
    with scope(account):
        assert Lead.objects.get().pk == jonas.pk
        assert Submission.objects.count() == 2


def test_what_was_answered_to_one_team_is_not_said_again_to_another(
    account: Account, cast: SimpleNamespace, jonas: Lead, raj: Client
) -> None:
    rita, facts = Client(), {"email": "jonas@kestrel.example", "message": "Again"}
    rita.force_login(cast.rita.user)
    first, again, others = (
        client.post("/acme/api/v1/leads/", facts, content_type=JSON, headers={"Idempotency-Key": "1"})
        for client in (rita, rita, raj)
    )
    assert jonas.public_id in first.content.decode()
    assert (again.json(), again.headers["Idempotent-Replayed"]) == (first.json(), "true")
    assert others.status_code == 422
    assert jonas.public_id not in others.content.decode()


@pytest.mark.parametrize("path", ["leads/", "leads/batch/"])
@pytest.mark.parametrize("said", [{"external_id": "crm-7"}, {"external_id": ["crm-7"]}, {"Their number": " crm-7"}])
def test_guessing_another_systems_id_changes_no_hidden_lead(
    account: Account, jonas: Lead, raj: Client, path: str, said: dict[str, Any]
) -> None:
    with scope(account):
        Source.objects.filter(pk=jonas.source_id).update(mapping={"Their number": "external_id"})
    facts: Any = {"name": "Mallory", "email": "m@evil.example", "budget": "1"} | said
    raj.post(f"/acme/api/v1/{path}", [facts] if "batch" in path else facts, content_type=JSON)
    with scope(account):
        kept = Lead.objects.get(pk=jonas.pk)
        assert kept.budget == "40 000"
        assert Lead.objects.count() == 2


@pytest.mark.parametrize("path", ["leads/", "leads/batch/"])
def test_ones_own_id_leads_to_no_hidden_lead_into_which_it_went(
    account: Account, cast: SimpleNamespace, jonas: Lead, raj: Client, path: str
) -> None:
    with scope(account):
        mine = a_lead(owner=cast.raj, external_id="mine-1", source=jonas.source)
        merge(mine, jonas, by=cast.max.by)
    facts: Any = {"name": "Mallory", "email": "m@evil.example", "budget": "1", "external_id": "mine-1"}
    raj.post(f"/acme/api/v1/{path}", [facts] if "batch" in path else facts, content_type=JSON)
    with scope(account):
        assert Lead.objects.get(pk=jonas.pk).budget == "40 000"


def test_a_signal_names_no_hidden_lead(account: Account, jonas: Lead, raj: Client) -> None:
    told = [{"lead": jonas.public_id, "kind": "page_view", "url": "https://acme.example/pricing"}]
    raj.post("/acme/api/v1/signals/", {"signals": told}, content_type=JSON)
    with scope(account):
        assert not Signal.objects.exclude(lead=None).exists()


def test_the_palette_looks_behind_the_newest_leads_of_others(
    account: Account, cast: SimpleNamespace, jonas: Lead, raj: Client
) -> None:
    with scope(account):
        a_lead(name="Olga Weidmann", owner=cast.raj)
        for number in range(9):
            a_lead(name=f"Hidden{number} Weidmann", owner=cast.rita)
    html = raj.get("/acme/search/?q=weidmann").content.decode()
    assert "Olga" in html
    assert "Hidden" not in html
    assert "Jonas" not in html


def test_people_and_firms_of_others_are_not_there(account: Account, jonas: Lead, raj: Client) -> None:
    for path in ("contacts/", "companies/", "api/v1/contacts/", "api/v1/companies/"):
        html = raj.get(f"/acme/{path}").content.decode()
        assert "Kestrel" not in html, path
        assert "kestrel.example" not in html, path
    for row in (jonas.contact, jonas.company):
        kind = "contacts" if isinstance(row, Contact) else "companies"
        assert row
        assert raj.get(f"/acme/{kind}/{row.public_id}/").status_code == 404


def test_a_shared_firm_shows_each_team_its_own_people_and_leads(
    account: Account, cast: SimpleNamespace, jonas: Lead, raj: Client
) -> None:
    with scope(account):
        mine = a_lead(name="Birgit Holm", owner=cast.raj)
        Lead.objects.filter(pk=mine.pk).update(company=jonas.company)
        Contact.objects.filter(pk=mine.contact_id).update(company=jonas.company)
        assert jonas.company
        page = f"/acme/companies/{jonas.company.public_id}/"
    html = raj.get(page).content.decode()
    assert "Birgit Holm" in html
    assert "Weidmann" not in html
    assert raj.get(f"/acme/api/v1{page[5:]}").json()["people"] == 1
    for words, found in (("holm", True), ("weidmann", False)):
        assert ("Kestrel" in raj.get(f"/acme/companies/?q={words}").content.decode()) is found, words
    desk = raj.get(f"/acme/leads/{mine.public_id}/parts/desk/").content.decode()
    assert "Weidmann" not in desk


def test_a_change_of_a_shared_person_is_noted_on_a_lead_that_one_sees(
    account: Account, cast: SimpleNamespace, jonas: Lead, raj: Client
) -> None:
    with scope(account):
        mine = a_lead(owner=cast.raj)
        Lead.objects.filter(pk=mine.pk).update(contact=jonas.contact)
        Lead.objects.filter(pk=jonas.pk).update(captured_at=mine.captured_at.replace(year=2030))
    fact = f"/acme/contacts/{jonas.contact.public_id}/facts/job_title/"
    assert raj.post(fact, {"value": "Head of IT"}).status_code == 200
    with scope(account):
        assert Event.objects.get(kind=Kind.LEAD_CHANGED).lead_id == mine.pk


def test_the_lists_behind_a_number_show_what_one_sees(
    account: Account, cast: SimpleNamespace, jonas: Lead, raj: Client
) -> None:
    with scope(account):
        a_lead(name="Birgit Holm", owner=cast.raj)
        member: Member = cast.max
    boss = Client()
    boss.force_login(member.user)
    page = "/acme/reports/lead-funnel/leads/?part=captured"
    theirs, everything = (client.get(page).content.decode() for client in (raj, boss))
    assert "2 leads" in theirs
    assert "1 of them in your sight" in theirs
    assert "Birgit Holm" in theirs
    assert "Weidmann" not in theirs
    assert "Weidmann" in everything
    assert "in your sight" not in everything


def test_a_batch_tells_nothing_of_what_a_hidden_lead_lacks(account: Account, jonas: Lead, raj: Client) -> None:
    with scope(account):
        Lead.objects.filter(pk=jonas.pk).update(incomplete=["phone"])
    facts = [{"email": "jonas@kestrel.example"}]
    [result] = raj.post("/acme/api/v1/leads/batch/", facts, content_type=JSON).json()["results"]
    assert (result["status"], result["incomplete"]) == (200, [])
