from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from events.kinds import Kind
from events.models import Event, Job
from followups import opting_out
from followups.models import Suppression
from leads.models import Contact, Lead
from tenancy.models import Account
from tenancy.scope import scope
from tests.factories import a_lead


@pytest.fixture
def lead(account: Account) -> Lead:
    with scope(account):
        return a_lead(email="jonas@kestrel.example")


@pytest.fixture
def link(lead: Lead) -> str:
    with scope(lead.account):
        return opting_out.unsubscribe_url(lead.account, lead.contact_id).removeprefix("http://localhost:8000")


def is_out(lead: Lead) -> bool:
    with scope(lead.account):
        return Contact.objects.get(pk=lead.contact_id).unsubscribed_at is not None


def test_looking_at_the_page_changes_nothing(client: Client, lead: Lead, link: str) -> None:
    answer = client.get(link)
    assert answer.status_code == 200
    assert "No more mails" in answer.content.decode()
    assert not is_out(lead)


def test_one_post_without_session_or_token_ends_it(lead: Lead, link: str) -> None:
    browserless = Client(enforce_csrf_checks=True)
    answer = browserless.post(link, {"List-Unsubscribe": "One-Click"})
    assert answer.status_code == 200
    assert is_out(lead)
    with scope(lead.account):
        assert Suppression.objects.get().email_norm == "jonas@kestrel.example"
        event = Event.objects.get(kind=Kind.CONTACT_UNSUBSCRIBED)
        assert event.lead_id == lead.pk
        assert Job.objects.filter(kind="followups.advance_cadences", subject_id=lead.pk).exists()


def test_twice_is_once(client: Client, lead: Lead, link: str) -> None:
    client.post(link)
    client.post(link)
    with scope(lead.account):
        assert Event.objects.filter(kind=Kind.CONTACT_UNSUBSCRIBED).count() == 1


def test_it_can_be_taken_back(client: Client, lead: Lead, link: str) -> None:
    client.post(link)
    answer = client.post(f"{link}return/", follow=True)
    assert "Nothing has changed yet" in answer.content.decode()
    assert not is_out(lead)
    with scope(lead.account):
        assert not Suppression.objects.exists()


def test_a_complaint_is_not_taken_back(client: Client, lead: Lead, link: str) -> None:
    with scope(lead.account):
        Suppression.objects.create(email_norm="jonas@kestrel.example", reason="complained")
    client.post(link)
    client.post(f"{link}return/")
    with scope(lead.account):
        assert Suppression.objects.get().reason == "complained"


@pytest.mark.parametrize(
    "change", [lambda text: text[:-6] + "xxxxx/", lambda text: "/u/x" + text[4:], lambda _: "/u/a.b/"]
)
def test_a_link_that_we_did_not_sign_leads_nowhere(client: Client, lead: Lead, link: str, change: Any) -> None:
    assert client.get(change(link)).status_code == 404
    assert client.post(change(link)).status_code == 404
    assert not is_out(lead)


def test_a_link_into_another_account_cannot_be_made_from_parts(lead: Lead, eve: Any) -> None:
    foreign = opting_out.token(eve.account, lead.contact_id)
    assert Client().post(f"/u/{foreign}/").status_code == 404
    assert not is_out(lead)
