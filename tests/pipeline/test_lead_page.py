"""The lead page: its parts, its deeds, and what they cost."""

from __future__ import annotations

import json
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from events.record import SYSTEM
from leads.models import Activity, CustomField, Lead, Source, Stakeholder, Status, Submission
from pipeline.jobs import open_deals
from pipeline.models import Task
from pipeline.tasks import add_task
from pipeline.templates import install
from scoring.defaults import publish_default_model
from scoring.jobs import score_leads
from tenancy.scope import scope
from tests.factories import a_lead

pytestmark = pytest.mark.django_db
JONAS: dict[str, Any] = {
    "name": "Jonas Weidmann",
    "email": "jonas@kestrel.example",
    "company": "Kestrel Logistics",
    "industry": "Logistics",
    "job_title": "Head of IT",
    "message": "Please send us a quote.",
}


@pytest.fixture
def acme(cast: SimpleNamespace, client: Client) -> Iterator[SimpleNamespace]:
    """Jonas asks; Rita owns him, his deal stands in the first stage, and Rita looks at his page."""
    with scope(cast.account):
        install("it_services")
        publish_default_model(cast.account, {"industries": ["Logistics"], "countries": ["DE"]})
        cast.lead = a_lead(owner=cast.rita, **JONAS)
        source = Source.objects.get(pk=cast.lead.source_id)
        Submission.objects.create(lead=cast.lead, source=source, channel="form", raw={}, campaign={"utm_source": "ads"})
        score_leads([cast.lead.pk])
        open_deals([cast.lead.pk])
        cast.lead.refresh_from_db()
    cast.url = f"/acme/leads/{cast.lead.public_id}/"
    client.force_login(cast.rita.user)
    client.defaults["HTTP_HX_REQUEST"] = "true"
    return cast


def page(client: Client, url: str) -> str:
    answer = client.get(url)
    assert answer.status_code == 200
    return answer.content.decode()


def lead_now(acme: SimpleNamespace) -> Lead:
    with scope(acme.account):
        found: Lead = Lead.objects.with_people().get(pk=acme.lead.pk)
        return found


def toast(answer: Any) -> str:
    return str(json.loads(answer["HX-Trigger"])["toast"]["text"])


def test_the_page_says_who_and_where(client: Client, acme: SimpleNamespace) -> None:
    shown = page(client, acme.url)
    for words in ("Jonas Weidmann", "Head of IT", "Kestrel Logistics", "Medium", "of 3 d", "Discovery complete"):
        assert words in shown, words
    assert "1 of 1" in shown
    assert "Website, “ads”" in shown
    assert "Nobody from purchasing yet" in shown
    assert 'href="mailto:jonas@kestrel.example"' in shown
    assert "tel:" not in shown  # nobody knows his phone: only buttons that work
    for panel in ("parts/next/", "receipt/", "decision/"):
        assert f'hx-get="{acme.url}{panel}"' in shown


@pytest.mark.parametrize(
    "what", ["", "parts/next/", "parts/head/", "parts/facts/", "timeline/", "receipt/", "decision/"]
)
def test_no_part_takes_more_than_twenty_statements(client: Client, acme: SimpleNamespace, what: str) -> None:
    with scope(acme.account):
        for number in range(5):
            acme.lead.add_stakeholder(name=f"Person {number}", role="technical", by=SYSTEM)
            acme.lead.log_activity(kind="note", body="A word", by=SYSTEM)
            CustomField.objects.create(key=f"own_{number}", label=f"Own {number}", type="text")
    client.get(acme.url + what)
    with CaptureQueriesContext(connection) as statements:
        page(client, acme.url + what)
    asked = [query["sql"] for query in statements if not query["sql"].startswith(("SAVEPOINT", "RELEASE", "SET LOCAL"))]
    assert len(asked) <= 20, "\n".join(sql[:80] for sql in asked)


def test_what_next_shows_the_gate_and_the_question(client: Client, acme: SimpleNamespace) -> None:
    with scope(acme.account):
        add_task(acme.lead, "Map the stakeholders", by=SYSTEM)
    shown = page(client, f"{acme.url}parts/next/")
    assert "1 of 3" in shown
    assert "Jonas Weidmann" in shown  # the evidence of the contact's name
    assert "Book" in shown
    assert "Fill in" in shown
    assert "Best next question." in shown
    assert "Won’t say" in shown
    assert "Map the stakeholders" in shown


def test_answering_the_question_rescores_in_place(client: Client, acme: SimpleNamespace) -> None:
    before = lead_now(acme).score
    answer = client.post(f"{acme.url}answers/", {"fact": "timeline_days", "value": "30"})
    assert answer.status_code == 200
    after = lead_now(acme)
    assert (after.score, after.timeline_days) == (before + 15 if before is not None else None, 30)
    assert toast(answer) == f"Noted. Jonas Weidmann scores {after.score}, was {before}."


@pytest.mark.parametrize(
    ("said", "direction", "responded"),
    [
        ({"kind": "call", "outcome-call": "spoke", "body": "Wants it by March"}, "out", True),
        ({"kind": "call", "outcome-call": "no_answer"}, "out", False),
        ({"kind": "email", "outcome-email": "replied"}, "in", False),
        ({"kind": "meeting", "outcome-meeting": "held"}, "out", True),
        ({"kind": "linkedin", "outcome-linkedin": "sent"}, "out", False),
        ({"kind": "note", "body": "Ask for Birgit"}, "out", False),
    ],
)
def test_logging(client: Client, acme: SimpleNamespace, said: dict[str, str], direction: str, responded: bool) -> None:
    answer = client.post(f"{acme.url}activities/", said)
    assert answer.status_code == 200
    assert toast(answer).endswith("logged.")
    with scope(acme.account):
        logged = Activity.objects.get(lead=acme.lead)
        assert (logged.kind, logged.direction, logged.member) == (said["kind"], direction, acme.rita)
    assert (lead_now(acme).first_response_at is not None) is responded
    words = {"call": "Call", "email": "E-mail", "meeting": "Meeting", "linkedin": "LinkedIn", "note": "Note"}
    assert words[said["kind"]] in page(client, f"{acme.url}timeline/")


@pytest.mark.parametrize(
    "said", [{"kind": "call"}, {"kind": "note"}, {"kind": "fax"}, {"kind": "call", "outcome-call": "sang"}]
)
def test_a_log_that_says_too_little_comes_back(client: Client, acme: SimpleNamespace, said: dict[str, str]) -> None:
    answer = client.post(f"{acme.url}activities/", said | {"body": ""})
    assert answer.status_code == 422
    assert 'aria-invalid="true"' in answer.content.decode()
    with scope(acme.account):
        assert not Activity.objects.exists()


def test_an_unknown_fact_is_filled_in_its_place(client: Client, acme: SimpleNamespace) -> None:
    url = f"{acme.url}facts/headcount/"
    assert f'hx-get="{url}"' in page(client, acme.url)
    assert 'name="value"' in page(client, url)
    refused = client.post(url, {"value": "a few"})
    assert refused.status_code == 422
    assert "field-error" in refused.content.decode()
    assert toast(client.post(url, {"value": "180"})) == "Company size noted."
    assert "180 people" in page(client, f"{acme.url}parts/facts/")


def test_a_form_sent_before_htmx_took_hold_of_it_leads_back_to_the_page(client: Client, acme: SimpleNamespace) -> None:
    del client.defaults["HTTP_HX_REQUEST"]
    answer = client.post(f"{acme.url}facts/headcount/", {"value": "180"}, follow=True)
    assert answer.request["PATH_INFO"] == acme.url
    assert "Company size noted." in answer.content.decode()
    assert "180 people" in answer.content.decode()


@pytest.mark.parametrize("name", ["score", "source", "external_id", "shoe_size", "custom.shoe_size"])
def test_other_facts_have_no_input(client: Client, acme: SimpleNamespace, name: str) -> None:
    assert client.get(f"{acme.url}facts/{name}/").status_code == 404


def test_an_own_field_can_be_filled_in(client: Client, acme: SimpleNamespace) -> None:
    with scope(acme.account):
        CustomField.objects.create(key="sites", label="Number of sites", type="number")
    assert "Number of sites" in page(client, acme.url)
    assert client.post(f"{acme.url}facts/custom.sites/", {"value": "3"}).status_code == 200
    assert lead_now(acme).custom == {"sites": 3}


def test_disqualifying_needs_a_reason(client: Client, acme: SimpleNamespace) -> None:
    url = f"{acme.url}disqualification/"
    assert "Disqualify" in page(client, url)
    assert client.post(url, {"reason": "", "recycle_on": ""}).status_code == 422
    assert client.post(url, {"reason": "No budget", "recycle_on": "2001-01-01"}).status_code == 422
    assert lead_now(acme).status == Status.OPEN
    assert toast(client.post(url, {"reason": "No budget"})) == "Jonas Weidmann is disqualified."
    assert (lead_now(acme).status, lead_now(acme).disqualified_reason) == (Status.DISQUALIFIED, "No budget")
    assert "Reopen" in page(client, acme.url)
    assert client.post(f"{acme.url}reopening/").status_code == 200
    assert lead_now(acme).status == Status.OPEN


def test_a_stakeholder_is_added(client: Client, acme: SimpleNamespace) -> None:
    url = f"{acme.url}stakeholders/"
    assert client.post(url, {"name": "", "role": "finance"}).status_code == 422
    assert toast(client.post(url, {"name": "Birgit Sommer", "role": "finance", "job_title": "CFO"})) == (
        "Birgit Sommer added."
    )
    with scope(acme.account):
        assert Stakeholder.objects.get().role == "finance"
    shown = page(client, f"{acme.url}parts/facts/")
    assert "CFO, finance" in shown
    assert "Nobody from purchasing yet" not in shown


def test_a_task_is_added_and_ticked_off(client: Client, acme: SimpleNamespace) -> None:
    assert toast(client.post(f"{acme.url}tasks/", {"title": "Send the proposal"})) == "Task added."
    with scope(acme.account):
        task = Task.objects.get()
        assert task.member == acme.rita
    assert toast(client.post(f"/acme/tasks/{task.public_id}/done/")) == "Done: Send the proposal"
    assert "Send the proposal" not in page(client, f"{acme.url}parts/next/")


def test_neighbours_are_those_of_the_reader(client: Client, acme: SimpleNamespace) -> None:
    with scope(acme.account):
        a_lead(owner=acme.rita)
        a_lead(owner=acme.raj)
    assert "of 2" in page(client, acme.url)
    client.force_login(acme.max.user)
    assert "Previous lead" not in page(client, acme.url)


def test_mo_reads_but_has_no_buttons(client: Client, acme: SimpleNamespace) -> None:
    client.force_login(acme.mo.user)
    shown = page(client, acme.url)
    for words in ("composer", "Disqualify", "deal-moves", "chip-dash"):
        assert words not in shown, words
    for what in ("activities/", "disqualification/", "reopening/", "stakeholders/", "tasks/", "facts/headcount/"):
        assert client.post(acme.url + what, {}).status_code == 403


def test_a_lead_without_score_owner_or_deal_has_a_page(client: Client, acme: SimpleNamespace) -> None:
    with scope(acme.account):
        bare = a_lead(name="", email="x@y.example")
    url = f"/acme/leads/{bare.public_id}/"
    assert "x@y.example" in page(client, url)
    assert "No gate ahead." in page(client, f"{url}parts/next/")


def test_eve_finds_nothing(client: Client, acme: SimpleNamespace, eve: Any) -> None:
    client.force_login(eve.user)
    assert client.get(acme.url).status_code == 404
    assert client.get(acme.url.replace("acme", "globex")).status_code == 404
    assert client.get(f"{acme.url.replace('acme', 'globex')}parts/next/").status_code == 404


def again(acme: SimpleNamespace, **columns: Any) -> None:
    source = Source.objects.get(pk=acme.lead.source_id)
    Submission.objects.create(lead=acme.lead, source=source, channel="form", **columns)


def test_each_fact_says_who_said_it_and_can_be_changed(acme: SimpleNamespace, client: Client) -> None:
    with scope(acme.account):
        again(acme, raw={"name": "Jonas", "email": "jonas@kestrel.example", "phone": "+4930123456"})
        acme.lead.change({"headcount": 240}, by=acme.rita.by)
        CustomField.objects.create(key="sites", label="Sites", type="choices", choices=["A", "B"])
        acme.lead.change({"custom.sites": ["A"]}, by=acme.rita.by)

    facts = page(client, f"{acme.url}parts/facts/")

    assert facts.count('class="fact-by">Rita, ') == 2
    assert 'class="fact-by">Website, ' in facts
    assert "Company size, change" in facts
    boxes = page(client, f"{acme.url}facts/custom.sites/")
    assert 'value="A" checked' in boxes
    assert client.post(f"{acme.url}facts/custom.sites/", {"value": ["A", "B"]}).status_code == 200
    assert lead_now(acme).custom == {"sites": ["A", "B"]}
    client.post(f"{acme.url}facts/custom.sites/", {})
    assert lead_now(acme).custom == {}


def test_consent_is_shown_with_each_submission(acme: SimpleNamespace, client: Client) -> None:
    with scope(acme.account):
        again(acme, raw={}, consent={"text": "You may call me.", "version": "2"}, ip="192.0.2.7")

    facts = page(client, f"{acme.url}parts/facts/")

    assert all(words in facts for words in ("Agreed: Consent", "You may call me.", "192.0.2.7", "Version"))
